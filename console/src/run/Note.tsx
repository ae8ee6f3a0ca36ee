import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { changeRun } from "../api/runs";
import type { Run } from "../api/types";
import { useNotices } from "../app/notices";
import { Clamped } from "../components/Clamped";
import { useMayEdit } from "../components/useMayEdit";
import { useMessages } from "../i18n/language";

/** What somebody wrote down about a run. */
export function Note({ run }: { run: Run }) {
  const messages = useMessages();
  const mayEdit = useMayEdit();
  const shown = run.note !== null && <Clamped text={run.note} />;
  if (!mayEdit) return shown;
  return (
    <Popover
      size="large"
      triggerType="text"
      dismissAriaLabel={messages.common.dismiss}
      header={messages.run.note}
      content={<Editor run={run} />}
    >
      {shown || messages.run.addNote}
    </Popover>
  );
}

function Editor({ run }: { run: Run }) {
  const messages = useMessages();
  const notices = useNotices();
  const [text, setText] = useState(run.note ?? "");
  const [isSaving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      await changeRun(run.runId, { note: text === "" ? null : text });
      notices.tell({ type: "success", header: messages.run.noteSaved });
    } catch (error) {
      notices.tellRefusal(error);
    } finally {
      setSaving(false);
    }
  };
  return (
    <SpaceBetween size="xs">
      <Textarea ariaLabel={messages.run.note} value={text} onChange={({ detail }) => setText(detail.value)} rows={3} />
      <Button loading={isSaving} onClick={() => void save()}>{messages.common.save}</Button>
    </SpaceBetween>
  );
}
