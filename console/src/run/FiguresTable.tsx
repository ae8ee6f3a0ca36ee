import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import type { Figures } from "../api/types";
import { FailureRate } from "../components/FailureRate";
import { useFormat, useMessages } from "../i18n/language";

export interface Row {
  name: string;
  figures: Figures;
}

export function rowsOf(groups: Record<string, Figures>): Row[] {
  return Object.entries(groups).map(([name, figures]) => ({ name, figures }));
}

interface Props {
  title: string;
  /** What a row is of. */
  subject: string;
  rows: Row[];
  total?: Figures;
}

/** Figures side by side; sorted by any of them. */
export function FiguresTable({ title, subject, rows, total }: Props) {
  const messages = useMessages();
  const format = useFormat();
  const [sorting, setSorting] = useState<{ id: string; descending: boolean }>({ id: "requests", descending: true });

  const figure = (id: string, header: string, value: (figures: Figures) => number | null, show: (value: number | null) => string) => ({
    id,
    header,
    sortingField: id,
    value: ({ figures }: Row) => value(figures),
    cell: ({ figures }: Row) => show(value(figures)),
  });
  const ms = (value: number | null) => format.ms(value);
  const columns = [
    {
      id: "name",
      header: subject,
      sortingField: "name",
      isRowHeader: true,
      value: ({ name }: Row) => name,
      cell: ({ name }: Row) => name,
    },
    figure("requests", messages.run.requests, (f) => f.requests, (v) => format.integer(v)),
    figure("throughput", messages.run.throughput, (f) => f.throughput, (v) => format.rate(v)),
    {
      ...figure("failures", messages.run.failures, (f) => f.failureRate, (v) => format.percent(v)),
      cell: ({ figures }: Row) => <FailureRate share={figures.failureRate} />,
    },
    figure("min", messages.run.min, (f) => f.responseTimeMs.min, ms),
    figure("mean", messages.run.mean, (f) => f.responseTimeMs.mean, ms),
    figure("p50", "p50", (f) => f.responseTimeMs.p50, ms),
    figure("p90", "p90", (f) => f.responseTimeMs.p90, ms),
    figure("p95", "p95", (f) => f.responseTimeMs.p95, ms),
    figure("p99", "p99", (f) => f.responseTimeMs.p99, ms),
    figure("max", messages.run.max, (f) => f.responseTimeMs.max, ms),
    figure("sent", messages.run.sent, (f) => f.bytesSent, (v) => format.bytes(v)),
    figure("received", messages.run.received, (f) => f.bytesReceived, (v) => format.bytes(v)),
  ];
  const sorted = columns.find(({ id }) => id === sorting.id) ?? columns[0];
  const items = sorted ? rows.toSorted((a, b) => compare(sorted.value(a), sorted.value(b)) * (sorting.descending ? -1 : 1)) : rows;
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">{title}</Header>}
      items={total ? [{ name: messages.run.all, figures: total }, ...items] : items}
      columnDefinitions={columns}
      trackBy="name"
      wrapLines={false}
      enableKeyboardNavigation
      stickyColumns={{ first: 1 }}
      sortingColumn={{ sortingField: sorting.id }}
      sortingDescending={sorting.descending}
      onSortingChange={({ detail }) =>
        setSorting({ id: detail.sortingColumn.sortingField ?? "requests", descending: detail.isDescending ?? false })
      }
      ariaLabels={{ tableLabel: title, selectionGroupLabel: title }}
      empty={messages.common.none}
    />
  );
}

function compare(a: number | string | null, b: number | string | null): number {
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b);
  return Number(a ?? -1) - Number(b ?? -1);
}
