import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useDeferredValue, type ReactNode } from "react";

import { useFormat, useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { EstimatePanel } from "./EstimatePanel";
import type { Goal } from "./useEditing";
import { loadCurve, totals } from "./loadCurve";

interface Props {
  draft: Draft;
  saving: Goal | null;
  save(goal: Goal): void;
  cancel(): void;
  /** What is wrong, beside the buttons that brought it to light. */
  children?: ReactNode;
}

/** What the draft amounts to, beside the buttons that make it so. */
export function Summary({ draft, saving, save, cancel, children }: Props) {
  const messages = useMessages();
  // What is typed is drawn first, and then what follows from it.
  const settled = useDeferredValue(draft);
  return (
    <Container header={<Header variant="h2">{messages.editor.summary}</Header>}>
      <SpaceBetween size="m">
        <Amounts draft={settled} />
        <SpaceBetween size="xs">
          <Button
            variant="primary"
            iconName="caret-right-filled"
            fullWidth
            loading={saving === "run"}
            disabled={saving !== null && saving !== "run"}
            onClick={() => save("run")}
          >
            {messages.editor.saveAndRun}
          </Button>
          <Button
            fullWidth
            loading={saving === "validate"}
            disabled={saving !== null && saving !== "validate"}
            onClick={() => save("validate")}
          >
            {messages.editor.saveAndValidate}
          </Button>
          <Button
            fullWidth
            loading={saving === "stay"}
            disabled={saving !== null && saving !== "stay"}
            onClick={() => save("stay")}
          >
            {messages.editor.save}
          </Button>
          <Box textAlign="center">
            <Button variant="link" onClick={cancel}>
              {messages.common.cancel}
            </Button>
          </Box>
        </SpaceBetween>
        {/* Below the buttons: above, it would put another one under a pointer that presses again. */}
        <div aria-live="polite">{children}</div>
        <EstimatePanel draft={settled} />
      </SpaceBetween>
    </Container>
  );
}

const Amounts = memo(function Amounts({ draft }: { draft: Draft }) {
  const messages = useMessages();
  const format = useFormat();
  const { workers, virtualUsers } = totals(draft.traffic);
  const curve = loadCurve(draft);
  const hasUsers = draft.shape.kind === "users";
  return (
    <KeyValuePairs
      columns={2}
      items={[
        {
          label: messages.editor.virtualUsers,
          value: hasUsers ? format.integer(virtualUsers) : messages.editor.planTimes(workers),
        },
        {
          label: messages.editor.length,
          value: hasUsers ? format.duration(curve && curve.rampUpMs + curve.holdMs) : draft.shape.maxDuration,
        },
      ]}
    />
  );
});
