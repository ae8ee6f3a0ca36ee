import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useMessages } from "../i18n/language";
import { Problem } from "./Problem";

interface Props {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  /** What must be typed first: for what cannot be undone. */
  word?: string;
  dismissLabel?: string;
  perform(): Promise<void>;
  close(): void;
}

/** Asks before something that hurts, and shows what came of it. Mount it to open it. */
export function Confirm({ title, text, action, word, dismissLabel, perform, close }: Props) {
  const messages = useMessages();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const confirm = async () => {
    setBusy(true);
    try {
      await perform();
      close();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };

  // The name is shown with its blanks run together, so nobody can tell how many there are.
  const isReady = (word === undefined || collapsed(typed) === collapsed(word)) && !isBusy;
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel={messages.common.cancel}
      onDismiss={unlessBeside(close)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {dismissLabel ?? messages.common.cancel}
            </Button>
            <Button variant="primary" loading={isBusy} disabled={!isReady && !isBusy} onClick={() => void confirm()}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {text}
        {word !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (isReady) void confirm();
            }}
          >
            <FormField label={messages.confirm.type(word)}>
              <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoFocus autoComplete={false} />
            </FormField>
          </form>
        )}
        {error !== null && <Problem error={error} />}
      </SpaceBetween>
    </Modal>
  );
}

/** For a dialog that is not to close by a click beside it: the second of a double click on what opened it lands there. */
export function unlessBeside(close: () => void): NonNullable<ModalProps["onDismiss"]> {
  return ({ detail }) => {
    if (detail.reason !== "overlay") close();
  };
}

function collapsed(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
