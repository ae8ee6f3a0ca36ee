import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { useMessages } from "../i18n/language";
import { Problem } from "./Problem";
import { PAGE_SIZES, type TableState } from "./tableState";

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Column<T> = TableProps.ColumnDefinition<T> & { id: string; header: string };

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
}

/** A table whose rows the server finds, a page at a time. */
export function ServerTable<T>(props: Props<T>) {
  const { label, header, filter, empty, columns, fixed, rowId, query, state, variant } = props;
  const messages = useMessages();
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} />;
  }
  const nextCursor = query.data?.nextCursor ?? null;
  const shown = state.columns ?? columns.map(({ id }) => id);
  return (
    <Table
      variant={variant ?? "container"}
      items={query.data?.items ?? []}
      columnDefinitions={columns}
      columnDisplay={columns.map(({ id }) => ({ id, visible: id === fixed || shown.includes(id) }))}
      trackBy={rowId}
      loading={query.isPending}
      loadingText={messages.common.loading}
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: label, selectionGroupLabel: label }}
      header={header}
      filter={filter}
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
        <CollectionPreferences
          title={messages.table.preferences}
          confirmLabel={messages.table.confirm}
          cancelLabel={messages.common.cancel}
          preferences={{
            pageSize: state.limit,
            contentDisplay: columns.map(({ id }) => ({ id, visible: id === fixed || shown.includes(id) })),
          }}
          pageSizePreference={{
            title: messages.table.pageSize,
            options: PAGE_SIZES.map((value) => ({ value, label: messages.table.rows(value) })),
          }}
          contentDisplayPreference={{
            title: messages.table.columns,
            options: columns.map(({ id, header: name }) => ({ id, label: name, alwaysVisible: id === fixed })),
          }}
          onConfirm={({ detail }) => {
            const visible = detail.contentDisplay?.filter((column) => column.visible).map(({ id }) => id);
            const isAll = visible?.length === columns.length;
            state.setPreferences(detail.pageSize ?? state.limit, isAll ? undefined : visible);
          }}
        />
      }
    />
  );
}
