import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Spinner from "@cloudscape-design/components/spinner";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Box from "@cloudscape-design/components/box";
import { useQuery } from "@tanstack/react-query";

import { isOver, runs } from "../api/runs";
import type { RunEntry } from "../api/types";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { Problem } from "../components/Problem";
import { RouterButton, RouterLink } from "../components/RouterLink";
import { RunStatus } from "../components/RunStatus";
import { ServerTable } from "../components/ServerTable";
import { useRunColumns } from "../components/runColumns";
import { useTableState } from "../components/tableState";
import { useTitle } from "../components/useTitle";
import { useMessages } from "../i18n/language";

export default function Home() {
  const messages = useMessages();
  const state = useTableState();
  const { limit, cursor } = state;
  // Runs that go on are among the newest. On the first page this is one request with the table's.
  const newest = useQuery(runs.all({ limit }));
  const recent = useQuery(runs.all({ limit, ...(cursor !== undefined && { cursor }) }));
  const columns = useRunColumns({ withScenario: true });
  useTitle(messages.home.title);
  const active = newest.data?.items.filter((run) => !isOver(run.status)) ?? [];
  const create = <RouterButton to="/scenarios/new">{messages.home.create}</RouterButton>;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {create}
              <RouterButton variant="primary" to="/scenarios">
                {messages.home.toScenarios}
              </RouterButton>
            </SpaceBetween>
          }
        >
          {messages.home.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">{messages.home.active}</Header>}>
          {newest.isPending ? (
            <Spinner />
          ) : newest.isError && !newest.data ? (
            <Problem error={newest.error} retry={() => void newest.refetch()} />
          ) : active.length > 0 ? (
            <ColumnLayout columns={3} borders="vertical">
              {active.map((run) => (
                <ActiveRun key={run.runId} run={run} />
              ))}
            </ColumnLayout>
          ) : (
            <Empty title={messages.home.activeNone} hint={messages.home.activeNoneHint} />
          )}
        </Container>
        <ServerTable
          label={messages.home.recent}
          header={<Header variant="h2">{messages.home.recent}</Header>}
          empty={<Empty title={messages.home.recentNone} hint={messages.home.recentNoneHint} action={create} />}
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

function ActiveRun({ run }: { run: RunEntry }) {
  return (
    <SpaceBetween size="xxs">
      <RouterLink to={`/runs/${run.runId}`} fontSize="heading-m">
        {run.scenarioName}
      </RouterLink>
      <RunStatus status={run.status} />
      <Box color="text-body-secondary">
        <Instant at={run.startAt ?? run.createdAt} />
      </Box>
    </SpaceBetween>
  );
}
