import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import Button from "@cloudscape-design/components/button";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import type { ErrorGroup } from "../api/types";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { useFormat, useMessages } from "../i18n/language";

/** What failed and how often, with an exchange to look at. */
export function Errors({ groups }: { groups: ErrorGroup[] }) {
  const messages = useMessages();
  const format = useFormat();
  const [shown, setShown] = useState<ErrorGroup | null>(null);
  return (
    <>
      <Table
        variant="embedded"
        header={<Header variant="h3">{messages.run.tabErrors}</Header>}
        items={groups}
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: messages.run.tabErrors, selectionGroupLabel: messages.run.tabErrors }}
        columnDefinitions={[
          { id: "count", header: messages.run.count, cell: ({ count }) => format.integer(count) },
          { id: "label", header: messages.run.label, cell: ({ label }) => label, isRowHeader: true },
          { id: "code", header: messages.run.code, cell: ({ code }) => code },
          { id: "message", header: messages.run.message, cell: ({ message }) => message },
          { id: "assertion", header: messages.run.assertion, cell: ({ assertion }) => assertion ?? messages.common.none },
          { id: "first", header: messages.run.first, cell: ({ firstAt }) => <Instant at={firstAt} /> },
          { id: "last", header: messages.run.last, cell: ({ lastAt }) => <Instant at={lastAt} /> },
          {
            id: "exchange",
            header: messages.run.exchange,
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
