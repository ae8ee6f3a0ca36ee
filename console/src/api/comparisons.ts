import { queryOptions } from "@tanstack/react-query";

import { answer, api, here } from "./client";
import { isOver } from "./runs";
import type { Comparison, Run } from "./types";

export const comparisons = {
  of: (base: string, candidate: string) =>
    queryOptions({
      queryKey: ["comparison", base, candidate],
      queryFn: async ({ signal }): Promise<Comparison> => {
        const params = { path: { runId: base, candidateId: candidate } };
        return here(await answer(api.GET("/api/v1/runs/{runId}/compare/{candidateId}", { params, signal })));
      },
      staleTime: Infinity,
    }),
};

/** Whether there is something to hold against another run. */
export function isComparable({ status, summary }: Pick<Run, "status" | "summary">): boolean {
  return isOver(status) && summary != null;
}
