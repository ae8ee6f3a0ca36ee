import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { MemoryRouter, useLocation } from "react-router";
import { afterEach, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import type { Run } from "../api/types";
import { InEnglish } from "../components/InEnglish";
import { CompareMenu } from "./CompareMenu";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

/** Thirty runs, a minute apart; the one in ten that failed left nothing to compare. */
const HISTORY = Array.from({ length: 30 }, (_, i) => ({
  runId: `run_${i}`,
  scenarioId: "scn_1",
  createdAt: new Date(Date.UTC(2026, 10, 23, 12, i)).toISOString(),
  status: i % 10 === 4 ? "failed" : "completed",
  summary: i % 10 === 4 ? null : {},
}));

afterEach(() => queries.clear());

function Address() {
  const { pathname, search } = useLocation();
  return <p>{`${pathname}${search}`}</p>;
}

it("leads to the run before, however old this one is", async () => {
  requests.mockImplementation((request) => {
    const { searchParams } = new URL(request.url);
    const to = searchParams.get("to") ?? "9";
    const items = HISTORY.filter(({ createdAt }) => createdAt < to).toReversed().slice(0, Number(searchParams.get("limit")));
    return Promise.resolve(Response.json({ items, nextCursor: null }));
  });
  render(
    <QueryClientProvider client={queries}>
      <InEnglish>
        <MemoryRouter>
          <CompareMenu run={HISTORY[5] as unknown as Run} baselineRunId={null} />
          <Address />
        </MemoryRouter>
      </InEnglish>
    </QueryClientProvider>,
  );
  await vi.waitFor(() => expect(queries.isFetching()).toBe(0));
  await userEvent.click(screen.getByRole("button", { name: "Compare" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "With the run before" }));
  expect(await screen.findByText("/compare?runs=run_3,run_5")).toBeTruthy();
});
