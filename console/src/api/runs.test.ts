import { afterEach, expect, it, vi } from "vitest";

import { queries } from "./queries";
import { deleteRun, runs } from "./runs";

// The client takes the browser's fetch when it is made.
vi.hoisted(() => vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 }))));

afterEach(() => queries.clear());

it("takes a deleted run out of whatever shows it", async () => {
  const trend = runs.trend("scn_1", { runId: "run_2", status: "completed" }).queryKey;
  const list = runs.ofScenario("scn_1", { limit: 20 }).queryKey;
  for (const key of [trend, list]) queries.setQueryData<unknown>(key, { items: [], nextCursor: null });
  await deleteRun("run_1");
  expect([trend, list].map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true]);
});
