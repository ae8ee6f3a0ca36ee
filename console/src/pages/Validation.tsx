import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { cancelRun, isOver, runs } from "../api/runs";
import type { Run, Validation as ValidationView } from "../api/types";
import { validations } from "../api/validations";
import { useNotices } from "../app/notices";
import { Clamped } from "../components/Clamped";
import { Instant } from "../components/Instant";
import { Problem } from "../components/Problem";
import { RouterButton, RouterLink } from "../components/RouterLink";
import { RunStatus } from "../components/RunStatus";
import { useMayEdit } from "../components/useMayEdit";
import { useRunNow } from "../components/useRunNow";
import { Warnings } from "../components/Warnings";
import { useTitle } from "../components/useTitle";
import { useValidateNow } from "../components/useValidateNow";
import { useMessages } from "../i18n/language";
import { sayDetail } from "../i18n/said";
import "../run/Logs.css";
import { Stages } from "../run/Stages";
import { Exchanges } from "../validation/Exchanges";

/** A scenario that is tried out: one user goes through it once, and every request and answer is shown. */
export default function Validation() {
  const messages = useMessages();
  const { runId = "" } = useParams();
  const run = useQuery(runs.one(runId));
  const validation = useQuery(validations.of(runId));
  useTitle(run.data && messages.validation.title(run.data.scenario.name));
  const failed = [run, validation].find((query) => query.isError && !query.data);
  if (failed) return <Problem error={failed.error} retry={() => void failed.refetch()} isPolling />;
  if (!run.data || !validation.data) return <Spinner size="large" />;
  return <Loaded run={run.data} validation={validation.data} />;
}

function Loaded({ run, validation }: { run: Run; validation: ValidationView }) {
  const messages = useMessages();
  const over = isOver(validation.status);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={
            <SpaceBetween direction="horizontal" size="m">
              <RunStatus status={validation.status} />
              <Instant at={validation.createdAt} withZone />
              <RouterLink to={`/scenarios/${run.scenarioId}`}>
                <Clamped text={run.scenario.name} />
              </RouterLink>
            </SpaceBetween>
          }
          actions={<Actions run={run} over={over} />}
        >
          {messages.validation.title(run.scenario.name)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {over ? <Outcome validation={validation} /> : <Stages run={run} />}
        <Container>
          <Exchanges validation={validation} isOver={over} />
        </Container>
        {validation.log.length > 0 && (
          <ExpandableSection
            variant="container"
            headerText={messages.validation.log(validation.log.length)}
            defaultExpanded={validation.outcome === "failed"}
          >
            <pre className="log" tabIndex={0} aria-label={messages.validation.log(validation.log.length)}>
              {validation.log.join("\n")}
            </pre>
          </ExpandableSection>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** What is wrong with the scenario itself; anything else kept it from being tried out. */
const OF_THE_SCENARIO: readonly string[] = ["REQUEST_FAILED", "SETUP_FAILED", "ENGINE_FAILED", "NO_SAMPLES"];

function headerOf({ code, element }: NonNullable<ValidationView["problem"]>, messages: ReturnType<typeof useMessages>): string {
  if (code === "CANCELLED") return messages.validation.cancelled;
  if (!OF_THE_SCENARIO.includes(code)) return messages.validation.notTried;
  return element === null ? messages.validation.failed : messages.validation.failedAt(element);
}

function Outcome({ validation: { outcome, problem, warnings } }: { validation: ValidationView }) {
  const messages = useMessages();
  return (
    <SpaceBetween size="xs">
      {outcome === "passed" && <Alert type="success">{messages.validation.passed}</Alert>}
      {problem && (
        <Alert type={problem.code === "CANCELLED" ? "info" : "error"} header={headerOf(problem, messages)}>
          {sayDetail(problem, messages)}
        </Alert>
      )}
      <Warnings warnings={warnings} />
    </SpaceBetween>
  );
}

function Actions({ run, over }: { run: Run; over: boolean }) {
  const messages = useMessages();
  const notices = useNotices();
  const mayEdit = useMayEdit();
  const { start, starting } = useRunNow();
  const { validate, isStarting } = useValidateNow();
  const [isCancelling, setCancelling] = useState(false);
  if (!mayEdit) return null;
  if (!over) {
    const cancel = async () => {
      setCancelling(true);
      await cancelRun(run.runId).catch(notices.tellRefusal);
      setCancelling(false);
    };
    return (
      <Button
        loading={isCancelling}
        disabled={run.status === "stopping" || run.status === "collecting"}
        onClick={() => void cancel()}
      >
        {messages.common.cancel}
      </Button>
    );
  }
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <RouterButton to={`/scenarios/${run.scenarioId}/edit`}>{messages.common.edit}</RouterButton>
      <Button loading={isStarting} onClick={() => void validate(run.scenarioId)}>
        {messages.validation.again}
      </Button>
      <Button
        variant="primary"
        iconName="caret-right-filled"
        loading={starting !== null}
        onClick={() => void start(run.scenarioId)}
      >
        {messages.common.run}
      </Button>
    </SpaceBetween>
  );
}
