import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useDeferredValue } from "react";

import { useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { errorAt } from "./fieldErrors";
import { LoadCurveChart } from "./LoadCurveChart";
import type { SectionProps } from "./section";
import { TextField } from "./TextField";

export function ShapeSection({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const { shape } = draft;
  const set = (part: Partial<Draft["shape"]>) => change({ shape: { ...shape, ...part } });
  const settled = useDeferredValue(draft);
  const field = (part: "rampUp" | "hold" | "drain" | "maxDuration", label: string, hint: string) => (
    <TextField
      label={label}
      hint={hint}
      errors={errors}
      pointer={`/shape/${part}`}
      value={shape[part]}
      placeholder={messages.editor.durationHint}
      onChange={(value) => set({ [part]: value })}
    />
  );
  return (
    <Container
      header={
        <Header variant="h2" description={messages.editor.durationHint}>
          {messages.editor.shape}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {draft.kind === "script" && (
          <FormField errorText={errorAt(errors, "/shape/kind")}>
            <RadioGroup
              ariaLabel={messages.editor.shape}
              value={shape.kind}
              items={[
                { value: "users", label: messages.editor.shapeUsers, description: messages.editor.shapeUsersHint },
                { value: "script", label: messages.editor.shapeScript, description: messages.editor.shapeScriptHint },
              ]}
              onChange={({ detail }) => set({ kind: detail.value as Draft["shape"]["kind"] })}
            />
          </FormField>
        )}
        <ColumnLayout columns={3}>
          {shape.kind === "users" && field("rampUp", messages.editor.rampUp, messages.editor.rampUpHint)}
          {shape.kind === "users" && field("hold", messages.editor.hold, messages.editor.holdHint)}
          {shape.kind === "script" && field("maxDuration", messages.editor.maxDuration, messages.editor.maxDurationHint)}
          {field("drain", messages.editor.drain, messages.editor.drainHint)}
        </ColumnLayout>
        {shape.kind === "users" && <LoadCurveChart draft={settled} />}
      </SpaceBetween>
    </Container>
  );
}
