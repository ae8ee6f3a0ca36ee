import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { runs, TREND_RUNS } from "../api/runs";
import { deleteScenario, scenarios } from "../api/scenarios";
import type { Scenario as ScenarioView } from "../api/types";
import { useNotices } from "../app/notices";
import { Confirm } from "../components/Confirm";
import { Instant } from "../components/Instant";
import { Problem } from "../components/Problem";
import { RouterButton } from "../components/RouterLink";
import { ScenarioFacts } from "../components/ScenarioFacts";
import { Trend } from "../components/Trend";
import { useMayEdit } from "../components/useMayEdit";
import { useRunNow } from "../components/useRunNow";
import { History } from "../scenario/History";
import { Warnings } from "../components/Warnings";
import { useValidateNow } from "../components/useValidateNow";
import { useTitle } from "../components/useTitle";
import { useMessages } from "../i18n/language";


export default function Scenario() {
  const { scenarioId = "" } = useParams();
  const query = useQuery({ ...scenarios.one(scenarioId), refetchInterval: 5_000 });
  useTitle(query.data?.name);
  if (query.data) return <Loaded key={scenarioId} scenario={query.data} />;
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} isPolling />;
  return <Spinner size="large" />;
}

function Loaded({ scenario }: { scenario: ScenarioView }) {
  const messages = useMessages();
  const trend = useQuery(runs.ofScenario(scenario.scenarioId, { limit: TREND_RUNS }));
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={
            <>
              {messages.scenario.changed} <Instant at={scenario.updatedAt} withZone /> · {messages.scenario.version}{" "}
              {scenario.version}
            </>
          }
          actions={<Actions scenario={scenario} />}
        >
          {scenario.name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {scenario.activeRunId && (
          <Alert
            type="info"
            action={<RouterButton to={`/runs/${scenario.activeRunId}`}>{messages.scenario.showRun}</RouterButton>}
          >
            {messages.scenario.running}
          </Alert>
        )}
        <Warnings warnings={scenario.warnings} />
        <Container header={<Header variant="h2">{messages.scenario.details}</Header>}>
          <ScenarioFacts scenario={scenario} />
        </Container>
        {trend.data && trend.data.items.some(({ summary }) => summary) && (
          <Container header={<Header variant="h2">{messages.scenario.trend}</Header>}>
            <Trend runs={trend.data.items.toReversed()} baselineRunId={scenario.baselineRunId} />
          </Container>
        )}
        <History scenario={scenario} />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Actions({ scenario: { scenarioId, name, activeRunId } }: { scenario: ScenarioView }) {
  const messages = useMessages();
  const notices = useNotices();
  const navigate = useNavigate();
  const mayEdit = useMayEdit();
  const { start, starting } = useRunNow();
  const { validate, isStarting } = useValidateNow();
  const [isDeleting, setDeleting] = useState(false);
  if (!mayEdit) return null;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={activeRunId !== null} onClick={() => setDeleting(true)}>
        {messages.common.delete}
      </Button>
      <RouterButton to={`/scenarios/new?from=${scenarioId}`}>{messages.common.copy}</RouterButton>
      <RouterButton to={`/scenarios/${scenarioId}/edit`}>{messages.common.edit}</RouterButton>
      <Button disabled={activeRunId !== null} loading={isStarting} onClick={() => void validate(scenarioId)}>
        {messages.validation.validate}
      </Button>
      <Button
        variant="primary"
        iconName="caret-right-filled"
        disabled={activeRunId !== null}
        loading={starting !== null}
        onClick={() => void start(scenarioId)}
      >
        {messages.common.run}
      </Button>
      {isDeleting && (
        <Confirm
          title={messages.confirm.deleteScenario(name)}
          text={messages.confirm.deleteScenarioText}
          action={messages.common.delete}
          word={name}
          perform={async () => {
            await deleteScenario(scenarioId);
            notices.tell({ type: "success", header: messages.scenarios.deleted(name) });
            await navigate("/scenarios");
          }}
          close={() => setDeleting(false)}
        />
      )}
    </SpaceBetween>
  );
}
