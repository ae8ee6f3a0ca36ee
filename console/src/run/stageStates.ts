import { isOver } from "../api/runs";
import type { Run, Stage, StageName } from "../api/types";

export const STAGES: readonly StageName[] = ["plan", "launch", "awaitReady", "release", "watch", "collect", "cleanUp"];

export type StageState = "waiting" | "goingOn" | "done" | "failed" | "stopped" | "notReached";

/** In which stage a run fails for this reason; a stage that never ended comes before it. */
const STAGE_OF_REASON: Partial<Record<NonNullable<Run["reason"]>["code"], StageName>> = {
  QUOTA_EXCEEDED: "plan",
  LAUNCH_REFUSED: "launch",
  START_TIMEOUT: "awaitReady",
  SETUP_FAILED: "awaitReady",
  WORKERS_LOST: "watch",
  ENGINE_FAILED: "watch",
  NO_SAMPLES: "watch",
};

type Staged = Pick<Run, "status" | "reason" | "stages">;

/** Where every stage of a run stands. `isSettled`: nothing changes any more, not even behind the end of the run. */
export function stageStates({ status, reason, stages }: Staged, isSettled: boolean): Map<StageName, StageState> {
  const known = new Map(stages.map((stage) => [stage.name, stage]));
  const named = reason ? STAGE_OF_REASON[reason.code] : undefined;
  const isEnded = (name: StageName) => known.get(name)?.endedAt != null;
  const broken = STAGES.find((name) => known.has(name) && !isEnded(name) && !isBehindTheEnd(name)) ?? named;
  return new Map(STAGES.map((name) => [name, stateOf(name, known.get(name))]));

  function stateOf(name: StageName, stage: Stage | undefined): StageState {
    const mayGoOn = !isOver(status) || (!isSettled && isBehindTheEnd(name));
    if (!stage) return mayGoOn ? "waiting" : "notReached";
    if (status === "failed" && name === broken) return "failed";
    if (stage.endedAt != null) return "done";
    if (mayGoOn) return "goingOn";
    return status === "failed" ? "failed" : "stopped";
  }
}

/** A run has its end before what it left is put away. */
function isBehindTheEnd(name: StageName): boolean {
  return name === "collect" || name === "cleanUp";
}
