import Alert from "@cloudscape-design/components/alert";

import type { Run } from "../api/types";
import { useMessages } from "../i18n/language";
import { sayEvent } from "../i18n/said";

/** What a reader of the figures must know; nothing where there is nothing. */
export function Warnings({ warnings }: { warnings: Run["warnings"] }) {
  const messages = useMessages();
  if (warnings.length === 0) return null;
  return (
    <Alert type="warning" header={messages.run.warnings}>
      <ul>
        {warnings.map((warning) => (
          <li key={`${warning.code} ${warning.detail}`}>{sayEvent(warning, messages)}</li>
        ))}
      </ul>
    </Alert>
  );
}
