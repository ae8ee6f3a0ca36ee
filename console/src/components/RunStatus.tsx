import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { RunStatus as Status, WorkerState as State } from "../api/types";
import { useMessages } from "../i18n/language";

const LOOKS: Record<Status, StatusIndicatorProps.Type> = {
  queued: "pending",
  launching: "in-progress",
  ready: "in-progress",
  running: "in-progress",
  stopping: "in-progress",
  collecting: "in-progress",
  completed: "success",
  failed: "error",
  cancelled: "stopped",
};

export function RunStatus({ status, degraded }: { status: Status; degraded?: boolean }) {
  const messages = useMessages();
  const type = status === "completed" && degraded ? "warning" : LOOKS[status];
  const text = degraded ? `${messages.status[status]}, ${messages.runs.degraded}` : messages.status[status];
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

const WORKER_LOOKS: Record<State, StatusIndicatorProps.Type> = {
  assigned: "pending",
  ready: "in-progress",
  running: "in-progress",
  done: "success",
  lost: "error",
};

export function WorkerState({ state }: { state: State }) {
  const messages = useMessages();
  return <StatusIndicator type={WORKER_LOOKS[state]}>{messages.workerState[state]}</StatusIndicator>;
}
