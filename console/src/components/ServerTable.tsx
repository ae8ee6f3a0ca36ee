import "./ServerTable.css";
import Pagination from "@cloudscape-design/components/pagination";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { useMessages } from "../i18n/language";
import { Outdated } from "./Outdated";
import { Problem } from "./Problem";
import { isShown, TablePreferences, type Shown } from "./TablePreferences";
import type { TableState } from "./tableState";

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Column<T> = TableProps.ColumnDefinition<T> & Shown;

interface Props<T> {
  label: string;
  header: ReactNode;
  filter?: ReactNode;
  empty: ReactNode;
  columns: Column<T>[];
  /** A column without which a row says nothing. */
  fixed: string;
  rowId: (item: T) => string;
  query: UseQueryResult<Page<T>>;
  state: TableState;
  variant?: TableProps["variant"];
  selection?: Selection<T>;
}

/** Rows that somebody has ticked, on whatever page they are. */
export interface Selection<T> {
  items: T[];
  change(items: T[]): void;
  canBeChosen(item: T): boolean;
  nameOf(item: T): string;
}

/** A table whose rows the server finds, a page at a time. */
export function ServerTable<T>(props: Props<T>) {
  const { label, header, filter, empty, columns, fixed, rowId, query, state, variant, selection } = props;
  const messages = useMessages();
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} isPolling />;
  }
  const nextCursor = query.data?.nextCursor ?? null;
  return (
    <Table
      variant={variant ?? "container"}
      items={query.data?.items ?? []}
      columnDefinitions={columns.map((column) => ({ ...column, cell: (item: T) => <div className="cell">{column.cell(item)}</div> }))}
      columnDisplay={columns.map((column) => ({ id: column.id, visible: isShown(column, fixed, state.columns) }))}
      trackBy={rowId}
      loading={query.isPending}
      loadingText={messages.common.loading}
      enableKeyboardNavigation
      wrapLines
      {...(selection && {
        selectionType: "multi" as const,
        selectedItems: selection.items,
        isItemDisabled: (item: T) => !selection.canBeChosen(item),
        onSelectionChange: ({ detail }: { detail: TableProps.SelectionChangeDetail<T> }) => selection.change(detail.selectedItems),
      })}
      ariaLabels={{
        tableLabel: label,
        selectionGroupLabel: label,
        allItemsSelectionLabel: () => messages.table.chooseAll,
        itemSelectionLabel: (_, item) => selection?.nameOf(item) ?? label,
      }}
      header={header}
      filter={
        <>
          {filter}
          {query.isPlaceholderData && <StatusIndicator type="loading">{messages.common.loading}</StatusIndicator>}
          <Outdated query={query} />
        </>
      }
      empty={empty}
      pagination={
        <Pagination
          currentPageIndex={state.page}
          pagesCount={state.page + (nextCursor === null ? 0 : 1)}
          disabled={query.isPlaceholderData}
          onChange={({ detail }) => state.toPage(detail.currentPageIndex, nextCursor)}
          ariaLabels={{
            nextPageLabel: messages.table.nextPage,
            previousPageLabel: messages.table.previousPage,
            pageLabel: messages.table.page,
          }}
        />
      }
      preferences={
        <TablePreferences
          columns={columns}
          fixed={fixed}
          limit={state.limit}
          shown={state.columns}
          choose={state.setPreferences}
        />
      }
    />
  );
}
