import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { isComparable } from "../api/comparisons";
import { runs } from "../api/runs";
import { setBaseline } from "../api/scenarios";
import type { RunEntry, Scenario } from "../api/types";
import { useNotices } from "../app/notices";
import { Empty } from "../components/Empty";
import { RouterButton } from "../components/RouterLink";
import { useRunColumns } from "../components/runColumns";
import { ServerTable, type Column } from "../components/ServerTable";
import { useTableState } from "../components/tableState";
import { useMayEdit } from "../components/useMayEdit";
import { useFormat, useMessages } from "../i18n/language";

/** The runs of a scenario: two of them can be compared, and one can be what the others are held against. */
export function History({ scenario }: { scenario: Scenario }) {
  const messages = useMessages();
  const format = useFormat();
  const state = useTableState();
  const [chosen, setChosen] = useState<RunEntry[]>([]);
  const { limit, cursor } = state;
  const query = useQuery(runs.ofScenario(scenario.scenarioId, { limit, ...(cursor !== undefined && { cursor }) }));
  const baseline: Column<RunEntry> = {
    id: "baseline",
    header: messages.scenario.baseline,
    cell: ({ runId }) => (runId === scenario.baselineRunId ? <Badge color="blue">{messages.scenario.baseline}</Badge> : null),
  };
  return (
    <ServerTable
      label={messages.scenario.history}
      header={
        <Header variant="h2" actions={<Actions scenario={scenario} chosen={chosen} />}>
          {messages.scenario.history}
        </Header>
      }
      empty={<Empty title={messages.scenario.historyNone} hint={messages.scenario.historyNoneHint} />}
      columns={[...useRunColumns({ withScenario: false }), baseline]}
      fixed="started"
      rowId={({ runId }) => runId}
      query={query}
      state={state}
      selection={{
        items: chosen,
        // The two that were ticked last.
        change: (items) => setChosen(items.slice(-2)),
        canBeChosen: (run) => isComparable({ status: run.status, summary: run.summary ?? null }),
        nameOf: (run) => format.instant(run.startAt ?? run.createdAt),
      }}
    />
  );
}

function Actions({ scenario: { scenarioId, baselineRunId }, chosen }: { scenario: Scenario; chosen: RunEntry[] }) {
  const messages = useMessages();
  const notices = useNotices();
  const mayEdit = useMayEdit();
  const [first, second] = chosen.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  const isBaseline = first !== undefined && first.runId === baselineRunId;
  const change = async () => {
    try {
      await setBaseline(scenarioId, isBaseline || !first ? null : first.runId);
      notices.tell({ type: "success", header: messages.scenario.baselineSet });
    } catch (error) {
      notices.tellRefusal(error);
    }
  };
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <div aria-live="polite">
        <Box color="text-body-secondary">{messages.compare.chosen(chosen.length)}</Box>
      </div>
      {mayEdit && (
        <Button disabled={chosen.length !== 1} onClick={() => void change()}>
          {isBaseline ? messages.scenario.clearBaseline : messages.scenario.setBaseline}
        </Button>
      )}
      <RouterButton
        disabled={chosen.length !== 2}
        to={`/compare?runs=${first?.runId},${second?.runId}`}
      >
        {messages.compare.with}
      </RouterButton>
    </SpaceBetween>
  );
}
