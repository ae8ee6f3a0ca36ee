import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";
import { LEFT_PAGE_MS, queries } from "./queries";
import type { Scenario, ScenarioInput } from "./types";

export interface ScenarioFilter {
  q?: string;
  tag?: string;
  limit: number;
  cursor?: string;
}

/** What is searched for, as the address of the page says it. */
export function searchOf(parameters: URLSearchParams): Pick<ScenarioFilter, "q" | "tag"> {
  const [q, tag] = [parameters.get("q"), parameters.get("tag")];
  return { ...(q && { q }), ...(tag && { tag }) };
}

export const scenarios = {
  list: (filter: ScenarioFilter) =>
    queryOptions({
      queryKey: ["scenarios", "list", filter],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/scenarios", { params: { query: filter }, signal })),
      placeholderData: keepPreviousData,
      gcTime: LEFT_PAGE_MS,
      refetchInterval: 5_000,
    }),

  one: (scenarioId: string) =>
    queryOptions({
      queryKey: ["scenarios", "one", scenarioId],
      queryFn: ({ signal }) =>
        answer(api.GET("/api/v1/scenarios/{scenarioId}", { params: { path: { scenarioId } }, signal })),
    }),
};

export async function createScenario(body: ScenarioInput): Promise<Scenario> {
  return changed(await answer(api.POST("/api/v1/scenarios", { body })));
}

/** Replaces the scenario if it still has this version. */
export async function replaceScenario(scenarioId: string, version: number, body: ScenarioInput): Promise<Scenario> {
  const params = { path: { scenarioId }, header: { "If-Match": `"${version}"` } };
  return changed(await answer(api.PUT("/api/v1/scenarios/{scenarioId}", { params, body })));
}

export async function deleteScenario(scenarioId: string): Promise<void> {
  await answer(api.DELETE("/api/v1/scenarios/{scenarioId}", { params: { path: { scenarioId } } }));
  queries.removeQueries({ queryKey: scenarios.one(scenarioId).queryKey });
  await queries.invalidateQueries({ queryKey: ["scenarios", "list"] });
}

/** Other runs of the scenario are held against this one from now on; against none when it is null. */
export async function setBaseline(scenarioId: string, runId: string | null): Promise<void> {
  const params = { path: { scenarioId } };
  if (runId === null) await answer(api.DELETE("/api/v1/scenarios/{scenarioId}/baseline", { params }));
  else await answer(api.PUT("/api/v1/scenarios/{scenarioId}/baseline", { params, body: { runId } }));
  await queries.invalidateQueries({ queryKey: ["scenarios"] });
}

async function changed(scenario: Scenario): Promise<Scenario> {
  queries.setQueryData(scenarios.one(scenario.scenarioId).queryKey, scenario);
  await queries.invalidateQueries({ queryKey: ["scenarios", "list"] });
  return scenario;
}
