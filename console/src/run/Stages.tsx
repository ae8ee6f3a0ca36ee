import { plannedMs } from "./planned";
import "./Stages.css";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { isSettled } from "../api/runs";
import type { Run, Stage, StageName } from "../api/types";
import { useNow } from "../components/useNow";
import { useFormat, useMessages } from "../i18n/language";
import { STAGES, stageStates, type StageState } from "./stageStates";

/** The way of a run through its state machine, with the time that it took. */
export function Stages({ run }: { run: Run }) {
  const messages = useMessages();
  const now = useNow(isSettled(run, Date.now()) ? null : 1_000);
  const states = stageStates(run, isSettled(run, now));
  return (
    <Container header={<Header variant="h2">{messages.run.stages}</Header>}>
      <SpaceBetween size="s">
        <ol className="stages">
          {STAGES.map((name) => (
            <Step
              key={name}
              name={name}
              stage={run.stages.findLast((stage) => stage.name === name)}
              state={states.get(name) ?? "waiting"}
              now={now}
            />
          ))}
        </ol>
        {run.status === "running" && run.startAt && <LoadProgress run={run} startAt={run.startAt} now={now} />}
      </SpaceBetween>
    </Container>
  );
}

const LOOKS: Record<StageState, StatusIndicatorProps.Type> = {
  waiting: "pending",
  goingOn: "in-progress",
  done: "success",
  failed: "error",
  stopped: "stopped",
  notReached: "stopped",
};

function Step({ name, stage, state, now }: { name: StageName; stage: Stage | undefined; state: StageState; now: number }) {
  const messages = useMessages();
  const format = useFormat();
  const end = stage?.endedAt ? Date.parse(stage.endedAt) : state === "goingOn" ? now : null;
  const length = stage && end !== null ? format.duration(end - Date.parse(stage.startedAt)) : null;
  const words = state === "failed" || state === "stopped" || state === "notReached" ? messages.stageState[state] : null;
  return (
    <li aria-current={state === "goingOn" ? "step" : undefined}>
      <StatusIndicator type={LOOKS[state]}>{messages.stage[name]}</StatusIndicator>
      <div className="stages-time">{[words, length].filter(Boolean).join(", ") || messages.common.none}</div>
    </li>
  );
}

function LoadProgress({ run, startAt, now }: { run: Run; startAt: string; now: number }) {
  const messages = useMessages();
  const format = useFormat();
  const planned = plannedMs(run);
  const elapsed = Math.max(0, Math.min(now - Date.parse(startAt), planned));
  const text = messages.common.of(format.duration(Math.floor(elapsed / 1_000) * 1_000), format.duration(planned));
  const percent = planned > 0 ? Math.round((elapsed / planned) * 100) : 0;
  // With a label of its own it would read out the two with a blank before the colon.
  return (
    <div>
      <Box variant="awsui-key-label">{messages.run.load}</Box>
      <ProgressBar ariaLabel={messages.run.load} value={percent} additionalInfo={text} />
    </div>
  );
}
