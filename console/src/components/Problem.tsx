import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

import { Refusal } from "../api/refusal";
import type { Messages } from "../i18n/en";
import { useMessages } from "../i18n/language";
import { sayField, sayRefusal } from "../i18n/said";

/** `isPolling`: whether the page asks again without being told to. */
export function problemText(error: unknown, messages: Messages, isPolling = false): string {
  if (!(error instanceof Refusal)) return error instanceof Error ? error.message : String(error);
  if (error.code === "UNREACHABLE") return isPolling ? messages.problem.unreachablePolled : messages.problem.unreachable;
  if (error.code === "UNREADABLE") return messages.problem.unreadable;
  const fields = error.errors.map((problem) => `${problem.pointer} ${sayField(problem, messages)}`);
  const text = [sayRefusal(error.said, messages), ...fields].join("; ");
  return error.requestId ? `${text}. ${messages.problem.requestId(error.requestId)}` : text;
}

interface Props {
  error: unknown;
  retry?: () => void;
  isPolling?: boolean;
}

/** A request that failed, where its answer would stand. */
export function Problem({ error, retry, isPolling = false }: Props) {
  const messages = useMessages();
  return (
    <Alert
      type="error"
      header={messages.problem.title}
      action={retry && <Button onClick={retry}>{messages.common.retry}</Button>}
    >
      {problemText(error, messages, isPolling)}
    </Alert>
  );
}
