import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

import type { Exchange, Validation } from "../api/types";
import { Empty } from "../components/Empty";
import { LocalTable } from "../components/LocalTable";
import { ExchangeView } from "../exchange/ExchangeView";
import { useFormat, useMessages } from "../i18n/language";

interface Row {
  number: number;
  exchange: Exchange;
}

/** Every request in the order in which it ended; the first that failed is open, or else the first. */
export function Exchanges({ validation: { exchanges, omitted }, isOver }: { validation: Validation; isOver: boolean }) {
  const messages = useMessages();
  const format = useFormat();
  const [chosen, setChosen] = useState<number | null>(null);
  const rows: Row[] = exchanges.map((exchange, index) => ({ number: index + 1, exchange }));
  const shown = rows.find(({ number }) => number === chosen) ?? rows.find(({ exchange }) => !exchange.success) ?? rows[0];
  return (
    <SpaceBetween size="l">
      <LocalTable
        name="exchanges"
        title={messages.validation.exchanges}
        {...(omitted.samples > 0 && {
          description: messages.validation.omitted(format.integer(omitted.samples), format.integer(omitted.failures)),
        })}
        items={rows}
        fixed="label"
        sorting={{ column: "number", descending: false }}
        rowId={({ number }) => String(number)}
        wrapLines
        columns={[
          { id: "number", header: "#", value: ({ number }) => number },
          {
            id: "label",
            header: messages.run.label,
            minWidth: 160,
            value: ({ exchange }) => exchange.label,
            cell: ({ number, exchange: { label, phase } }) => (
              <>
                <Button variant="inline-link" onClick={() => setChosen(number)}>
                  {label}
                </Button>{" "}
                {phase !== "load" && <Badge>{messages.phase[phase]}</Badge>}
              </>
            ),
          },
          {
            id: "address",
            header: messages.run.request,
            minWidth: 200,
            value: ({ exchange: { request } }) => [request.method, request.url].filter(Boolean).join(" "),
          },
          {
            id: "code",
            header: messages.run.response,
            value: ({ exchange }) => exchange.response.code,
            cell: ({ exchange: { success, response } }) => (
              <StatusIndicator type={success ? "success" : "error"}>
                {[response.code, response.message].filter(Boolean).join(" ")}
              </StatusIndicator>
            ),
          },
          {
            id: "elapsed",
            header: messages.validation.elapsed,
            value: ({ exchange }) => exchange.elapsedMs,
            cell: ({ exchange }) => format.ms(exchange.elapsedMs),
          },
        ]}
        empty={
          isOver ? (
            <Empty title={messages.validation.noneSent} />
          ) : (
            <Empty title={messages.validation.none} hint={messages.validation.noneHint} />
          )
        }
      />
      {shown && (
        <SpaceBetween size="s">
          <Header variant="h2">{`${shown.number}. ${shown.exchange.label}`}</Header>
          <ExchangeView key={shown.number} exchange={shown.exchange} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
