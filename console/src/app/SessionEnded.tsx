import Alert from "@cloudscape-design/components/alert";

import { useMessages } from "../i18n/language";

export function SessionEnded() {
  const messages = useMessages();
  return (
    <Alert type="info" header={messages.session.ended}>
      {messages.session.endedHint}
    </Alert>
  );
}
