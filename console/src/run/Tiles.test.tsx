import { renderHook } from "@testing-library/react";
import { expect, it } from "vitest";

import { InEnglish } from "../components/InEnglish";
import type { Course } from "../live/course";
import type { Snapshot } from "../live/feed";
import { useLiveTiles } from "./Tiles";
import type { Live } from "./useLive";

const point = { t: 5, virtualUsers: 5, cpu: null, requestRate: 20, failureRate: 1, p50: 1, p95: 2, p99: 3 };
const course: Course = { points: [point], requests: 200, failures: 1, stepMs: 5_000, storedUntil: 10, isWhole: true };
const recent = { t: 0, stepMs: 8_000, virtualUsers: 5, requests: 160, failures: 0, p50: 1, p95: 2, p99: 3, cpu: null };

const notes = (live: Live | null, of: Course | null) =>
  renderHook(() => useLiveTiles(live, of), { wrapper: InEnglish }).result.current.map(({ note }) => note?.replaceAll("\u00a0", " "));

it("says how long the time is that the newest figures are of", () => {
  const live = { feed: { recent } as unknown as Snapshot } as Live;
  expect(notes(live, course)[3]).toBe("last 8 s");
  expect(notes(null, course)[3]).toBe("last 5 s");
  expect(notes(null, null)[3]).toBe("");
});

it("gives sums as those of the run so far, but for a run with a hole", () => {
  expect(notes(null, course)[1]).toBe("200 so far");
  expect(notes(null, course)[2]).toBe("1 failure so far");
  expect(notes(null, { ...course, isWhole: false })[1]).toBe("");
});
