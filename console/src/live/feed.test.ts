import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";

import { Feed } from "./feed";
import type { Tick } from "./tick";

const START_AT = "2026-11-23T12:00:00.400Z";
const START = Date.parse("2026-11-23T12:00:00.000Z") / 1_000;
const ALL = { label: null, region: null };

function encoded(micros: number[]): string {
  const histogram = build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3, bitBucketSize: 64 });
  micros.forEach((value) => histogram.recordValue(value));
  return encodeIntoCompressedBase64(histogram);
}

function tick(worker: number, seq: number, t: number, labels: Record<string, number[]>, more: Partial<Tick> = {}): Tick {
  return {
    runId: "run_1",
    region: "us-east-1",
    worker,
    seq,
    second: START + t,
    intervalMs: 1_000,
    part: 1,
    parts: 1,
    virtualUsers: 10,
    cpu: 0.5,
    labels: Object.fromEntries(
      Object.entries(labels).map(([label, micros]) => [
        label,
        { requests: micros.length, failures: 0, bytes: 0, responseTime: encoded(micros) },
      ]),
    ),
    ...more,
  };
}

describe("the live feed", () => {
  it("adds workers and labels, with percentiles over all of their samples", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, { a: [1_000, 2_000], b: [3_000] }), tick(1, 0, 0, { a: [100_000] }, { region: "sa-east-1" })]);
    expect(feed.points(0, ALL)).toEqual([
      { t: 0, stepMs: 1_000, virtualUsers: 20, requests: 4, failures: 0, p50: 2, p95: 100.031, p99: 100.031, cpu: 0.5 },
    ]);
    expect(feed.points(0, { label: "a", region: null })[0]).toMatchObject({ requests: 3, virtualUsers: 20 });
    expect(feed.points(0, { label: null, region: "sa-east-1" })[0]).toMatchObject({ requests: 1, virtualUsers: 10 });
    expect(feed.labels).toEqual(["a", "b"]);
  });

  it("tells how busy the busiest worker was, and nothing where none was measured", () => {
    const feed = new Feed(START_AT);
    feed.take([
      tick(0, 0, 0, { a: [1_000] }, { cpu: 0.3 }),
      tick(1, 0, 0, { a: [1_000] }, { cpu: 0.9, region: "sa-east-1" }),
      tick(0, 1, 1, { a: [1_000] }, { cpu: null }),
      tick(1, 1, 1, { a: [1_000] }, { cpu: null, region: "sa-east-1" }),
    ]);
    expect(feed.points(0, ALL).map(({ cpu }) => cpu)).toEqual([0.9, null]);
    expect(feed.points(0, { label: null, region: "us-east-1" })[0]?.cpu).toBe(0.3);
  });

  it("adds up the last intervals label by label, in the region that is looked at", () => {
    const feed = new Feed(START_AT);
    feed.take([
      tick(0, 0, 0, { a: [1_000, 1_000], b: [5_000] }),
      tick(0, 1, 1, { a: [3_000] }),
      tick(1, 0, 0, { a: [9_000] }, { region: "sa-east-1" }),
      tick(1, 1, 1, {}, { region: "sa-east-1" }),
    ]);
    const { byLabel } = feed.snapshot({ label: "b", region: "us-east-1" });
    expect(byLabel).toMatchObject([
      { label: "a", stepMs: 2_000, requests: 3, p50: 1 },
      { label: "b", stepMs: 2_000, requests: 1, p50: 5.003 },
    ]);
    expect(feed.snapshot(ALL).byLabel[0]).toMatchObject({ requests: 4, p99: 9.007 });
  });

  it("counts a repeated tick once", () => {
    const feed = new Feed(START_AT);
    const first = tick(0, 0, 0, { a: [1_000] });
    feed.take([first, first]);
    feed.take([first]);
    expect(feed.points(0, ALL)[0]?.requests).toBe(1);
  });

  it("keeps the workers of two regions apart that have the same number and seq", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, { a: [1_000] }), tick(0, 0, 0, { a: [1_000] }, { region: "sa-east-1" })]);
    expect(feed.points(0, ALL)[0]?.requests).toBe(2);
  });

  it("adds late samples to their second", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, { a: [1_000] }), tick(0, 1, 1, { a: [1_000] })]);
    expect(feed.points(0, ALL).map(({ requests }) => requests)).toEqual([1, 1]);
    feed.take([tick(0, 2, 0, { a: [9_000, 9_000] })]);
    expect(feed.points(0, ALL).map(({ requests }) => requests)).toEqual([3, 1]);
    expect(feed.points(0, ALL)[0]?.p50).toBeGreaterThan(8.9);
  });

  it("shows a second when every worker has reported it, and does not wait for a silent one", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, { a: [1] }), tick(1, 0, 0, { a: [1] }), tick(0, 1, 1, { a: [1] })]);
    expect(feed.points(0, ALL).map(({ t }) => t)).toEqual([0]);
    for (let t = 2; t < 8; t += 1) feed.take([tick(0, t, t, { a: [1] })]);
    expect(feed.points(0, ALL).map(({ t }) => t)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(feed.recent(10, ALL)?.virtualUsers).toBe(10);
  });

  it("is complete from the start when it heard the first tick of every worker", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, {}), tick(1, 0, 4, {})]);
    expect(feed.holes).toEqual([]);
  });

  it("is complete only after the first tick of a worker that it met on its way", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 7, 7, {}), tick(1, 9, 8, {})]);
    expect(feed.holes).toEqual([{ from: 0, to: 9 }]);
    feed.take([tick(0, 8, 8, {}), tick(1, 10, 9, {})]);
    expect(feed.holes).toEqual([{ from: 0, to: 9 }]);
  });

  it("sees a hole, and is complete again after it", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 0, {}), tick(1, 0, 0, {}), tick(0, 1, 1, {}), tick(0, 5, 5, {}), tick(1, 4, 4, {})]);
    expect(feed.holes).toEqual([{ from: 1, to: 6 }]);
    feed.take([tick(0, 9, 9, {})]);
    expect(feed.holes).toEqual([{ from: 1, to: 10 }]);
    feed.take([tick(0, 10, 10, {}), tick(0, 13, 13, {})]);
    expect(feed.holes).toEqual([
      { from: 1, to: 10 },
      { from: 11, to: 14 },
    ]);
    feed.forget(12);
    expect(feed.holes).toEqual([{ from: 0, to: 14 }]);
  });

  it("forgets what is stored, and does not take it in again", () => {
    const feed = new Feed(START_AT);
    feed.take([0, 1, 2, 3].map((t) => tick(0, t, t, { a: [1_000] })));
    feed.forget(2);
    feed.take([tick(0, 4, 1, { a: [1_000] })]);
    expect(feed.points(0, ALL).map(({ t }) => t)).toEqual([2, 3]);
    expect(feed.snapshot(ALL).holes).toEqual([{ from: 0, to: 2 }]);
  });

  it("sums up the last intervals", () => {
    const feed = new Feed(START_AT);
    feed.take([0, 1, 2].map((t) => tick(0, t, t, { a: [1_000 * (t + 1)] }, { virtualUsers: t })));
    expect(feed.recent(2, ALL)).toMatchObject({ t: 1, stepMs: 2_000, requests: 2, virtualUsers: 2, p50: 2 });
    expect(new Feed(START_AT).recent(10, ALL)).toBeNull();
  });

  it("counts ticks with a broken histogram, and keeps their counts", () => {
    const feed = new Feed(START_AT);
    const broken = tick(0, 0, 0, { a: [1_000] });
    broken.labels["a"] = { requests: 3, failures: 1, bytes: 0, responseTime: "AAAA" };
    feed.take([broken]);
    expect(feed.points(0, ALL)[0]).toMatchObject({ requests: 3, failures: 1, p50: null });
    expect(feed.broken).toBe(1);
  });
});

