import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import { openAt } from "../app/openAt";
import Run from "./Run";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

const AT = "2026-11-23T12:00:00.000Z";
const RUN = {
  runId: "run_1",
  scenarioId: "scn_1",
  status: "completed",
  trigger: "person",
  note: null,
  ref: null,
  reason: null,
  degraded: false,
  pinned: false,
  warnings: [],
  createdAt: AT,
  startAt: AT,
  endedAt: "2026-11-23T12:01:10.000Z",
  stages: [],
  summary: null,
  workers: { planned: 1, ready: 1, running: 0, done: 1, lost: 0 },
  scenario: {
    name: "Checkout",
    description: "",
    tags: [],
    workload: { kind: "http", requests: [{ label: "GET /", method: "GET", url: "http://a/" }] },
    shape: { kind: "users", rampUp: "1s", hold: "59s", drain: "2s" },
    start: { quorum: 1, timeout: "10m" },
    traffic: [{ region: "us-east-1", workers: 1, virtualUsers: 5 }],
    worker: { vcpu: 2, memoryGb: 4, heapPercent: 60, spot: false },
    criteria: [],
    live: false,
  },
};
const times = { min: 1, mean: 2, stdev: 1, p50: 2, p75: 3, p90: 4, p95: 5, p99: 6, p999: 7, max: 8 };
const FIGURES = {
  requests: 1_234,
  failures: 0,
  failureRate: 0,
  throughput: 20,
  virtualUsersMax: 5,
  bytesReceived: 1,
  bytesSent: 1,
  responseTimeMs: times,
  ttfbMs: times,
  connectMs: times,
};
const RESULTS = {
  total: FIGURES,
  steady: { ...FIGURES, requests: 1_111 },
  byLabel: {},
  byRegion: {},
  transactions: {},
  errors: [],
  interrupted: 0,
  verdict: { outcome: "passed", criteria: [] },
  validity: { grade: "valid", reasons: [] },
};

let role = "viewer";
/** Answers the results that were asked for last. */
let answerResults: (body: object, status?: number) => Promise<void>;

beforeEach(() => {
  requests.mockImplementation((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/v1/runs/run_1") return Promise.resolve(Response.json(RUN));
    if (pathname.endsWith("/me")) return Promise.resolve(Response.json({ principal: "a", role }));
    if (pathname === "/api/v1/scenarios/scn_1") {
      return Promise.resolve(Response.json({ status: 404, code: "NOT_FOUND", detail: "there is no such scenario" }, { status: 404 }));
    }
    if (pathname.endsWith("/series")) return Promise.resolve(Response.json({ stepMs: 1_000, completeUntil: 70, points: [] }));
    if (pathname.endsWith("/results")) {
      return new Promise((resolve) => {
        answerResults = (body, status = 200) => act(() => Promise.resolve(resolve(Response.json(body, { status }))));
      });
    }
    return Promise.resolve(Response.json({ items: [], nextCursor: null }));
  });
});

afterEach(() => {
  role = "viewer";
  queries.clear();
});

async function show() {
  const { router } = openAt("/runs/run_1?tab=scenario", [{ path: "/runs/:runId", element: <Run /> }]);
  await screen.findByRole("heading", { name: "Run of Checkout" });
  return router;
}

const COMPUTING = "The figures are being computed…";

describe("the page of a run that is over", () => {
  it("shows no live figures before its results are there, nor when they cannot be read", async () => {
    await show();
    expect(await screen.findByText(COMPUTING)).toBeTruthy();
    expect(screen.queryByText("Virtual users")).toBeNull();
    await answerResults({ status: 403, code: "FORBIDDEN", detail: "not for you" }, 403);
    expect(await screen.findByText("not for you")).toBeTruthy();
    expect(screen.queryByText(COMPUTING)).toBeNull();
    expect(screen.queryByText("Virtual users")).toBeNull();
  });

  it("offers no other run of a scenario that was deleted", async () => {
    role = "operator";
    await show();
    const again = await screen.findByRole("button", { name: "Run again" });
    await waitFor(() => expect(again.getAttribute("aria-disabled")).toBe("true"));
  });

  it("does not give the figures of one part for those of another", async () => {
    const router = await show();
    await screen.findByText(COMPUTING);
    await answerResults(RESULTS);
    expect(await screen.findByText("1,234")).toBeTruthy();
    await act(() => router.navigate("/runs/run_1?tab=scenario&from=1000&to=2000"));
    expect(await screen.findByText(COMPUTING)).toBeTruthy();
    expect(screen.queryByText(/are of this part/)).toBeNull();
    expect(screen.getByText("1,234").closest("[aria-busy=true]")).not.toBeNull();
    screen.getByRole("button", { name: "Export" }).click();
    expect((await screen.findByRole("menuitem", { name: "Results as JSON" })).getAttribute("aria-disabled")).toBe("true");
    await answerResults({ ...RESULTS, window: { fromMs: 1_000, toMs: 2_000 }, total: { ...RESULTS.total, requests: 21 } });
    expect(await screen.findByText("21")).toBeTruthy();
    expect(screen.getByText(/are of this part/)).toBeTruthy();
  });
});
