import { screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import { openAt } from "../app/openAt";
import Compare from "./Compare";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

const AT = "2026-11-23T12:00:00.000Z";
const OVER = { createdAt: AT, startAt: AT, endedAt: AT, status: "completed", stages: [] };
const SCENARIOS: Record<string, string> = { scn_1: "Checkout", scn_2: "Search" };
/** Which scenario each run is of. */
const RUNS: Record<string, string> = { run_1: "scn_1", run_2: "scn_1", run_3: "scn_2" };

beforeEach(() => {
  requests.mockImplementation((request) => {
    const { pathname } = new URL(request.url);
    const run = /\/runs\/(\w+)$/.exec(pathname)?.[1] ?? "";
    const scenarioId = RUNS[run];
    if (scenarioId) {
      const scenario = { name: SCENARIOS[scenarioId] };
      return Promise.resolve(Response.json({ ...OVER, runId: run, scenarioId, scenario }));
    }
    // What they measured is not looked at here.
    const isList = pathname.endsWith("/runs");
    return Promise.resolve(Response.json(isList ? { items: [] } : { status: 404, title: "Gone" }, { status: isList ? 200 : 404 }));
  });
});

afterEach(() => queries.clear());

it.each([
  ["run_1,run_2", ["Checkout"]],
  ["run_1,run_3", ["Checkout", "Search"]],
])("names every scenario that %s are runs of", async (runs, names) => {
  openAt(`/compare?runs=${runs}`, [{ path: "/compare", element: <Compare /> }]);
  await screen.findByText("Checkout");
  for (const name of names) expect((await screen.findByRole("link", { name })).getAttribute("href")).toMatch(/^\/scenarios\/scn_/);
  expect(screen.getAllByRole("link")).toHaveLength(names.length);
});
