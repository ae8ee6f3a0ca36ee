import { queryOptions } from "@tanstack/react-query";

import { answer, api, here } from "./client";
import { queries } from "./queries";
import { isGone } from "./refusal";
import { isOver } from "./runs";
import type { Validation } from "./types";

export const validations = {
  of: (runId: string) =>
    queryOptions({
      queryKey: ["validations", runId],
      queryFn: async ({ signal }): Promise<Validation> =>
        here(await answer(api.GET("/api/v1/runs/{runId}/validation", { params: { path: { runId } }, signal }))),
      refetchInterval: ({ state: { data, error } }) => (isGone(error) || (data && isOver(data.status)) ? false : 1_000),
    }),
};

/** Answers the id of the run that tries the scenario out. */
export async function startValidation(scenarioId: string): Promise<string> {
  const params = { path: { scenarioId } };
  const { runId } = await answer(api.POST("/api/v1/scenarios/{scenarioId}/validate", { params }));
  await queries.invalidateQueries({ queryKey: ["scenarios"] });
  return runId;
}
