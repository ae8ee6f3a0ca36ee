import { describe, expect, it } from "vitest";

import type { Series } from "../api/types";
import { en } from "../i18n/en";
import { Format } from "../i18n/format";
import { judge, showDelta } from "./delta";
import { overlay } from "./overlay";

describe("a difference", () => {
  it.each([
    ["p95", 20, 0.2, "worse"],
    ["p95", -20, -0.2, "better"],
    ["p95", 2, 0.02, "alike"],
    // JMeter cannot tell one millisecond from another.
    ["p50", 1.001, 0.5, "alike"],
    ["p50", 2, 1, "worse"],
    ["throughput", -20, -0.2, "worse"],
    ["throughput", 20, 0.2, "better"],
    ["requests", 500, 0.5, "alike"],
    // From none at all there is no relative change.
    ["failureRate", 0.01, null, "worse"],
    ["failureRate", 0, null, "alike"],
    ["p95", null, null, "alike"],
  ] as const)("of %s by %s (%s) is %s", (metric, absolute, relative, judgement) => {
    expect(judge(metric, { absolute, relative })).toBe(judgement);
  });

  it("is written with its sign, its unit and its share of the base", () => {
    const show = (metric: "p95" | "failureRate" | "throughput", absolute: number | null, relative: number | null) =>
      showDelta({ absolute, relative }, metric, new Format("en"), en).replaceAll("\u00a0", " ");
    expect(show("p95", 12.1, 0.08)).toBe("+12.1 ms (+8 %)");
    expect(show("throughput", -5, -0.1)).toBe("−5/s (−10 %)");
    expect(show("failureRate", 0.025, 2.5)).toBe("+2.5 percentage points");
    expect(show("p95", null, null)).toBe("–");
  });
});

it("lays runs of different steps over each other, and keeps holes apart from times of the other", () => {
  const point = (t: number, requests: number, p95: number | null) =>
    ({ t, requests, failures: 0, virtualUsers: 1, cpu: 0.5, mean: p95, p50: p95, p90: p95, p95, p99: p95, max: p95 });
  const base: Series = { stepMs: 1_000, completeUntil: 3, points: [point(0, 1, 5), point(1, 0, null), point(2, 1, 6)] };
  const candidate: Series = { stepMs: 2_000, completeUntil: 4, points: [point(0, 8, 7), point(2, 4, 8)] };
  const both = overlay({ series: base, loadMs: 3_000 }, { series: candidate, loadMs: 4_000 });
  expect(both.times).toEqual([0, 1, 2]);
  expect(both.lines(({ p95 }) => p95, ["a", "b"]).map(({ label, values }) => [label, values])).toEqual([
    ["a", [5, null, 6]],
    ["b", [7, undefined, 8]],
  ]);
  expect(both.lines(({ requestRate }) => requestRate, ["a", "b"])[1]?.values).toEqual([4, undefined, 2]);
});
