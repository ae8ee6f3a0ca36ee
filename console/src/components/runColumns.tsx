import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { RunEntry } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";
import { Clamped } from "./Clamped";
import { Instant } from "./Instant";
import { Name } from "./Name";
import { RouterLink } from "./RouterLink";
import { RunStatus } from "./RunStatus";
import type { Column } from "./ServerTable";

/** The columns of every list of runs. */
export function useRunColumns({ withScenario }: { withScenario: boolean }): Column<RunEntry>[] {
  const messages = useMessages();
  const format = useFormat();
  const scenario: Column<RunEntry> = {
    id: "scenario",
    header: messages.runs.scenario,
    cell: (run) => (
      <Name isNarrow>
        <Clamped text={run.scenarioName} />
      </Name>
    ),
  };
  return [
    {
      id: "started",
      header: messages.runs.started,
      isRowHeader: true,
      minWidth: 175,
      cell: (run) => (
        <>
          <RouterLink to={`/runs/${run.runId}`}>
            <Instant at={run.startAt ?? run.createdAt} />
          </RouterLink>
          {run.note && (
            <Box color="text-body-secondary" fontSize="body-s">
              <Clamped text={run.note} />
            </Box>
          )}
        </>
      ),
    },
    ...(withScenario ? [scenario] : []),
    {
      id: "status",
      header: messages.runs.status,
      minWidth: 140,
      cell: (run) => <RunStatus status={run.status} degraded={run.degraded} />,
    },
    {
      id: "duration",
      header: messages.runs.duration,
      cell: (run) =>
        run.summary?.durationMs === undefined ? messages.common.none : format.duration(run.summary.durationMs),
    },
    { id: "requests", header: messages.runs.requests, cell: (run) => format.integer(run.summary?.requests) },
    { id: "throughput", header: messages.runs.throughput, cell: (run) => format.rate(run.summary?.throughput) },
    { id: "failures", header: messages.runs.failures, cell: (run) => format.percent(run.summary?.failureRate) },
    { id: "p95", header: messages.runs.p95, cell: (run) => format.ms(run.summary?.p95) },
    {
      id: "verdict",
      header: messages.runs.verdict,
      cell: ({ summary, status }) => {
        const outcome = summary?.verdict;
        if (!outcome) return messages.common.none;
        // What was cancelled has passed nothing, however it went until then.
        const passed = status === "completed" ? "success" : "stopped";
        return <StatusIndicator type={outcome === "passed" ? passed : "error"}>{messages.runs[outcome]}</StatusIndicator>;
      },
    },
    { id: "trigger", header: messages.runs.trigger, cell: (run) => messages.trigger[run.trigger], isOptional: true },
    { id: "ref", header: messages.runs.ref, cell: (run) => run.ref ?? messages.common.none, isOptional: true },
  ];
}
