import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useMemo } from "react";

import { useMessages } from "../i18n/language";
import { emptyRequest, type Draft } from "./draft";
import { errorAt, NO_ERRORS, type FieldErrors } from "./fieldErrors";
import { Group } from "./Group";
import { rearranged } from "./rearrange";
import { RequestFields, type RequestProps } from "./RequestFields";
import { replaced, type SectionProps } from "./section";
import { TextField } from "./TextField";

const MOST_REQUESTS = 100;

export function HttpFields({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const { http } = draft;
  const errorsOf = useMemo(() => byRequest(errors), [errors]);
  // The same for as long as the page is open, so that a key in one request does not draw all of them.
  const changeRequest = useCallback<RequestProps["change"]>(
    (index, part) => change((now) => ({ http: { ...now.http, requests: replaced(now.http.requests, index, part) } })),
    [change],
  );
  const rearrange = useCallback<RequestProps["rearrange"]>(
    (index, what) => change((now) => ({ http: { ...now.http, requests: rearranged(now.http.requests, index, what) } })),
    [change],
  );
  const isFull = http.requests.length >= MOST_REQUESTS;
  const set = (part: Partial<Draft["http"]>) => change({ http: { ...http, ...part } });
  return (
    <SpaceBetween size="l">
      <Group title={messages.editor.requests} error={errorAt(errors, "/workload/requests")}>
        <SpaceBetween size="m">
          {http.requests.map((request, index) => (
            <RequestFields
              key={index}
              index={index}
              request={request}
              errors={errorsOf.get(index) ?? NO_ERRORS}
              change={changeRequest}
              rearrange={rearrange}
              isLast={index === http.requests.length - 1}
              isOnly={http.requests.length === 1}
              isFull={isFull}
            />
          ))}
          <Button iconName="add-plus" disabled={isFull} onClick={() => set({ requests: [...http.requests, emptyRequest()] })}>
            {messages.editor.addRequest}
          </Button>
        </SpaceBetween>
      </Group>
      <ColumnLayout columns={3}>
        <TextField
          label={messages.editor.thinkTime}
          hint={messages.editor.thinkTimeHint}
          errors={errors}
          pointer="/workload/thinkTime"
          value={http.thinkTime}
          onChange={(thinkTime) => set({ thinkTime })}
        />
        <TextField
          label={messages.editor.timeout}
          hint={messages.editor.timeoutHint}
          errors={errors}
          pointer="/workload/timeout"
          value={http.timeout}
          onChange={(timeout) => set({ timeout })}
        />
        <Checkbox checked={http.followRedirects} onChange={({ detail }) => set({ followRedirects: detail.checked })}>
          {messages.editor.followRedirects}
        </Checkbox>
      </ColumnLayout>
    </SpaceBetween>
  );
}

/** The errors of each request, by its index; most have none. */
function byRequest(errors: FieldErrors): Map<number, FieldErrors> {
  const groups = new Map<number, Map<string, readonly string[]>>();
  for (const [pointer, texts] of errors) {
    const index = /^\/workload\/requests\/(\d+)\//.exec(pointer)?.[1];
    if (index === undefined) continue;
    const group = groups.get(Number(index)) ?? new Map<string, readonly string[]>();
    groups.set(Number(index), group.set(pointer, texts));
  }
  return groups;
}
