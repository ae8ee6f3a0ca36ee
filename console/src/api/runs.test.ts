import { QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, it, vi } from "vitest";

import { queries } from "./queries";
import { deleteRun, runs } from "./runs";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

afterEach(() => queries.clear());

it("takes a deleted run out of whatever shows it", async () => {
  requests.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  const trend = runs.trend("scn_1", { runId: "run_2", status: "completed" }).queryKey;
  const list = runs.ofScenario("scn_1", { limit: 20 }).queryKey;
  for (const key of [trend, list]) queries.setQueryData<unknown>(key, { items: [], nextCursor: null });
  await deleteRun("run_1");
  expect([trend, list].map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true]);
});

it("asks once for a run that is not there", async () => {
  vi.useFakeTimers();
  requests.mockClear();
  const gone = { status: 404, code: "NOT_FOUND", detail: "there is no such run" };
  requests.mockImplementation(() => Promise.resolve(Response.json(gone, { status: 404 })));
  const stop = new QueryObserver(queries, runs.one("run_1")).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(5_000);
  stop();
  vi.useRealTimers();
  expect(requests).toHaveBeenCalledOnce();
});
