import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";

import { useMessages } from "../i18n/language";
import { errorAt } from "./fieldErrors";
import type { SectionProps } from "./section";
import { TextField } from "./TextField";

export function DetailsSection({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  return (
    <Container header={<Header variant="h2">{messages.editor.details}</Header>}>
      <SpaceBetween size="m">
        <TextField
          label={messages.editor.name}
          errors={errors}
          pointer="/name"
          value={draft.name}
          onChange={(name) => change({ name })}
        />
        <FormField
          label={
            <span>
              {messages.editor.description} <i>– {messages.editor.optional}</i>
            </span>
          }
          errorText={errorAt(errors, "/description")}
        >
          <Textarea
            rows={2}
            value={draft.description}
            onChange={({ detail }) => change({ description: detail.value })}
          />
        </FormField>
        <Tags draft={draft} errors={errors} change={change} />
      </SpaceBetween>
    </Container>
  );
}

function Tags({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const [text, setText] = useState("");
  const add = () => {
    const tag = text.trim();
    if (tag && !draft.tags.includes(tag)) change({ tags: [...draft.tags, tag] });
    setText("");
  };
  return (
    <FormField
      label={
        <span>
          {messages.editor.tags} <i>– {messages.editor.optional}</i>
        </span>
      }
      description={messages.editor.tagsHint}
      errorText={errorAt(errors, "/tags")}
    >
      <SpaceBetween size="xs">
        <Input
          value={text}
          placeholder={messages.editor.addTag}
          onChange={({ detail }) => setText(detail.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.detail.key === "Enter") {
              event.preventDefault();
              add();
            }
          }}
        />
        <TokenGroup
          items={draft.tags.map((label) => ({ label, dismissLabel: `${messages.common.remove} ${label}` }))}
          onDismiss={({ detail }) => change({ tags: draft.tags.filter((_, index) => index !== detail.itemIndex) })}
        />
      </SpaceBetween>
    </FormField>
  );
}
