import { queryOptions } from "@tanstack/react-query";

import { answer, api, here } from "./client";

export const workers = {
  of: (runId: string) =>
    queryOptions({
      queryKey: ["workers", runId],
      queryFn: async ({ signal }) =>
        here(await answer(api.GET("/api/v1/runs/{runId}/workers", { params: { path: { runId } }, signal }))),
    }),

  artifacts: (runId: string) =>
    queryOptions({
      queryKey: ["artifacts", runId],
      queryFn: async ({ signal }) =>
        here(await answer(api.GET("/api/v1/runs/{runId}/artifacts", { params: { path: { runId } }, signal }))),
      // The links are good for 15 minutes.
      staleTime: 10 * 60_000,
      refetchInterval: 10 * 60_000,
    }),
};

export function logLines(runId: string, worker: number, cursor: string | null, signal: AbortSignal) {
  const query = { worker, limit: 1_000, ...(cursor !== null && { cursor }) };
  return answer(api.GET("/api/v1/runs/{runId}/logs", { params: { path: { runId }, query }, signal }));
}
