import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { Refusal } from "../api/refusal";
import { putRegion } from "../api/regions";
import { useNotices } from "../app/notices";
import { unlessBeside } from "../components/Confirm";
import { Problem } from "../components/Problem";
import { assign, NO_ERRORS } from "../editor/fieldErrors";
import { TextField } from "../editor/TextField";
import { useMessages } from "../i18n/language";
import { requestOf, type SiteDraft } from "./site";

const FIELDS = ["cluster", "taskDefinition", "container", "subnets", "securityGroups", "logGroup", "logPrefix"] as const;
const POINTERS = new Set(FIELDS.map((field) => `/${field}`));

/** Where the workers of a region run. Mount it to open it. */
export function RegionForm({ initial, isNew, close }: { initial: SiteDraft; isNew: boolean; close(): void }) {
  const messages = useMessages();
  const notices = useNotices();
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState(NO_ERRORS);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (part: Partial<SiteDraft>) => setDraft((now) => ({ ...now, ...part }));

  const save = async () => {
    setBusy(true);
    setRefusal(null);
    setErrors(NO_ERRORS);
    try {
      await putRegion(draft.name.trim(), requestOf(draft));
      notices.tell({ type: "success", header: messages.regions.saved(draft.name.trim()) });
      close();
    } catch (error) {
      if (error instanceof Refusal && error.errors.length > 0) setErrors(assign(error.errors, POINTERS, messages));
      else setRefusal(error);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      size="large"
      header={isNew ? messages.regions.add : messages.regions.edit(initial.name)}
      closeAriaLabel={messages.common.cancel}
      onDismiss={unlessBeside(close)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {messages.common.cancel}
            </Button>
            <Button variant="primary" loading={isBusy} disabled={draft.name.trim() === ""} onClick={() => void save()}>
              {messages.common.save}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {messages.regions.siteHint}
        {isNew && (
          <TextField
            label={messages.regions.name}
            errors={errors}
            pointer="/name"
            value={draft.name}
            placeholder="eu-west-1"
            onChange={(name) => set({ name })}
          />
        )}
        <ColumnLayout columns={2}>
          {FIELDS.map((field) => (
            <TextField
              key={field}
              label={messages.regions.field[field]}
              hint={messages.regions.fieldHint[field]}
              errors={errors}
              pointer={`/${field}`}
              value={draft[field]}
              onChange={(value) => set({ [field]: value })}
            />
          ))}
        </ColumnLayout>
        <Checkbox
          checked={draft.publicIp}
          description={messages.regions.publicIpHint}
          onChange={({ detail }) => set({ publicIp: detail.checked })}
        >
          {messages.regions.publicIp}
        </Checkbox>
        {errors.has("") && <Alert type="error">{errors.get("")?.join("; ")}</Alert>}
        {refusal !== null && <Problem error={refusal} />}
      </SpaceBetween>
    </Modal>
  );
}
