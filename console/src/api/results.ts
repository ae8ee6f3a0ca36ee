import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api, here } from "./client";
import type { LiveAddress } from "./types";

/** Milliseconds from `startAt`, the end excluded. */
export interface Window {
  from: number;
  to: number;
}

/** A chart is not much wider than this in pixels, and wider steps are read from far fewer stored cells. */
const MOST_POINTS = 1_000;

/** Null stands for all. */
export interface Subject {
  label: string | null;
  region: string | null;
}

export const results = {
  of: (runId: string, window: Window | null) =>
    queryOptions({
      queryKey: ["results", runId, window],
      queryFn: async ({ signal }) => {
        const params = { path: { runId }, query: window ?? {} };
        return here(await answer(api.GET("/api/v1/runs/{runId}/results", { params, signal })));
      },
      staleTime: Infinity,
      placeholderData: keepPreviousData,
    }),

  /** `isFinal` tells the series of a run that is over from what was read of it before. */
  series: (runId: string, { label, region }: Subject, window: Window | null, isFinal: boolean) =>
    queryOptions({
      queryKey: ["series", runId, label, region, window, isFinal],
      queryFn: async ({ signal }) => {
        const query = { maxPoints: MOST_POINTS, ...(label !== null && { label }), ...(region !== null && { region }), ...window };
        return here(await answer(api.GET("/api/v1/runs/{runId}/series", { params: { path: { runId }, query }, signal })));
      },
    }),
};

export function liveAddress(runId: string): Promise<LiveAddress> {
  return answer(api.GET("/api/v1/runs/{runId}/live", { params: { path: { runId } } }));
}
