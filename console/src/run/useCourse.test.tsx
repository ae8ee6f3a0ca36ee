import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import type { Window } from "../api/results";
import type { Point, Run, Series } from "../api/types";
import { useCourse } from "./useCourse";
import type { Live } from "./useLive";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

const ALL = { label: null, region: null };
const point = (t: number): Point => ({ t, virtualUsers: 5, cpu: 0.5, requests: 10, failures: 0, mean: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 });
const series = (completeUntil: number, seconds: number): Series => ({
  stepMs: 1_000,
  completeUntil,
  points: Array.from({ length: seconds }, (_, t) => point(t)),
});
const run = (status: string, live = false) =>
  ({
    runId: "run_1",
    status,
    startAt: "2026-11-23T12:00:00.000Z",
    scenario: { live, shape: { kind: "users", rampUp: "1s", hold: "59s" } },
  }) as unknown as Run;

/** What was heard of the last minute of a run, the rest of which is stored and forgotten. */
const heard: Live = {
  connection: "listening",
  labels: [],
  forget: () => undefined,
  feed: {
    subject: ALL,
    holes: [{ from: 0, to: 3 }],
    isEmpty: false,
    broken: 0,
    labels: [],
    points: [3, 4, 5].map((t) => ({ ...point(t), stepMs: 1_000, cpu: null })),
    recent: null,
    byLabel: [],
  },
};

/** Answers the final series when the test says so. */
let answerFinal: (response: Response) => void;

beforeEach(() => {
  let reads = 0;
  requests.mockReset();
  requests.mockImplementation(() => {
    reads += 1;
    if (reads === 1) return Promise.resolve(Response.json(series(4, 6)));
    return new Promise((resolve) => {
      answerFinal = resolve;
    });
  });
});

afterEach(() => queries.clear());

function follow(first: Run, live: Live | null = null) {
  return renderHook(({ now, window }: { now: Run; window: Window | null }) => useCourse(now, live, ALL, window), {
    initialProps: { now: first, window: null as Window | null },
    wrapper: ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>,
  });
}

const seconds = (hook: ReturnType<typeof follow>) => hook.result.current.course?.points.map(({ t }) => t);

describe("the course of a run on its page", () => {
  it("ends where the stored series may still grow, without live figures", async () => {
    const hook = follow(run("running"));
    await waitFor(() => expect(seconds(hook)).toEqual([0, 1, 2, 3]));
    expect(hook.result.current.course?.requests).toBe(40);
  });

  it("stays as it was when the run ends, until the final series is there", async () => {
    const hook = follow(run("running", true), heard);
    await waitFor(() => expect(seconds(hook)).toEqual([0, 1, 2, 3, 4, 5]));
    hook.rerender({ now: run("completed", true), window: null });
    expect(seconds(hook)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(hook.result.current.isOutdated).toBe(true);
    await waitFor(() => expect(requests).toHaveBeenCalledTimes(2));
    answerFinal(Response.json(series(9, 9)));
    await waitFor(() => expect(seconds(hook)).toHaveLength(9));
    expect(hook.result.current.isOutdated).toBe(false);
  });

  it("says that it is of another part while the one that was asked for is read", async () => {
    requests.mockImplementationOnce(() => Promise.resolve(Response.json(series(9, 9))));
    const hook = follow(run("completed"));
    await waitFor(() => expect(seconds(hook)).toHaveLength(9));
    requests.mockImplementation(() => new Promise(() => undefined));
    hook.rerender({ now: run("completed"), window: { from: 2_000, to: 4_000 } });
    expect(hook.result.current).toMatchObject({ isOutdated: true, error: null });
    expect(seconds(hook)).toHaveLength(9);
  });

  it("tells why it cannot be read, and shows no other part instead", async () => {
    requests.mockImplementationOnce(() => Promise.resolve(Response.json(series(9, 9))));
    const hook = follow(run("completed"));
    await waitFor(() => expect(seconds(hook)).toHaveLength(9));
    requests.mockImplementation(() => Promise.resolve(Response.json({ status: 422, code: "INVALID", detail: "no window" }, { status: 422 })));
    hook.rerender({ now: run("completed"), window: { from: 2_000, to: 4_000 } });
    await waitFor(() => expect(hook.result.current.error).toMatchObject({ code: "INVALID" }), { timeout: 20_000 });
    expect(hook.result.current.course).toBeNull();
  });
});
