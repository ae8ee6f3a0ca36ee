import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import { openAt } from "../app/openAt";
import Validation from "./Validation";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

const AT = "2026-11-23T12:00:00.000Z";
const common = { runId: "run_1", scenarioId: "scn_1", createdAt: AT, startAt: null, endedAt: AT, warnings: [] };

afterEach(() => queries.clear());

function answer(status: string, code: string | null, element: string | null = null, log: string[] = []) {
  const problem = code === null ? null : { code, detail: "this is why", element };
  requests.mockImplementation((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/me")) return Promise.resolve(Response.json({ principal: "a", role: "viewer" }));
    if (pathname.endsWith("/validation")) {
      const outcome = problem && "failed";
      return Promise.resolve(
        Response.json({ ...common, status, outcome, problem, exchanges: [], log, omitted: { samples: 0, failures: 0 } }),
      );
    }
    return Promise.resolve(Response.json({ ...common, status, stages: [], reason: null, scenario: { name: "Checkout", shape: { kind: "script", maxDuration: "1m" } } }));
  });
}

function show() {
  openAt("/runs/run_1/validation", [{ path: "/runs/:runId/validation", element: <Validation /> }]);
}

it.each([
  ["failed", "QUOTA_EXCEEDED", null, "The scenario could not be tried out"],
  ["failed", "START_TIMEOUT", null, "The scenario could not be tried out"],
  ["cancelled", "CANCELLED", null, "The validation was cancelled"],
  ["failed", "ENGINE_FAILED", null, "The scenario is broken"],
  ["completed", "REQUEST_FAILED", "GET /", "The scenario is broken at GET /"],
])("of a run that is %s with %s is said what that means", async (status, code, element, header) => {
  answer(status, code, element);
  show();
  expect(await screen.findByText(header)).toBeTruthy();
  expect(screen.getByText("this is why")).toBeTruthy();
  expect(screen.getByText("No request was sent")).toBeTruthy();
  expect(screen.queryByText(/The engine starts/)).toBeNull();
});

it("says what it waits for while it goes on", async () => {
  answer("launching", null);
  show();
  expect(await screen.findByText(/The engine starts/)).toBeTruthy();
});

it("opens the engine's log when it turns out to have failed, also for who watched", async () => {
  answer("running", null, null, ["a warning"]);
  show();
  const log = () => screen.findByRole("button", { name: "1 warning of the engine" });
  expect((await log()).getAttribute("aria-expanded")).toBe("false");
  answer("failed", "ENGINE_FAILED", null, ["a warning"]);
  await waitFor(async () => expect((await log()).getAttribute("aria-expanded")).toBe("true"));
});
