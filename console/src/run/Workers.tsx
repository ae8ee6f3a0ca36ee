import "./Workers.css";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { isOver } from "../api/runs";
import type { Run, Worker } from "../api/types";
import { workers } from "../api/workers";
import { Empty } from "../components/Empty";
import { LocalTable } from "../components/LocalTable";
import { Outdated } from "../components/Outdated";
import { Problem } from "../components/Problem";
import { WorkerState } from "../components/RunStatus";
import type { Messages } from "../i18n/en";
import { useFormat, useMessages } from "../i18n/language";
import { sayDetail } from "../i18n/said";
import type { Course } from "../live/course";
import { CpuChart, HIGH_CPU } from "./CpuChart";

const FOLLOW_MS = 3_000;

/** The workers of a run: where each stands, how exactly it started, how busy it is. */
export function Workers({ run, course }: { run: Run; course: Course | null }) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery({ ...workers.of(run.runId), refetchInterval: isOver(run.status) ? false : FOLLOW_MS });
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} isPolling={!isOver(run.status)} />;
  }
  const { planned, ready, running, done, lost } = run.workers;
  const counts = [
    `${messages.workerState.ready} ${messages.common.of(format.integer(ready), format.integer(planned))}`,
    `${messages.workerState.running} ${format.integer(running)}`,
    `${messages.workerState.done} ${format.integer(done)}`,
    `${messages.workerState.lost} ${format.integer(lost)}`,
  ];
  return (
    <SpaceBetween size="m">
      {query.isError && <Outdated query={query} />}
      {course && <CpuChart points={course.points} />}
      <LocalTable
        name="workers"
        title={messages.run.tabWorkers}
        description={counts.join(" · ")}
        items={query.data?.items ?? []}
        isLoading={query.isPending}
        fixed="worker"
        sorting={{ column: "worker", descending: false }}
        rowId={({ worker }) => String(worker)}
        columns={[
          { id: "worker", header: messages.run.worker, value: ({ worker }) => worker },
          { id: "region", header: messages.run.region, value: ({ region }) => region },
          {
            id: "state",
            header: messages.run.state,
            value: ({ state }) => messages.workerState[state],
            cell: ({ state }) => <WorkerState state={state} />,
          },
          { id: "skew", header: messages.run.skew, value: (w) => w.startSkewMs, cell: (w) => format.ms(w.startSkewMs) },
          { id: "cpu", header: messages.run.cpu, value: ({ cpu }) => cpu, cell: ({ cpu }) => <Cpu share={cpu} /> },
          { id: "users", header: messages.run.users, value: (w) => w.virtualUsers, cell: (w) => format.integer(w.virtualUsers) },
          { id: "requests", header: messages.run.requests, value: (w) => w.requests, cell: (w) => format.integer(w.requests) },
          { id: "failures", header: messages.run.failures, value: (w) => w.failures, cell: (w) => format.integer(w.failures) },
          { id: "exit", header: messages.run.exit, value: ({ exit }) => exit && howItEnded(exit, messages) },
        ]}
        empty={<Empty title={messages.run.workersNone} hint={messages.run.workersNoneHint} />}
      />
    </SpaceBetween>
  );
}

function howItEnded(exit: NonNullable<Worker["exit"]>, messages: Messages): string {
  const words = sayDetail(exit, messages);
  return words === "" ? `${messages.run.code} ${exit.code}` : `${words} (${exit.code})`;
}

function Cpu({ share }: { share: number | null }) {
  const messages = useMessages();
  const format = useFormat();
  if (share === null) return <>{messages.common.none}</>;
  const isHigh = share > HIGH_CPU;
  return (
    <span className="cpu" title={isHigh ? messages.run.cpuHigh : undefined}>
      <span className="cpu-bar" aria-hidden>
        <span className={isHigh ? "cpu-used cpu-high" : "cpu-used"} style={{ inlineSize: `${Math.min(share, 1) * 100}%` }} />
        <span className="cpu-line" style={{ insetInlineStart: `${HIGH_CPU * 100}%` }} />
      </span>
      {format.percent(share)}
    </span>
  );
}
