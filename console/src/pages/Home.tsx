import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { runs } from "../api/runs";
import { scenarios } from "../api/scenarios";
import type { RunEntry, ScenarioEntry } from "../api/types";
import { Clamped } from "../components/Clamped";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { LastRun } from "../components/LastRun";
import { Name } from "../components/Name";
import { Outdated } from "../components/Outdated";
import { Problem } from "../components/Problem";
import { RouterButton, RouterLink } from "../components/RouterLink";
import { RunButton } from "../components/RunButton";
import { useRunColumns } from "../components/runColumns";
import { RunStatus } from "../components/RunStatus";
import { ServerTable } from "../components/ServerTable";
import { Spark } from "../components/Spark";
import { useTableState } from "../components/tableState";
import { useMayEdit } from "../components/useMayEdit";
import { useTitle } from "../components/useTitle";
import { useMessages } from "../i18n/language";

/** Scenarios that can be started from here. */
const SHORTCUTS = 5;

export default function Home() {
  const messages = useMessages();
  const state = useTableState();
  const { limit, cursor } = state;
  const mayEdit = useMayEdit();
  const underWay = useQuery(runs.active());
  const recent = useQuery(runs.all({ limit, ...(cursor !== undefined && { cursor }) }));
  const columns = useRunColumns({ withScenario: true });
  useTitle(messages.home.title);
  const active = underWay.data?.items ?? [];
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            mayEdit && (
              <RouterButton variant="primary" to="/scenarios/new">
                {messages.home.create}
              </RouterButton>
            )
          }
        >
          {messages.home.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {active.length > 0 && (
          <Container header={<Header variant="h2">{messages.home.active}</Header>}>
            <ColumnLayout columns={3} borders="vertical">
              {active.map((run) => (
                <ActiveRun key={run.runId} run={run} />
              ))}
            </ColumnLayout>
          </Container>
        )}
        <Shortcuts mayEdit={mayEdit} />
        <ServerTable
          label={messages.home.recent}
          header={<Header variant="h2">{messages.home.recent}</Header>}
          empty={<Empty title={messages.home.recentNone} hint={messages.home.recentNoneHint} />}
          columns={columns}
          fixed="started"
          rowId={(run) => run.runId}
          query={recent}
          state={state}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

/** The newest scenarios, each a click from its run. */
function Shortcuts({ mayEdit }: { mayEdit: boolean }) {
  const messages = useMessages();
  const query = useQuery(scenarios.list({ limit: SHORTCUTS }));
  if (query.isError && !query.data) return <Problem error={query.error} retry={() => void query.refetch()} isPolling />;
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" actions={<RouterButton to="/scenarios">{messages.home.toScenarios}</RouterButton>}>
          {messages.common.scenarios}
        </Header>
      }
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={messages.common.loading}
      trackBy="scenarioId"
      enableKeyboardNavigation
      wrapLines
      {...(query.isError && { filter: <Outdated query={query} /> })}
      ariaLabels={{ tableLabel: messages.common.scenarios, selectionGroupLabel: messages.common.scenarios }}
      columnDefinitions={[
        {
          id: "name",
          header: messages.scenarios.name,
          isRowHeader: true,
          cell: ({ scenarioId, name, description }) => (
            <Name>
              <RouterLink to={`/scenarios/${scenarioId}`}>
                <Clamped text={name} />
              </RouterLink>
              {description && (
                <Box color="text-body-secondary" fontSize="body-s">
                  <Clamped text={description} />
                </Box>
              )}
            </Name>
          ),
        },
        { id: "lastRun", header: messages.scenarios.lastRun, minWidth: 150, cell: ({ lastRun }) => <LastRun run={lastRun} /> },
        {
          id: "trend",
          header: messages.scenarios.trend,
          cell: ({ scenarioId, lastRun }) => (lastRun ? <Spark scenarioId={scenarioId} lastRun={lastRun} /> : messages.common.none),
        },
        ...(mayEdit
          ? [{ id: "run", header: messages.scenarios.actions, cell: (scenario: ScenarioEntry) => <RunButton scenario={scenario} /> }]
          : []),
      ]}
      empty={
        <Empty
          title={messages.scenarios.none}
          hint={messages.scenarios.noneHint}
          action={mayEdit && <RouterButton to="/scenarios/new">{messages.home.create}</RouterButton>}
        />
      }
    />
  );
}

function ActiveRun({ run }: { run: RunEntry }) {
  return (
    <SpaceBetween size="xxs">
      <RouterLink to={`/runs/${run.runId}`} fontSize="heading-m">
        <Clamped text={run.scenarioName} />
      </RouterLink>
      <RunStatus status={run.status} />
      <Box color="text-body-secondary">
        <Instant at={run.startAt ?? run.createdAt} />
      </Box>
    </SpaceBetween>
  );
}
