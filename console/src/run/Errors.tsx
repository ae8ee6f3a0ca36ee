import Modal from "@cloudscape-design/components/modal";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import type { ErrorGroup } from "../api/types";
import { Empty } from "../components/Empty";
import { Instant } from "../components/Instant";
import { LocalTable } from "../components/LocalTable";
import { ExchangeView } from "../exchange/ExchangeView";
import { useFormat, useMessages } from "../i18n/language";

/** What failed and how often, with an exchange to look at. */
export function Errors({ groups, isPart }: { groups: ErrorGroup[]; isPart: boolean }) {
  const messages = useMessages();
  const format = useFormat();
  const [shown, setShown] = useState<ErrorGroup | null>(null);
  return (
    <>
      <LocalTable
        name="errors"
        title={messages.run.tabErrors}
        description={isPart && messages.run.exchangesOfWhole}
        items={groups}
        fixed="label"
        sorting={{ column: "count", descending: true }}
        rowId={({ label, code, message, assertion }) => JSON.stringify([label, code, message, assertion])}
        wrapLines
        columns={[
          { id: "label", header: messages.run.label, value: ({ label }) => label },
          { id: "count", header: messages.run.count, value: ({ count }) => count, cell: ({ count }) => format.integer(count) },
          { id: "code", header: messages.run.code, value: ({ code }) => code },
          { id: "message", header: messages.run.message, value: ({ message }) => message },
          {
            id: "exchange",
            header: messages.run.exchange,
            value: ({ samples }) => samples.length,
            cell: (group) =>
              group.samples.length > 0 ? (
                <Button variant="inline-link" onClick={() => setShown(group)}>
                  {messages.run.exchanges(group.samples.length)}
                </Button>
              ) : (
                messages.common.none
              ),
          },
          { id: "assertion", header: messages.run.assertion, value: ({ assertion }) => assertion },
          { id: "first", header: messages.run.first, value: (g) => g.firstAt, minWidth: 140, cell: (g) => <Instant at={g.firstAt} /> },
          { id: "last", header: messages.run.last, value: (g) => g.lastAt, minWidth: 140, cell: (g) => <Instant at={g.lastAt} /> },
        ]}
        empty={<Empty title={messages.run.errorsNone} hint={messages.run.errorsNoneHint} />}
      />
      {shown && <Samples group={shown} close={() => setShown(null)} />}
    </>
  );
}

function Samples({ group, close }: { group: ErrorGroup; close(): void }) {
  const messages = useMessages();
  const [page, setPage] = useState(1);
  const { label, code, message, samples } = group;
  const exchange = samples[page - 1];
  return (
    <Modal visible size="max" header={`${label}: ${code} ${message}`} closeAriaLabel={messages.common.dismiss} onDismiss={close}>
      <SpaceBetween size="s">
        {samples.length > 1 && (
          <Pagination
            currentPageIndex={page}
            pagesCount={samples.length}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{
              nextPageLabel: messages.table.nextPage,
              previousPageLabel: messages.table.previousPage,
              pageLabel: messages.table.page,
            }}
          />
        )}
        {exchange && <ExchangeView key={page} exchange={exchange} />}
      </SpaceBetween>
    </Modal>
  );
}
