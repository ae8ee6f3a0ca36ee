import "./Trend.css";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Box from "@cloudscape-design/components/box";
import { useNavigate } from "react-router";

import type { RunEntry } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";

/** The last runs of a scenario side by side, oldest first. */
export function Trend({ runs, baselineRunId }: { runs: RunEntry[]; baselineRunId: string | null }) {
  const messages = useMessages();
  const format = useFormat();
  return (
    <ColumnLayout columns={2}>
      <Strip
        title={messages.scenario.trendP95}
        runs={runs}
        baselineRunId={baselineRunId}
        value={({ summary }) => summary?.p95 ?? null}
        show={(value) => format.ms(value)}
      />
      <Strip
        title={messages.scenario.trendFailures}
        runs={runs}
        baselineRunId={baselineRunId}
        value={({ summary }) => summary?.failureRate ?? null}
        show={(value) => format.percent(value)}
        isBad
      />
    </ColumnLayout>
  );
}

interface Props {
  title: string;
  runs: RunEntry[];
  baselineRunId: string | null;
  value: (run: RunEntry) => number | null;
  show: (value: number | null) => string;
  isBad?: boolean;
}

function Strip({ title, runs, baselineRunId, value, show, isBad }: Props) {
  const messages = useMessages();
  const format = useFormat();
  const navigate = useNavigate();
  const most = Math.max(...runs.map((run) => value(run) ?? 0), Number.MIN_VALUE);
  return (
    <div>
      <Box variant="awsui-key-label">
        {title} ({show(most === Number.MIN_VALUE ? 0 : most)})
      </Box>
      <div className="trend" role="list">
        {runs.map((run) => {
          const isBaseline = run.runId === baselineRunId;
          const figure = `${format.instant(run.startAt ?? run.createdAt)}: ${show(value(run))}`;
          const text = isBaseline ? `${figure} (${messages.scenario.baseline})` : figure;
          return (
            <div role="listitem" key={run.runId}>
              <a
                className={["trend-bar", isBad && "trend-bad", isBaseline && "trend-baseline"].filter(Boolean).join(" ")}
                href={`/runs/${run.runId}`}
                title={text}
                aria-label={text}
                onClick={(event) => {
                  event.preventDefault();
                  void navigate(`/runs/${run.runId}`);
                }}
              >
                <span style={{ blockSize: `${((value(run) ?? 0) / most) * 100}%` }} />
              </a>
            </div>
          );
        })}
      </div>
    </div>
  );
}
