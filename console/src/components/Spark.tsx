import { useQuery } from "@tanstack/react-query";

import { runs, TREND_RUNS } from "../api/runs";
import type { RunEntry } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";
import "./Spark.css";

const WIDTH = 8;
const GAP = 2;
const HEIGHT = 22;

/** The p95 of a scenario's last runs, oldest first, small enough for a cell; a run that did not pass is red. */
export function Spark({ scenarioId, lastRun }: { scenarioId: string; lastRun: RunEntry }) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery(runs.trend(scenarioId, lastRun));
  const bars = (query.data?.items ?? []).toReversed();
  const most = Math.max(...bars.map(p95Of), 0);
  if (most === 0) return <>{messages.common.none}</>;
  const last = bars.at(-1)?.summary?.p95;
  const text = last == null ? messages.scenarios.trendNone(bars.length) : messages.scenarios.trendText(bars.length, format.ms(last));
  return (
    <svg className="spark" width={TREND_RUNS * (WIDTH + GAP)} height={HEIGHT} role="img" aria-label={text}>
      <title>{bars.map((run) => `${format.instant(run.startAt ?? run.createdAt)}: ${format.ms(run.summary?.p95)}`).join("\n")}</title>
      {bars.map((run, index) => {
        const height = Math.max(2, (p95Of(run) / most) * HEIGHT);
        return (
          <rect
            key={run.runId}
            className={isBad(run) ? "spark-bad" : "spark-bar"}
            x={(TREND_RUNS - bars.length + index) * (WIDTH + GAP)}
            y={HEIGHT - height}
            width={WIDTH}
            height={height}
          />
        );
      })}
    </svg>
  );
}

function p95Of(run: RunEntry): number {
  return run.summary?.p95 ?? 0;
}

function isBad({ status, summary }: RunEntry): boolean {
  return status === "failed" || (summary != null && summary.verdict === "failed");
}
