import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect } from "react";
import { useBlocker } from "react-router";

import { unlessBeside } from "../components/Confirm";
import { useMessages } from "../i18n/language";

/** Asks before unsaved changes are lost, within the console and when the tab is closed. */
export function LeaveGuard({ isDirty }: { isDirty: () => boolean }) {
  const messages = useMessages();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty() && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isDirty()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isDirty]);
  if (blocker.state !== "blocked") return null;
  return (
    <Modal
      visible
      header={messages.editor.leave}
      closeAriaLabel={messages.editor.stay}
      onDismiss={unlessBeside(() => blocker.reset())}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => blocker.reset()}>
              {messages.editor.stay}
            </Button>
            <Button variant="primary" onClick={() => blocker.proceed()}>
              {messages.editor.leaveButton}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {messages.editor.leaveText}
    </Modal>
  );
}
