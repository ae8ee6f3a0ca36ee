import Alert from "@cloudscape-design/components/alert";
import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";
import { useMessages } from "../i18n/language";

/** So often it is looked whether somebody has logged in, in another tab. */
const LOOK_MS = 3_000;

export function SessionEnded() {
  const messages = useMessages();
  useQuery({ ...system.me(), staleTime: 0, refetchInterval: LOOK_MS });
  return (
    <Alert type="info" header={messages.session.ended}>
      {messages.session.endedHint}
    </Alert>
  );
}
