import { renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { LivePoint, Snapshot } from "../live/feed";
import { merged, useCpuCourse, withGaps } from "./cpuCourse";

const RUN = "run_01";

function heard(...pairs: [number, number | null][]): Snapshot {
  const points = pairs.map(([t, cpu]): LivePoint => ({
    t,
    cpu,
    stepMs: 1_000,
    virtualUsers: 1,
    requests: 1,
    failures: 0,
    p50: 1,
    p95: 1,
    p99: 1,
  }));
  const subject = { label: null, region: null };
  return { subject, completeFrom: 0, isEmpty: false, broken: 0, labels: [], points, recent: null, byLabel: [] };
}

beforeEach(() => sessionStorage.clear());

describe("the CPU over the time of a run", () => {
  it("keeps what the feed has forgotten, and takes what it has corrected", () => {
    const kept = [
      { t: 0, cpu: 0.1 },
      { t: 1, cpu: 0.2 },
    ];
    expect(merged(kept, heard([1, 0.3], [2, 0.4], [3, null]))).toEqual([
      { t: 0, cpu: 0.1 },
      { t: 1, cpu: 0.3 },
      { t: 2, cpu: 0.4 },
    ]);
  });

  it("is that of before a reload, and stays when nothing is heard any more", () => {
    const before = renderHook(() => useCpuCourse(RUN, null, LIVE));
    before.unmount();
    const after = renderHook(({ feed }: { feed: Snapshot | null }) => useCpuCourse(RUN, null, feed), {
      initialProps: { feed: LATER as Snapshot | null },
    });
    expect(after.result.current.map(({ t }) => t)).toEqual([0, 1, 7]);
    after.rerender({ feed: null });
    expect(after.result.current.map(({ t }) => t)).toEqual([0, 1, 7]);
  });

  it("is not that of another run or region", () => {
    renderHook(() => useCpuCourse(RUN, null, LIVE)).unmount();
    expect(renderHook(() => useCpuCourse("run_02", null, null)).result.current).toEqual([]);
    expect(renderHook(() => useCpuCourse(RUN, "us-east-1", null)).result.current).toEqual([]);
  });

  it("has a gap where nobody listened", () => {
    const points = [
      { t: 1, cpu: 0.1 },
      { t: 3, cpu: 0.2 },
      { t: 60, cpu: 0.3 },
    ];
    expect(withGaps(points).map(({ t, cpu }) => [t, cpu])).toEqual([
      [1, 0.1],
      [3, 0.2],
      [4, null],
      [60, 0.3],
    ]);
  });
});

const LIVE = heard([0, 0.1], [1, 0.2]);
const LATER = heard([7, 0.5]);
