import { describe, expect, it } from "vitest";

import type { LiveAddress } from "../api/types";
import type { Client } from "./connection";
import { Session, type Told } from "./session";
import type { Tick } from "./tick";

const START_AT = "2026-11-23T12:00:00.000Z";
const ADDRESS = { url: "ws://127.0.0.1/mqtt", topic: "t" } as LiveAddress;

function tick(seq: number, labels: Record<string, number>): Tick {
  const counts = (requests: number) => ({ requests, failures: 0, bytes: 0, responseTime: "" });
  return {
    runId: "run_1",
    region: "us-east-1",
    worker: 0,
    seq,
    second: Date.parse(START_AT) / 1_000 + seq,
    intervalMs: 1_000,
    part: 1,
    parts: 1,
    virtualUsers: 5,
    cpu: null,
    labels: Object.fromEntries(Object.entries(labels).map(([label, requests]) => [label, counts(requests)])),
  };
}

function start() {
  const told: Told[] = [];
  const waits: (() => void)[] = [];
  let listener: (topic: string, payload: Uint8Array) => void = () => undefined;
  const client = {
    on: (event: string, heard: typeof listener) => {
      if (event === "message") listener = heard;
    },
    subscribeAsync: () => Promise.resolve(),
    end: () => undefined,
  } as unknown as Client;
  const session = new Session({
    tell: (news) => told.push(news),
    connect: () => Promise.resolve(client),
    later: (callback) => {
      waits.push(callback);
      return () => undefined;
    },
  });
  const hear = (...ticks: Tick[]) =>
    listener("t", new TextEncoder().encode(JSON.stringify({ schema: "oleada.live/1", ticks })));
  const snapshots = () => told.flatMap((news) => (news.kind === "snapshot" ? [news.snapshot] : []));
  const pass = () => waits.splice(0).forEach((callback) => callback());
  return { session, told, hear, snapshots, pass };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

async function connected() {
  const started = start();
  await settled();
  started.session.asked({ kind: "address", address: ADDRESS });
  await settled();
  return started;
}

describe("a session of the live feed", () => {
  it("asks the page for an address, and again when there was none", async () => {
    const { session, told, pass } = start();
    await settled();
    expect(told).toEqual([{ kind: "address" }]);
    session.asked({ kind: "address", address: null });
    await settled();
    expect(told.at(-1)).toEqual({ kind: "state", state: "lost" });
    pass();
    await settled();
    expect(told.filter(({ kind }) => kind === "address")).toHaveLength(2);
  });

  it("keeps what was heard before the start was known", async () => {
    const { session, hear, snapshots } = await connected();
    hear(tick(0, { a: 3 }));
    expect(snapshots()).toEqual([]);
    session.asked({ kind: "startAt", startAt: START_AT });
    expect(snapshots().at(-1)?.points.map(({ t, requests }) => [t, requests])).toEqual([[0, 3]]);
  });

  it("tells once for all ticks that come in a second", async () => {
    const { session, hear, snapshots, pass } = await connected();
    session.asked({ kind: "startAt", startAt: START_AT });
    hear(tick(0, { a: 1 }));
    hear(tick(1, { a: 1 }));
    expect(snapshots()).toHaveLength(1);
    pass();
    expect(snapshots()).toHaveLength(2);
    expect(snapshots().at(-1)).toMatchObject({ holes: [], isEmpty: false, labels: ["a"], broken: 2 });
  });

  it("tells of another subject at once, and forgets what is stored", async () => {
    const { session, hear, snapshots } = await connected();
    session.asked({ kind: "startAt", startAt: START_AT });
    hear(tick(0, { a: 1, b: 5 }), tick(1, { a: 2, b: 6 }));
    session.asked({ kind: "subject", subject: { label: "b", region: null } });
    expect(snapshots().at(-1)?.points.map(({ requests }) => requests)).toEqual([5, 6]);
    session.asked({ kind: "forget", before: 1 });
    session.asked({ kind: "subject", subject: { label: null, region: null } });
    expect(snapshots().at(-1)?.points.map(({ requests }) => requests)).toEqual([8]);
  });
});
