import { describe, expect, it } from "vitest";

import type { Point, Series } from "../api/types";
import { apart, liveCourse, storedCourse } from "./course";
import { Feed } from "./feed";
import type { Tick } from "./tick";

const START_AT = "2026-11-23T12:00:00.000Z";
const ALL = { label: null, region: null };

function point(t: number, requests: number): Point {
  return { t, virtualUsers: 5, cpu: 0.5, requests, failures: 1, mean: 10, p50: 10, p90: 11, p95: 12, p99: 13, max: 14 };
}

function series(stepMs: number, completeUntil: number, points: Point[]): Series {
  return { stepMs, completeUntil, points };
}

function tick(seq: number, t: number, requests: number): Tick {
  return {
    runId: "run_1",
    region: "us-east-1",
    worker: 0,
    seq,
    second: Date.parse(START_AT) / 1_000 + t,
    intervalMs: 1_000,
    part: 1,
    parts: 1,
    virtualUsers: 7,
    cpu: null,
    labels: { a: { requests, failures: 0, bytes: 0, responseTime: "" } },
  };
}

describe("the course of a run", () => {
  it("takes the stored series up to where it is complete, then the feed", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(3, 3, 30), tick(4, 4, 40), tick(5, 5, 50)]);
    expect(feed.holes).toEqual([{ from: 0, to: 4 }]);
    const course = liveCourse(series(1_000, 4, [0, 1, 2, 3, 4].map((t) => point(t, t * 10 + 1))), feed.snapshot(ALL));
    expect(course.points.map(({ t, requestRate }) => [t, requestRate])).toEqual([
      [0, 1],
      [1, 11],
      [2, 21],
      [3, 31],
      [4, 40],
      [5, 50],
    ]);
    expect(course).toMatchObject({ isWhole: true, storedUntil: 4, requests: 154, failures: 4 });
  });

  it("has the CPU of the whole run, stored and live", () => {
    const feed = new Feed(START_AT);
    feed.take([0, 1, 2].map((seq) => ({ ...tick(seq, seq, 10), cpu: seq / 4 })));
    const course = liveCourse(series(1_000, 1, [point(0, 1)]), feed.snapshot(ALL));
    expect(course.points.map(({ cpu }) => cpu)).toEqual([0.5, 0.25, 0.5]);
  });

  it("leaves a hole where neither is complete", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(5, 5, 50), tick(6, 6, 60)]);
    const course = liveCourse(series(1_000, 2, [0, 1, 2].map((t) => point(t, 1))), feed.snapshot(ALL));
    expect(course.points.map(({ t, requestRate }) => [t, requestRate])).toEqual([
      [0, 1],
      [1, 1],
      [2, null],
      [6, 60],
    ]);
    expect(course.isWhole).toBe(false);
  });

  it("keeps what was heard before a hole", () => {
    const feed = new Feed(START_AT);
    feed.take([...[0, 1, 2].map((t) => tick(t, t, 10)), ...[6, 7].map((t) => tick(t, t, 20))]);
    const course = liveCourse(series(1_000, 1, [point(0, 1)]), feed.snapshot(ALL));
    expect(course.points.map(({ t, requestRate }) => [t, requestRate])).toEqual([
      [0, 1],
      [1, 10],
      [2, 10],
      [3, null],
      [7, 20],
    ]);
    expect(course.isWhole).toBe(false);
  });

  it("does not take silence for nothing", () => {
    const silent = new Feed(START_AT).snapshot(ALL);
    expect(liveCourse(series(1_000, 0, []), silent).isWhole).toBe(false);
    expect(liveCourse(series(1_000, 0, []), null).isWhole).toBe(false);
    expect(liveCourse(series(1_000, 1, [point(0, 1)]), null).isWhole).toBe(true);
  });

  it("is whole without a stored series when the feed was there from the start", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 5), tick(1, 1, 6)]);
    expect(liveCourse(undefined, feed.snapshot(ALL))).toMatchObject({ isWhole: true, requests: 11 });
  });

  it("takes no step of which a part is not complete, and rates by the length of the step", () => {
    const feed = new Feed(START_AT);
    feed.take([tick(0, 0, 5), tick(1, 1, 6), tick(2, 2, 7), tick(3, 3, 8)]);
    const course = liveCourse(series(2_000, 3, [point(0, 11), point(2, 7)]), feed.snapshot(ALL));
    expect(course.points.map(({ t, requestRate }) => [t, requestRate])).toEqual([
      [0, 5.5],
      [2, 7],
      [3, 8],
    ]);
  });

  it("ends without a feed where the stored series may still grow", () => {
    const course = liveCourse(series(5_000, 10, [point(0, 50), point(5, 60), point(10, 3)]), null);
    expect(course.points.map(({ t }) => t)).toEqual([0, 5]);
    expect(course).toMatchObject({ isWhole: true, requests: 110, stepMs: 5_000 });
  });

  it("leaves a hole where the feed has forgotten what this series has not", () => {
    const feed = new Feed(START_AT);
    feed.take([0, 1, 2, 3, 4].map((t) => tick(t, t, 10)));
    feed.forget(3);
    const course = liveCourse(series(1_000, 1, [point(0, 1)]), feed.snapshot(ALL));
    expect(course.points.map(({ t, requestRate }) => [t, requestRate])).toEqual([
      [0, 1],
      [1, null],
      [3, 10],
      [4, 10],
    ]);
    expect(course.isWhole).toBe(false);
  });

  it("ends with the load, but for what was still answered in the drain", () => {
    const stored = series(1_000, 5, [point(0, 10), point(1, 0), point(2, 3), point(3, 0)]);
    expect(storedCourse(stored, 2_000).points.map(({ t }) => t)).toEqual([0, 1, 2]);
  });

  it("keeps what came after the load apart from it", () => {
    const { points } = storedCourse(series(1_000, 3, [point(0, 10), point(1, 20), point(2, 1)]));
    expect(apart(points, 2).map(({ requestRate }) => requestRate)).toEqual([10, 20, null, 1]);
    expect(apart(points, 3)).toEqual(points);
    expect(apart(points, 0)).toEqual(points);
  });

  it("is the stored series alone when the run is over", () => {
    const course = storedCourse(series(2_000, 4, [point(0, 10), point(2, 20)]));
    expect(course).toMatchObject({ isWhole: true, storedUntil: 4, requests: 30, failures: 2 });
    expect(course.points.map(({ requestRate }) => requestRate)).toEqual([5, 10]);
  });
});
