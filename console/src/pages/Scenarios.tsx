import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import Badge from "@cloudscape-design/components/badge";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { deleteScenario, scenarios } from "../api/scenarios";
import type { ScenarioEntry } from "../api/types";
import { useNotices } from "../app/notices";
import { Clamped } from "../components/Clamped";
import { Confirm } from "../components/Confirm";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { LastRun } from "../components/LastRun";
import { Name } from "../components/Name";
import { RouterButton, RouterLink } from "../components/RouterLink";
import { RunButton } from "../components/RunButton";
import { ServerTable, type Column } from "../components/ServerTable";
import { Spark } from "../components/Spark";
import { useTableState, type TableState } from "../components/tableState";
import { useMayEdit } from "../components/useMayEdit";
import { useTitle } from "../components/useTitle";
import { useFormat, useMessages } from "../i18n/language";

export default function Scenarios() {
  const messages = useMessages();
  const state = useTableState();
  const notices = useNotices();
  const mayEdit = useMayEdit();
  const [doomed, setDoomed] = useState<ScenarioEntry | null>(null);
  const [q, tag] = [state.filter("q"), state.filter("tag")];
  const { limit, cursor } = state;
  const query = useQuery(
    scenarios.list({ limit, ...(cursor !== undefined && { cursor }), ...(q && { q }), ...(tag && { tag }) }),
  );
  const columns = useColumns(state, mayEdit, setDoomed);
  useTitle(messages.scenarios.title);

  const create = (
    <RouterButton variant="primary" to="/scenarios/new">
      {messages.scenarios.create}
    </RouterButton>
  );
  const clear = <Button onClick={() => state.setFilter("q", "")}>{messages.table.clearFilter}</Button>;
  return (
    <>
      <ServerTable
        variant="full-page"
        label={messages.scenarios.title}
        header={
          <Header variant="awsui-h1-sticky" actions={mayEdit && create}>
            {messages.scenarios.title}
          </Header>
        }
        filter={<Filter state={state} />}
        empty={
          q || tag ? (
            <Empty title={messages.table.noMatches} action={q ? clear : undefined} />
          ) : (
            <Empty title={messages.scenarios.none} hint={messages.scenarios.noneHint} action={mayEdit && create} />
          )
        }
        columns={columns}
        fixed="name"
        rowId={({ scenarioId }) => scenarioId}
        query={query}
        state={state}
      />
      {doomed && (
        <Confirm
          title={messages.confirm.deleteScenario(doomed.name)}
          text={messages.confirm.deleteScenarioText}
          action={messages.common.delete}
          word={doomed.name}
          perform={async () => {
            await deleteScenario(doomed.scenarioId);
            notices.tell({ type: "success", header: messages.scenarios.deleted(doomed.name) });
          }}
          close={() => setDoomed(null)}
        />
      )}
    </>
  );
}

/** So long after the last key the server is asked. */
const PAUSE_MS = 300;

function Filter({ state }: { state: TableState }) {
  const messages = useMessages();
  const applied = state.filter("q");
  const tag = state.filter("tag");
  const [text, setText] = useState(applied);
  useEffect(() => setText(applied), [applied]);
  useEffect(() => {
    if (text === applied) return undefined;
    const timer = setTimeout(() => state.setFilter("q", text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, applied, state]);
  return (
    <SpaceBetween direction="horizontal" size="s" alignItems="center">
      <TextFilter
        filteringText={text}
        filteringPlaceholder={messages.scenarios.search}
        filteringAriaLabel={messages.scenarios.search}
        onChange={({ detail }) => setText(detail.filteringText)}
      />
      {tag && (
        <Button iconName="close" iconAlign="right" onClick={() => state.setFilter("tag", "")}>
          {`${messages.scenarios.tag}: ${tag}`}
        </Button>
      )}
    </SpaceBetween>
  );
}

function useColumns(
  state: TableState,
  mayEdit: boolean,
  remove: (scenario: ScenarioEntry) => void,
): Column<ScenarioEntry>[] {
  const messages = useMessages();
  const format = useFormat();
  const navigate = useNavigate();
  const actions: Column<ScenarioEntry> = {
    id: "actions",
    header: messages.scenarios.actions,
    minWidth: 190,
    cell: ({ scenarioId, activeRunId, name, ...rest }) => (
      <SpaceBetween direction="horizontal" size="xxs">
        <RunButton scenario={{ scenarioId, activeRunId, name }} />
        <ButtonDropdown
          variant="icon"
          ariaLabel={`${messages.common.more}: ${name}`}
          expandToViewport
          items={[
            { id: "edit", text: messages.common.edit },
            { id: "copy", text: messages.common.copy },
            { id: "delete", text: messages.common.delete, disabled: activeRunId !== null },
          ]}
          onItemClick={({ detail }) => {
            if (detail.id === "edit") void navigate(`/scenarios/${scenarioId}/edit`);
            if (detail.id === "copy") void navigate(`/scenarios/new?from=${scenarioId}`);
            if (detail.id === "delete") remove({ scenarioId, activeRunId, name, ...rest });
          }}
        />
      </SpaceBetween>
    ),
  };
  return [
    {
      id: "name",
      header: messages.scenarios.name,
      isRowHeader: true,
      minWidth: 160,
      cell: ({ scenarioId, name }) => (
        <Name isNarrow>
          <RouterLink to={`/scenarios/${scenarioId}`}>
            <Clamped text={name} />
          </RouterLink>
        </Name>
      ),
    },
    {
      id: "tags",
      header: messages.scenarios.tags,
      minWidth: 110,
      cell: ({ tags }) =>
        tags.length === 0 ? (
          messages.common.none
        ) : (
          <Name isNarrow>
            {tags.map((tag) => (
              <Button key={tag} variant="inline-link" onClick={() => state.setFilter("tag", tag)}>
                <Badge>{tag}</Badge>
              </Button>
            ))}
          </Name>
        ),
    },
    {
      id: "lastRun",
      header: messages.scenarios.lastRun,
      minWidth: 180,
      cell: ({ lastRun }) => <LastRun run={lastRun} />,
    },
    {
      id: "trend",
      header: messages.scenarios.trend,
      cell: ({ scenarioId, lastRun }) => (lastRun ? <Spark scenarioId={scenarioId} lastRun={lastRun} /> : messages.common.none),
    },
    {
      id: "throughput",
      header: messages.scenarios.throughput,
      cell: ({ lastRun }) => format.rate(lastRun?.summary?.throughput),
    },
    { id: "p95", header: messages.scenarios.p95, cell: ({ lastRun }) => format.ms(lastRun?.summary?.p95) },
    {
      id: "failures",
      header: messages.scenarios.failures,
      cell: ({ lastRun }) => format.percent(lastRun?.summary?.failureRate),
    },
    {
      id: "updated",
      header: messages.scenarios.updated,
      isOptional: true,
      minWidth: 180,
      cell: ({ updatedAt }) => <Instant at={updatedAt} />,
    },
    ...(mayEdit ? [actions] : []),
  ];
}
