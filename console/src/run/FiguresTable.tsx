import type { Figures } from "../api/types";
import { FailureRate } from "../components/FailureRate";
import { LocalTable, type LocalColumn } from "../components/LocalTable";
import { useFormat, useMessages } from "../i18n/language";
import { figureColumns } from "./figureColumns";

export interface Row {
  name: string;
  figures: Figures;
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
  total?: Figures;
}

/** Figures side by side; sorted by any of them. */
export function FiguresTable({ name, title, subject, rows, total }: Props) {
  const messages = useMessages();
  const columns = useFigureColumns(subject);
  return (
    <LocalTable
      name={name}
      title={title}
      items={rows}
      pinned={total ? [{ name: messages.run.all, figures: total }] : []}
      columns={columns}
      fixed="name"
      sorting={{ column: "requests", descending: true }}
      rowId={(row) => row.name}
      empty={messages.common.none}
    />
  );
}

function useFigureColumns(subject: string): LocalColumn<Row>[] {
  const messages = useMessages();
  const format = useFormat();
  return [
    { id: "name", header: subject, value: ({ name }) => name, minWidth: 160 },
    ...figureColumns(messages, format).map(({ id, header, value, show }) => ({
      id,
      header,
      value: ({ figures }: Row) => value(figures),
      cell: ({ figures }: Row) =>
        id === "failures" ? <FailureRate share={figures.failureRate} /> : show(value(figures)),
    })),
  ];
}
