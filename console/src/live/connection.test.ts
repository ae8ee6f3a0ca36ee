import { describe, expect, it, vi } from "vitest";

import type { LiveAddress } from "../api/types";
import { Connection, type Client, type ConnectionState } from "./connection";
import type { Tick } from "./tick";

type Listeners = Record<string, (...args: never[]) => void>;

class FakeClient implements Client {
  readonly listeners: Listeners = {};
  readonly ended = vi.fn();
  readonly subscribed: string[] = [];
  on(event: string, listener: (...args: never[]) => void) {
    this.listeners[event] = listener;
  }
  subscribeAsync(topic: string) {
    this.subscribed.push(topic);
    return Promise.resolve();
  }
  end() {
    this.ended();
  }
  say(event: string, ...args: unknown[]) {
    this.listeners[event]?.(...(args as never[]));
  }
  message(body: unknown) {
    this.say("message", "topic", new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)));
  }
}

function start(addresses: (LiveAddress | Error)[]) {
  const clients: FakeClient[] = [];
  const waits: { ms: number; go: () => void }[] = [];
  const states: ConnectionState[] = [];
  const ticks: Tick[] = [];
  const asked = vi.fn(() => {
    const next = addresses.shift();
    return next instanceof Error || !next ? Promise.reject(next ?? new Error("no more")) : Promise.resolve(next);
  });
  const connection = new Connection(
    { ticks: (more) => ticks.push(...more), state: (state) => states.push(state) },
    {
      address: asked,
      connect: () => {
        const client = new FakeClient();
        clients.push(client);
        return Promise.resolve(client);
      },
      later: (go, ms) => {
        waits.push({ ms, go });
        return () => waits.splice(0);
      },
    },
  );
  return { connection, clients, waits, states, ticks, asked };
}

const address = (clientId: string): LiveAddress => ({
  protocol: "mqtt",
  url: "ws://127.0.0.1/mqtt",
  topic: "oleada/runs/run_1/live",
  clientId,
  username: null,
  password: null,
  expiresAt: "2026-11-23T12:00:00.000Z",
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("a connection to the live feed", () => {
  it("is listening once it is subscribed", async () => {
    const { clients, states } = start([address("a")]);
    await settled();
    expect(states).toEqual([]);
    clients[0]?.say("connect");
    await settled();
    expect(clients[0]?.subscribed).toEqual(["oleada/runs/run_1/live"]);
    expect(states).toEqual(["listening"]);
  });

  it("asks for a new address when the connection was lost", async () => {
    const { clients, states, waits, asked } = start([address("a"), address("b")]);
    await settled();
    clients[0]?.say("connect");
    await settled();
    clients[0]?.say("close");
    expect(states).toEqual(["listening", "lost"]);
    waits[0]?.go();
    await settled();
    expect(asked).toHaveBeenCalledTimes(2);
    clients[1]?.say("connect");
    await settled();
    expect(states).toEqual(["listening", "lost", "listening"]);
  });

  it("waits longer after every failure, up to a bound", async () => {
    const { waits } = start(Array.from({ length: 8 }, () => new Error("down")));
    for (let i = 0; i < 7; i += 1) {
      await settled();
      waits[i]?.go();
    }
    await settled();
    expect(waits.map(({ ms }) => ms)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it("hands on the ticks of its schema, and nothing else", async () => {
    const { clients, ticks } = start([address("a")]);
    await settled();
    clients[0]?.message({ schema: "oleada.live/1", ticks: [{ seq: 1 }, { seq: 2 }] });
    clients[0]?.message({ schema: "oleada.live/9", ticks: [{ seq: 3 }] });
    clients[0]?.message("not json");
    expect(ticks.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("makes no attempt after it was closed", async () => {
    const { connection, clients, waits, states } = start([address("a"), address("b")]);
    await settled();
    connection.close();
    clients[0]?.say("close");
    expect(clients[0]?.ended).toHaveBeenCalled();
    expect(waits).toEqual([]);
    expect(states).toEqual([]);
  });
});
