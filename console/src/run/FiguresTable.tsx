import Box from "@cloudscape-design/components/box";

import type { Figures } from "../api/types";
import { FailureRate } from "../components/FailureRate";
import { LocalTable, type LocalColumn } from "../components/LocalTable";
import { useFormat, useMessages } from "../i18n/language";
import { figureColumns } from "./figureColumns";

export interface Row {
  name: string;
  figures: Figures;
  /** What a row is of whose name does not say it. */
  hint?: string;
}

export function rowsOf(groups: Record<string, Figures>): Row[] {
  return Object.entries(groups).map(([name, figures]) => ({ name, figures }));
}

interface Props {
  /** Names the table in the address. */
  name: string;
  title: string;
  /** What a row is of. */
  subject: string;
  rows: Row[];
  /** Rows above all others: of everything, and of the hold alone. */
  sums: Row[];
}

/** Figures side by side; sorted by any of them. */
export function FiguresTable({ name, title, subject, rows, sums }: Props) {
  const messages = useMessages();
  const columns = useFigureColumns(subject);
  return (
    <LocalTable
      name={name}
      title={title}
      items={rows}
      pinned={sums}
      columns={columns}
      fixed="name"
      sorting={{ column: "requests", descending: true }}
      rowId={(row) => (sums.includes(row) ? `sum ${row.name}` : `row ${row.name}`)}
      empty={messages.common.none}
    />
  );
}

function useFigureColumns(subject: string): LocalColumn<Row>[] {
  const messages = useMessages();
  const format = useFormat();
  return [
    {
      id: "name",
      header: subject,
      value: ({ name }) => name,
      cell: ({ name, hint }) => (
        <>
          {name}
          {hint && (
            <Box color="text-body-secondary" fontSize="body-s">
              {hint}
            </Box>
          )}
        </>
      ),
      minWidth: 160,
    },
    ...figureColumns(messages, format).map(({ id, header, value, show }) => ({
      id,
      header,
      value: ({ figures }: Row) => value(figures),
      cell: ({ figures }: Row) =>
        id === "failures" ? <FailureRate share={figures.failureRate} /> : show(value(figures)),
    })),
  ];
}
