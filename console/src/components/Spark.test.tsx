import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { queries } from "../api/queries";
import { runs } from "../api/runs";
import type { RunEntry } from "../api/types";
import { InEnglish } from "./InEnglish";
import { Spark } from "./Spark";

const entry = (runId: string, p95: number | null) =>
  ({ runId, status: "failed", createdAt: "2026-11-23T12:00:00.000Z", summary: p95 === null ? null : { p95, verdict: "passed" } }) as unknown as RunEntry;

afterEach(() => queries.clear());

it.each([
  [12, "2 runs, the last with a p95 of 12 ms"],
  [null, "2 runs, the last without results"],
])("says of a last run with a p95 of %j that it is one", (p95, text) => {
  const last = entry("run_2", p95);
  queries.setQueryData(runs.trend("scn_1", last).queryKey, { items: [last, entry("run_1", 30)], nextCursor: null });
  render(
    <QueryClientProvider client={queries}>
      <InEnglish>
        <Spark scenarioId="scn_1" lastRun={last} />
      </InEnglish>
    </QueryClientProvider>,
  );
  expect(screen.getByRole("img").getAttribute("aria-label")?.replaceAll("\u00a0", " ")).toBe(text);
});
