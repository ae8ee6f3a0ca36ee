import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { memo } from "react";

import type { Method } from "../api/types";
import { useMessages } from "../i18n/language";
import type { RequestDraft } from "./draft";
import { errorAt, type FieldErrors } from "./fieldErrors";
import { Foldable } from "./Foldable";
import type { Rearrangement } from "./rearrange";
import { TextField } from "./TextField";

export interface RequestProps {
  index: number;
  request: RequestDraft;
  /** Its own. */
  errors: FieldErrors;
  isLast: boolean;
  /** Whether there may be no fewer, and no more. */
  isOnly: boolean;
  isFull: boolean;
  change(index: number, part: Partial<RequestDraft>): void;
  rearrange(index: number, what: Rearrangement): void;
}

const METHODS: Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** In one row where the longest method fits into two twelfths, else in two. */
const COLUMNS = [
  { colspan: { default: 12, xxs: 3, s: 2 } },
  { colspan: { default: 12, xxs: 9, s: 5 } },
  { colspan: { default: 12, xxs: 8, s: 3 } },
  { colspan: { default: 12, xxs: 4, s: 2 } },
];

/** One of the listed requests; drawn again only when it has changed itself, as there may be a hundred. */
export const RequestFields = memo(function RequestFields({ index, request, errors, isLast, isOnly, isFull, ...props }: RequestProps) {
  const messages = useMessages();
  const change = (part: Partial<RequestDraft>) => props.change(index, part);
  const at = (part: string) => `/workload/requests/${index}/${part}`;
  const number = index + 1;
  const actions = [
    { what: "up", icon: "angle-up", name: messages.editor.moveUp(number), isDisabled: index === 0 },
    { what: "down", icon: "angle-down", name: messages.editor.moveDown(number), isDisabled: isLast },
    { what: "copy", icon: "copy", name: messages.editor.copyRequest(number), isDisabled: isFull },
    { what: "remove", icon: "remove", name: messages.editor.removeRequest(number), isDisabled: isOnly },
  ] as const;
  return (
    <div role="group" aria-label={messages.editor.request(index + 1)}>
      <Grid gridDefinition={COLUMNS} disableGutters={false}>
        <FormField label={messages.editor.method} errorText={errorAt(errors, at("method"))}>
          <Select
            options={METHODS.map((value) => ({ value, label: value }))}
            selectedOption={{ value: request.method, label: request.method }}
            onChange={({ detail }) => change({ method: detail.selectedOption.value as Method })}
          />
        </FormField>
        <TextField
          label={messages.editor.url}
          errors={errors}
          pointer={at("url")}
          value={request.url}
          placeholder="https://"
          onChange={(url) => change({ url })}
          stretch
        />
        <TextField
          label={messages.editor.label}
          errors={errors}
          pointer={at("label")}
          value={request.label}
          placeholder={messages.editor.labelHint}
          onChange={(label) => change({ label })}
          stretch
        />
        <TextField
          label={messages.editor.expect}
          errors={errors}
          pointer={at("expectStatus")}
          value={request.expectStatus}
          placeholder="200-399"
          onChange={(expectStatus) => change({ expectStatus })}
          stretch
        />
      </Grid>
      <Foldable
        title={messages.editor.headersAndBody}
        variant="footer"
        isOpenAtFirst={request.headers !== "" || request.body !== ""}
        hasError={errors.has(at("headers")) || errors.has(at("body"))}
      >
        <ColumnLayout columns={2}>
          <FormField label={messages.editor.headers} description={messages.editor.headersHint} errorText={errorAt(errors, at("headers"))} stretch>
            <Textarea
              rows={4}
              spellcheck={false}
              value={request.headers}
              onChange={({ detail }) => change({ headers: detail.value })}
            />
          </FormField>
          <FormField label={messages.editor.body} description={" "} errorText={errorAt(errors, at("body"))} stretch>
            <Textarea
              rows={4}
              spellcheck={false}
              value={request.body}
              onChange={({ detail }) => change({ body: detail.value })}
            />
          </FormField>
        </ColumnLayout>
      </Foldable>
      <SpaceBetween direction="horizontal" size="xs">
        {actions.map(({ what, icon, name, isDisabled }) => (
          <Button
            key={what}
            variant="inline-icon"
            iconName={icon}
            ariaLabel={name}
            disabled={isDisabled}
            onClick={() => props.rearrange(index, what)}
          />
        ))}
      </SpaceBetween>
    </div>
  );
});
