import { queries } from "../api/queries";
import { results as resultsOf } from "../api/results";
import type { Results, Run } from "../api/types";
import { workers } from "../api/workers";
import { storedCourse } from "../live/course";
import type { Reader } from "../report/report";
import { fileName, save } from "./export";
import { plannedMs } from "./planned";

const ALL = { label: null, region: null };

/** Hands the reader a report of the run, or of the window that the results are of. */
export async function saveReport({ run, results }: { run: Run; results: Results }, reader: Omit<Reader, "now">): Promise<void> {
  const window = results.window ? { from: results.window.fromMs, to: results.window.toMs } : null;
  const [{ report }, series, list] = await Promise.all([
    import("../report/report"),
    queries.fetchQuery(resultsOf.series(run.runId, ALL, window, true)),
    queries.fetchQuery(workers.of(run.runId)),
  ]);
  const reported = { run, results, course: storedCourse(series, plannedMs(run)), workers: list.items };
  save(fileName(run.runId, { window }, "html"), "text/html", report(reported, { ...reader, now: new Date() }));
}
