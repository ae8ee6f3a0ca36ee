import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { isComparable } from "../api/comparisons";
import { isGone } from "../api/refusal";
import { cancelRun, changeRun, deleteRun, isOver } from "../api/runs";
import { scenarios, setBaseline } from "../api/scenarios";
import type { Results, Run } from "../api/types";
import { useNotices } from "../app/notices";
import { Clamped } from "../components/Clamped";
import { Confirm } from "../components/Confirm";
import { Instant } from "../components/Instant";
import { RouterLink } from "../components/RouterLink";
import { RunStatus } from "../components/RunStatus";
import { useMayEdit } from "../components/useMayEdit";
import { useRunNow } from "../components/useRunNow";
import { useFormat, useLanguage, useMessages } from "../i18n/language";
import type { Course } from "../live/course";
import { courseCsv, figuresCsv, fileName, save } from "./export";
import { CompareMenu } from "./CompareMenu";
import { Note } from "./Note";
import { saveReport } from "./saveReport";
import { useView } from "./useView";

interface Props {
  run: Run;
  results: Results | undefined;
  course: Course | null;
}

/** Which run it is, where it stands, and what can be done with it. */
export function RunHeader({ run, results, course }: Props) {
  const messages = useMessages();
  return (
    <Header
      variant="h1"
      description={
        <SpaceBetween direction="horizontal" size="m">
          <RunStatus status={run.status} degraded={run.degraded} />
          <span>
            {run.startAt ? messages.run.startsAt : messages.run.createdAt} <Instant at={run.startAt ?? run.createdAt} withZone />
          </span>
          {run.endedAt && (
            <span>
              {messages.run.endedAt} <Instant at={run.endedAt} withZone />
            </span>
          )}
          <RouterLink to={`/scenarios/${run.scenarioId}`}>
            <Clamped text={run.scenario.name} />
          </RouterLink>
          <Note run={run} />
        </SpaceBetween>
      }
      actions={<Actions run={run} results={results} course={course} />}
    >
      {messages.run.title(run.scenario.name)}
    </Header>
  );
}

function Actions({ run, results, course }: Props) {
  const messages = useMessages();
  const notices = useNotices();
  const navigate = useNavigate();
  const mayEdit = useMayEdit();
  const view = useView();
  const { start, starting } = useRunNow();
  const reader = { language: useLanguage().language, messages, format: useFormat() };
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const over = isOver(run.status);
  // A deleted scenario leaves its runs behind.
  const { data: scenario, error } = useQuery({ ...scenarios.one(run.scenarioId), retry: false });
  const isOrphan = isGone(error);
  const isBaseline = scenario?.baselineRunId === run.runId;
  const canBeCancelled = !over && run.status !== "stopping" && run.status !== "collecting";

  const exports = [
    { id: "report", text: messages.run.exportReport, disabled: !results },
    { id: "csv", text: messages.run.exportCsv, disabled: !results },
    { id: "json", text: messages.run.exportJson, disabled: !results },
    { id: "series", text: messages.run.exportSeries, disabled: !course },
  ];
  const part = { window: results?.window ? { from: results.window.fromMs, to: results.window.toMs } : null };
  const exportAs = (id: string) => {
    if (id === "report" && results) saveReport({ run, results }, reader).catch(notices.tellRefusal);
    if (id === "csv" && results) save(fileName(run.runId, part, "csv"), "text/csv", figuresCsv(results));
    if (id === "json" && results) save(fileName(run.runId, part, "json"), "application/json", JSON.stringify(results, null, 2));
    if (id === "series" && course) save(fileName(`${run.runId}-course`, { ...view.subject, window: over ? view.window : null }, "csv"), "text/csv", courseCsv(course));
  };
  const act = (id: string) => {
    if (id === "delete") setAsking("delete");
    if (id === "baseline") {
      setBaseline(run.scenarioId, isBaseline ? null : run.runId)
        .then(() => notices.tell({ type: "success", header: messages.scenario.baselineSet }))
        .catch(notices.tellRefusal);
    }
    if (id === "pin") changeRun(run.runId, { pinned: !run.pinned }).catch(notices.tellRefusal);
  };

  return (
    <SpaceBetween direction="horizontal" size="xs">
      <ButtonDropdown items={exports} onItemClick={({ detail }) => exportAs(detail.id)}>
        {messages.run.export}
      </ButtonDropdown>
      {isComparable(run) && <CompareMenu run={run} baselineRunId={scenario?.baselineRunId ?? null} />}
      {mayEdit && over && (
        <ButtonDropdown
          ariaLabel={messages.common.more}
          items={[
            {
              id: "baseline",
              text: isBaseline ? messages.scenario.clearBaseline : messages.scenario.setBaseline,
              disabled: !isComparable(run) || !scenario,
            },
            { id: "pin", text: run.pinned ? messages.run.unpin : messages.run.pin },
            { id: "delete", text: messages.common.delete },
          ]}
          onItemClick={({ detail }) => act(detail.id)}
          variant="icon"
        />
      )}
      {mayEdit && over && (
        <Button
          variant="primary"
          iconName="caret-right-filled"
          loading={starting !== null}
          {...(isOrphan && { disabled: true, disabledReason: messages.run.scenarioGone })}
          onClick={() => void start(run.scenarioId)}
        >
          {messages.run.again}
        </Button>
      )}
      {mayEdit && !over && (
        <Button disabled={!canBeCancelled} onClick={() => setAsking("cancel")}>
          {messages.run.cancel}
        </Button>
      )}
      {asking === "cancel" && (
        <Confirm
          title={messages.confirm.cancelRun}
          text={messages.confirm.cancelRunText(run.scenario.name)}
          action={messages.confirm.cancelRunButton}
          dismissLabel={messages.confirm.keepRunning}
          perform={async () => {
            await cancelRun(run.runId);
            notices.tell({ type: "info", header: messages.run.cancelling });
          }}
          close={() => setAsking(null)}
        />
      )}
      {asking === "delete" && (
        <Confirm
          title={messages.confirm.deleteRun}
          text={messages.confirm.deleteRunText}
          action={messages.common.delete}
          word={run.scenario.name}
          perform={async () => {
            await deleteRun(run.runId);
            notices.tell({ type: "success", header: messages.run.deleted });
            await navigate("/");
          }}
          close={() => setAsking(null)}
        />
      )}
    </SpaceBetween>
  );
}
