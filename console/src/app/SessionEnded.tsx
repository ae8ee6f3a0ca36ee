import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";
import { useMessages } from "../i18n/language";
import { useLogin } from "./login";

/** So often it is looked whether somebody has logged in, in another tab. */
const LOOK_MS = 3_000;

export function SessionEnded() {
  const messages = useMessages();
  const login = useLogin();
  useQuery({ ...system.me(), staleTime: 0, refetchInterval: LOOK_MS });
  return (
    <Alert
      type="info"
      header={messages.session.ended}
      action={login?.again && <Button onClick={login.again}>{messages.session.logIn}</Button>}
    >
      {login?.again ? messages.session.endedLoginHint : messages.session.endedHint}
    </Alert>
  );
}
