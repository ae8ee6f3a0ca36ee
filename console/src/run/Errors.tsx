import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Modal from "@cloudscape-design/components/modal";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import type { ErrorGroup } from "../api/types";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { LocalTable } from "../components/LocalTable";
import { useFormat, useMessages } from "../i18n/language";

/** What failed and how often, with an exchange to look at. */
export function Errors({ groups }: { groups: ErrorGroup[] }) {
  const messages = useMessages();
  const format = useFormat();
  const [shown, setShown] = useState<ErrorGroup | null>(null);
  return (
    <>
      <LocalTable
        name="errors"
        title={messages.run.tabErrors}
        items={groups}
        fixed="label"
        sorting={{ column: "count", descending: true }}
        rowId={({ label, code, message, assertion }) => JSON.stringify([label, code, message, assertion])}
        wrapLines
        columns={[
          { id: "count", header: messages.run.count, value: ({ count }) => count, cell: ({ count }) => format.integer(count) },
          { id: "label", header: messages.run.label, value: ({ label }) => label },
          { id: "code", header: messages.run.code, value: ({ code }) => code },
          { id: "message", header: messages.run.message, value: ({ message }) => message },
          { id: "assertion", header: messages.run.assertion, value: ({ assertion }) => assertion },
          { id: "first", header: messages.run.first, value: (g) => g.firstAt, cell: (g) => <Instant at={g.firstAt} /> },
          { id: "last", header: messages.run.last, value: (g) => g.lastAt, cell: (g) => <Instant at={g.lastAt} /> },
          {
            id: "exchange",
            header: messages.run.exchange,
            value: ({ sample }) => Number(sample != null),
            cell: (group) =>
              group.sample ? (
                <Button variant="inline-link" onClick={() => setShown(group)}>
                  {messages.run.exchange}
                </Button>
              ) : (
                messages.common.none
              ),
          },
        ]}
        empty={<Empty title={messages.run.errorsNone} hint={messages.run.errorsNoneHint} />}
      />
      {shown?.sample && (
        <Modal
          visible
          size="max"
          header={`${shown.label}: ${shown.code} ${shown.message}`}
          closeAriaLabel={messages.common.cancel}
          onDismiss={() => setShown(null)}
        >
          <ColumnLayout columns={2}>
            <Exchange title={messages.run.request} text={shown.sample.request} />
            <Exchange title={messages.run.response} text={shown.sample.response} />
          </ColumnLayout>
        </Modal>
      )}
    </>
  );
}

function Exchange({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      <Box variant="pre">{text}</Box>
    </div>
  );
}
