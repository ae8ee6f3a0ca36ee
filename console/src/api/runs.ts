import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";
import { LEFT_PAGE_MS, queries } from "./queries";
import { isGone } from "./refusal";
import type { Run, RunEntry, RunStatus } from "./types";

export interface RunFilter {
  limit: number;
  cursor?: string;
}

/** Runs that a trend shows. */
export const TREND_RUNS = 10;

export function isOver(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

const UNDER_WAY: RunStatus[] = ["queued", "launching", "ready", "running", "stopping", "collecting"];
/** No run is longer: a day of load, and what is before and after it. */
const LONGEST_MS = 2 * 86_400_000;

/** So long after its end a run may still be cleaned up before nobody waits for it any more. */
const CLEAN_UP_MS = 60_000;

/** Whether nothing of a run changes by itself any more: what it left is put away after its end. */
export function isSettled({ status, endedAt, stages }: Pick<Run, "status" | "endedAt" | "stages">, now: number): boolean {
  if (!isOver(status)) return false;
  const isCleanedUp = stages.some((stage) => stage.name === "cleanUp" && stage.endedAt != null);
  return isCleanedUp || endedAt === null || Math.abs(now - Date.parse(endedAt)) > CLEAN_UP_MS;
}

export const runs = {
  all: (filter: RunFilter) =>
    queryOptions({
      queryKey: ["runs", "all", filter],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/runs", { params: { query: filter }, signal })),
      placeholderData: keepPreviousData,
      gcTime: LEFT_PAGE_MS,
      refetchInterval: 5_000,
    }),

  /** The newest runs that are not over. */
  active: () =>
    queryOptions({
      queryKey: ["runs", "all", "active"],
      queryFn: ({ signal }) => {
        const query = { status: UNDER_WAY, from: new Date(Date.now() - LONGEST_MS).toISOString(), limit: 100 };
        return answer(api.GET("/api/v1/runs", { params: { query }, signal }));
      },
      refetchInterval: 5_000,
    }),

  ofScenario: (scenarioId: string, filter: RunFilter) =>
    queryOptions({
      queryKey: ["runs", "of", scenarioId, filter],
      queryFn: ({ signal }) =>
        answer(
          api.GET("/api/v1/scenarios/{scenarioId}/runs", { params: { path: { scenarioId }, query: filter }, signal }),
        ),
      placeholderData: keepPreviousData,
      gcTime: LEFT_PAGE_MS,
      refetchInterval: 5_000,
    }),

  /** The newest runs of a scenario; read anew only when the last of them is another one, or stands elsewhere. */
  trend: (scenarioId: string, { runId, status }: Pick<RunEntry, "runId" | "status">) =>
    queryOptions({
      queryKey: ["trend", scenarioId, runId, status],
      queryFn: ({ signal }) => {
        const params = { path: { scenarioId }, query: { limit: TREND_RUNS } };
        return answer(api.GET("/api/v1/scenarios/{scenarioId}/runs", { params, signal }));
      },
      staleTime: Infinity,
      gcTime: LEFT_PAGE_MS,
    }),

  /** The newest runs of a scenario before an instant. */
  before: (scenarioId: string, to: string) =>
    queryOptions({
      queryKey: ["runs", "before", scenarioId, to],
      queryFn: ({ signal }) => {
        const params = { path: { scenarioId }, query: { limit: TREND_RUNS, to } };
        return answer(api.GET("/api/v1/scenarios/{scenarioId}/runs", { params, signal }));
      },
      staleTime: 60_000,
    }),

  one: (runId: string) =>
    queryOptions({
      queryKey: ["runs", "one", runId],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/runs/{runId}", { params: { path: { runId } }, signal })),
      refetchInterval: ({ state: { data, error } }) => (isGone(error) || (data && isSettled(data, Date.now())) ? false : 1_000),
      refetchIntervalInBackground: true,
    }),
};

export async function startRun(scenarioId: string): Promise<Run> {
  // A click that is sent twice counts once.
  const header = { "Idempotency-Key": crypto.randomUUID() };
  const params = { path: { scenarioId }, header };
  return changed(await answer(api.POST("/api/v1/scenarios/{scenarioId}/runs", { params })));
}

export async function cancelRun(runId: string): Promise<Run> {
  return changed(await answer(api.POST("/api/v1/runs/{runId}/cancel", { params: { path: { runId } } })));
}

export async function changeRun(runId: string, body: { note?: string | null; pinned?: boolean }): Promise<Run> {
  return changed(await answer(api.PATCH("/api/v1/runs/{runId}", { params: { path: { runId } }, body })));
}

export async function deleteRun(runId: string): Promise<void> {
  await answer(api.DELETE("/api/v1/runs/{runId}", { params: { path: { runId } } }));
  queries.removeQueries({ queryKey: runs.one(runId).queryKey });
  await queries.invalidateQueries({ queryKey: ["runs"] });
  await queries.invalidateQueries({ queryKey: ["trend"] });
}

async function changed(run: Run): Promise<Run> {
  queries.setQueryData(runs.one(run.runId).queryKey, run);
  await queries.invalidateQueries({ queryKey: ["runs", "all"] });
  await queries.invalidateQueries({ queryKey: ["runs", "of", run.scenarioId] });
  await queries.invalidateQueries({ queryKey: ["scenarios"] });
  return run;
}
