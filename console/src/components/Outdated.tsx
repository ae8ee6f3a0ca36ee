import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { UseQueryResult } from "@tanstack/react-query";

import { useMessages } from "../i18n/language";

/** Says of what is read again and again that it could not be read the last time; nothing while it could. */
export function Outdated({ query: { isError, dataUpdatedAt } }: { query: Pick<UseQueryResult, "isError" | "dataUpdatedAt"> }) {
  const messages = useMessages();
  if (!isError || dataUpdatedAt === 0) return null;
  return <StatusIndicator type="warning">{messages.problem.outdated}</StatusIndicator>;
}
