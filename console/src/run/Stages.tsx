import { plannedMs } from "./planned";
import "./Stages.css";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { isOver } from "../api/runs";
import type { Run, Stage, StageName } from "../api/types";
import { useNow } from "../components/useNow";
import { useFormat, useMessages } from "../i18n/language";

const ORDER: StageName[] = ["plan", "launch", "awaitReady", "release", "watch", "collect", "cleanUp"];

/** The way of a run through its state machine, with the time that it took. */
export function Stages({ run }: { run: Run }) {
  const messages = useMessages();
  const over = isOver(run.status);
  const now = useNow(over ? null : 1_000);
  return (
    <Container header={<Header variant="h2">{messages.run.stages}</Header>}>
      <SpaceBetween size="s">
        <ol className="stages">
          {ORDER.map((name) => (
            <Step key={name} name={name} stage={run.stages.findLast((stage) => stage.name === name)} now={now} over={over} />
          ))}
        </ol>
        {run.status === "running" && run.startAt && <LoadProgress run={run} startAt={run.startAt} now={now} />}
      </SpaceBetween>
    </Container>
  );
}

function Step({ name, stage, now, over }: { name: StageName; stage: Stage | undefined; now: number; over: boolean }) {
  const messages = useMessages();
  const format = useFormat();
  const end = stage?.endedAt ? Date.parse(stage.endedAt) : now;
  const isDone = stage !== undefined && (stage.endedAt != null || over);
  const type = !stage ? "pending" : isDone ? "success" : "in-progress";
  return (
    <li aria-current={type === "in-progress" ? "step" : undefined}>
      <StatusIndicator type={type}>{messages.stage[name]}</StatusIndicator>
      <div className="stages-time">
        {stage && (stage.endedAt != null || !over) ? format.duration(end - Date.parse(stage.startedAt)) : messages.common.none}
      </div>
    </li>
  );
}

function LoadProgress({ run, startAt, now }: { run: Run; startAt: string; now: number }) {
  const messages = useMessages();
  const format = useFormat();
  const planned = plannedMs(run);
  const elapsed = Math.max(0, Math.min(now - Date.parse(startAt), planned));
  const text = messages.common.of(format.duration(Math.floor(elapsed / 1_000) * 1_000), format.duration(planned));
  return <ProgressBar label={messages.run.load} value={planned > 0 ? (elapsed / planned) * 100 : 0} additionalInfo={text} />;
}
