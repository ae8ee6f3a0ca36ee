import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";

import { useFormat, useMessages } from "../i18n/language";
import { Empty } from "./Empty";
import { useLocalTableState, type Sorting } from "./localTableState";
import { Name } from "./Name";
import { isShown, TablePreferences, type Shown } from "./TablePreferences";

type Value = number | string | null | undefined;

export interface LocalColumn<T> extends Shown {
  /** What the column is sorted and searched by. One of buttons has nothing of the kind. */
  value?(item: T): Value;
  /** What is shown, if not the value itself. */
  cell?(item: T): ReactNode;
  minWidth?: number;
}

interface Props<T> {
  /** Names the table in the address. */
  name: string;
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  items: readonly T[];
  /** Rows above all others, whatever the order. */
  pinned?: readonly T[];
  columns: LocalColumn<T>[];
  /** A column without which a row says nothing. */
  fixed: string;
  sorting: Sorting;
  rowId(item: T): string;
  empty: ReactNode;
  isLoading?: boolean;
  wrapLines?: boolean;
}

/** So few rows need no search field. */
const FEW = 10;
/** In pixels: beside a name of any length, figures are to be seen. */
const MOST_OF_NAME = 420;

/** A table whose rows are all here: sorted, searched and paged in the browser. */
export function LocalTable<T>(props: Props<T>) {
  const { name, title, description, actions, items, pinned = [], columns, fixed, sorting, rowId, empty, isLoading, wrapLines } = props;
  const messages = useMessages();
  const format = useFormat();
  const state = useLocalTableState(name, sorting);
  const found = matching(items, columns, state.text);
  const sortedBy = columns.find(({ id }) => id === state.sorting.column)?.value;
  const ordered = sortedBy ? found.toSorted((a, b) => compare(sortedBy(a), sortedBy(b), state.sorting.descending)) : found;
  const pages = Math.max(1, Math.ceil(ordered.length / state.limit));
  const page = Math.min(state.page, pages);
  const rows = ordered.slice((page - 1) * state.limit, page * state.limit);
  const searchable = items.length > FEW || state.text !== "";
  return (
    <Table
      variant="embedded"
      header={
        <Header variant="h3" counter={items.length > 0 ? `(${format.integer(items.length)})` : undefined} description={description} actions={actions}>
          {title}
        </Header>
      }
      filter={
        searchable && (
          <TextFilter
            filteringText={state.text}
            filteringPlaceholder={messages.table.find}
            filteringAriaLabel={`${title}: ${messages.table.find}`}
            countText={messages.table.matches(ordered.length)}
            onChange={({ detail }) => state.find(detail.filteringText)}
          />
        )
      }
      items={[...pinned, ...rows]}
      columnDefinitions={columns.map(({ id, header, value, cell, minWidth }) => ({
        id,
        header,
        ...(value && { sortingField: id }),
        isRowHeader: id === fixed,
        cell: (item: T) => {
          const shown = cell ? cell(item) : (value?.(item) ?? messages.common.none);
          return id === fixed ? <Name>{shown}</Name> : shown;
        },
        ...(minWidth !== undefined && { minWidth }),
        ...(id === fixed && { maxWidth: MOST_OF_NAME }),
      }))}
      columnDisplay={columns.map((column) => ({ id: column.id, visible: isShown(column, fixed, state.columns) }))}
      trackBy={rowId}
      loading={isLoading ?? false}
      loadingText={messages.common.loading}
      wrapLines={wrapLines ?? false}
      enableKeyboardNavigation
      stickyColumns={{ first: 1 }}
      sortingColumn={{ sortingField: state.sorting.column }}
      sortingDescending={state.sorting.descending}
      onSortingChange={({ detail }) =>
        state.sort({ column: detail.sortingColumn.sortingField ?? fixed, descending: detail.isDescending ?? false })
      }
      ariaLabels={{ tableLabel: title, selectionGroupLabel: title }}
      empty={
        state.text === "" ? (
          empty
        ) : (
          <Empty
            title={messages.table.noMatches}
            action={<Button onClick={() => state.find("")}>{messages.table.clearFilter}</Button>}
          />
        )
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            onChange={({ detail }) => state.toPage(detail.currentPageIndex)}
            ariaLabels={{
              nextPageLabel: messages.table.nextPage,
              previousPageLabel: messages.table.previousPage,
              pageLabel: messages.table.page,
            }}
          />
        )
      }
      preferences={
        searchable && (
          <TablePreferences
            columns={columns}
            fixed={fixed}
            limit={state.limit}
            shown={state.columns}
            choose={state.setPreferences}
          />
        )
      }
    />
  );
}

function matching<T>(items: readonly T[], columns: LocalColumn<T>[], text: string): readonly T[] {
  const words = text.trim().toLowerCase();
  if (words === "") return items;
  return items.filter((item) =>
    columns.some(({ value }) => {
      const held = value?.(item);
      return typeof held === "string" && held.toLowerCase().includes(words);
    }),
  );
}

/** What has no value comes last, whichever way the rest is ordered. */
function compare(a: Value, b: Value, descending: boolean): number {
  if (a == null || b == null) return Number(a == null) - Number(b == null);
  const order = typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : Number(a) - Number(b);
  return descending ? -order : order;
}
