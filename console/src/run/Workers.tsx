import "./Workers.css";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { isOver } from "../api/runs";
import type { Run } from "../api/types";
import { workers } from "../api/workers";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { WorkerState } from "../components/RunStatus";
import { useFormat, useMessages } from "../i18n/language";

const FOLLOW_MS = 3_000;

/** The workers of a run: where each stands, how exactly it started, how busy it is. */
export function Workers({ run }: { run: Run }) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery({ ...workers.of(run.runId), refetchInterval: isOver(run.status) ? false : FOLLOW_MS });
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} />;
  }
  const { planned, ready, running, done, lost } = run.workers;
  const counts = [
    `${messages.workerState.ready} ${messages.common.of(format.integer(ready), format.integer(planned))}`,
    `${messages.workerState.running} ${format.integer(running)}`,
    `${messages.workerState.done} ${format.integer(done)}`,
    `${messages.workerState.lost} ${format.integer(lost)}`,
  ];
  return (
    <Table
      variant="embedded"
      header={
        <Header variant="h3" counter={`(${format.integer(planned)})`} description={counts.join(" · ")}>
          {messages.run.tabWorkers}
        </Header>
      }
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={messages.common.loading}
      trackBy={({ worker }) => String(worker)}
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: messages.run.tabWorkers, selectionGroupLabel: messages.run.tabWorkers }}
      columnDefinitions={[
        { id: "worker", header: messages.run.worker, cell: ({ worker }) => worker, isRowHeader: true },
        { id: "region", header: messages.run.region, cell: ({ region }) => region },
        { id: "state", header: messages.run.state, cell: ({ state }) => <WorkerState state={state} /> },
        { id: "skew", header: messages.run.skew, cell: ({ startSkewMs }) => format.ms(startSkewMs) },
        { id: "cpu", header: messages.run.cpu, cell: ({ cpu }) => <Cpu share={cpu} /> },
        { id: "users", header: messages.run.users, cell: ({ virtualUsers }) => format.integer(virtualUsers) },
        { id: "requests", header: messages.run.requests, cell: ({ requests }) => format.integer(requests) },
        { id: "failures", header: messages.run.failures, cell: ({ failures }) => format.integer(failures) },
        {
          id: "exit",
          header: messages.run.exit,
          cell: ({ exit }) => (exit ? `${exit.detail} (${exit.code})` : messages.common.none),
        },
      ]}
      empty={<Empty title={messages.run.workersNone} hint={messages.run.workersNoneHint} />}
    />
  );
}

/** Above this a generator may be what is slow. */
const HIGH = 0.8;

function Cpu({ share }: { share: number | null }) {
  const messages = useMessages();
  const format = useFormat();
  if (share === null) return <>{messages.common.none}</>;
  const isHigh = share > HIGH;
  return (
    <span className="cpu" title={isHigh ? messages.run.cpuHigh : undefined}>
      <span className="cpu-bar" aria-hidden>
        <span className={isHigh ? "cpu-used cpu-high" : "cpu-used"} style={{ inlineSize: `${Math.min(share, 1) * 100}%` }} />
        <span className="cpu-line" style={{ insetInlineStart: `${HIGH * 100}%` }} />
      </span>
      {format.percent(share)}
    </span>
  );
}
