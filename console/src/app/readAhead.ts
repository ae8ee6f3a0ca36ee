import { queries } from "../api/queries";
import { results } from "../api/results";
import { isOver, runs } from "../api/runs";
import { scenarios, searchOf } from "../api/scenarios";
import { pageOf } from "../components/tableState";

/** Asks for what a page shows first, while the code of the page is still on its way. */
export function readAhead({ pathname, searchParams }: URL): void {
  const runId = /^\/runs\/(run_\w+)$/.exec(pathname)?.[1];
  if (runId !== undefined) ofRun(runId, searchParams);
  const page = pageOf(searchParams);
  if (pathname === "/") void queries.prefetchQuery(runs.all(page));
  if (pathname === "/scenarios") void queries.prefetchQuery(scenarios.list({ ...page, ...searchOf(searchParams) }));
}

function ofRun(runId: string, searchParams: URLSearchParams): void {
  void import("../charts/TimeChart");
  void queries.prefetchQuery(runs.one(runId)).then(() => {
    const run = queries.getQueryData(runs.one(runId).queryKey);
    const isOfPart = ["label", "region", "from"].some((name) => searchParams.has(name));
    if (!run || !isOver(run.status) || isOfPart) return;
    void queries.prefetchQuery(results.of(runId, null));
    void queries.prefetchQuery(results.series(runId, { label: null, region: null }, null, true));
  });
}
