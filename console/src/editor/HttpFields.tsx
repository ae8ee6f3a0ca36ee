import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useMessages } from "../i18n/language";
import { emptyRequest, type Draft } from "./draft";
import { errorAt } from "./fieldErrors";
import { Group } from "./Group";
import { RequestFields } from "./RequestFields";
import { replaced, type SectionProps } from "./section";
import { TextField } from "./TextField";

export function HttpFields({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const { http } = draft;
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
              errors={errors}
              change={(part) => set({ requests: replaced(http.requests, index, part) })}
              {...(http.requests.length > 1 && {
                remove: () => set({ requests: http.requests.filter((_, i) => i !== index) }),
              })}
            />
          ))}
          <Button iconName="add-plus" onClick={() => set({ requests: [...http.requests, emptyRequest()] })}>
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
