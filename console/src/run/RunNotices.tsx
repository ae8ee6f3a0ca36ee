import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Run } from "../api/types";
import { Warnings } from "../components/Warnings";
import { useMessages } from "../i18n/language";
import { sayEvent } from "../i18n/said";

/** What a reader must know before looking at a figure. */
export function RunNotices({ run }: { run: Run }) {
  const messages = useMessages();
  if (!run.reason && !run.degraded && run.warnings.length === 0) return null;
  return (
    <SpaceBetween size="xs">
      {run.reason && (
        <Alert
          type={run.status === "cancelled" ? "info" : "error"}
          header={run.status === "cancelled" ? messages.run.reasonCancelled : messages.run.reasonFailed}
        >
          {sayEvent(run.reason, messages)}
        </Alert>
      )}
      {run.degraded && <Alert type="warning">{messages.run.degraded}</Alert>}
      <Warnings warnings={run.warnings} />
    </SpaceBetween>
  );
}
