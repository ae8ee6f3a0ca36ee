import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { PAGE_SIZES } from "./tableState";

export interface Sorting {
  column: string;
  descending: boolean;
}

/** How a table of rows that are all here is looked at, kept in the address under the table's name. */
export interface LocalTableState {
  sorting: Sorting;
  page: number;
  limit: number;
  columns: string[] | undefined;
  text: string;
  sort(sorting: Sorting): void;
  toPage(page: number): void;
  find(text: string): void;
  setPreferences(limit: number, columns: string[] | undefined): void;
}

/** More rows are drawn slower than a window of a run is read. */
const DEFAULT_PAGE_SIZE = 20;

export function useLocalTableState(name: string, first: Sorting): LocalTableState {
  const [parameters, setParameters] = useSearchParams();
  const put = useCallback(
    (changes: Record<string, string | null>) =>
      setParameters(
        (now) => {
          const next = new URLSearchParams(now);
          for (const [key, value] of Object.entries(changes)) {
            if (value) next.set(`${name}.${key}`, value);
            else next.delete(`${name}.${key}`);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [name, setParameters],
  );
  const read = (key: string) => parameters.get(`${name}.${key}`);
  const sorted = read("sort");
  const [column, descending] = sorted === null ? [first.column, first.descending] : [sorted.replace(/^-/, ""), sorted.startsWith("-")];
  const wanted = Number(read("limit"));
  const page = Number(read("page") ?? 1);
  const columns = read("columns");
  const text = read("q") ?? "";
  return useMemo(
    () => ({
      sorting: { column, descending },
      page: Number.isInteger(page) && page > 0 ? page : 1,
      limit: PAGE_SIZES.find((size) => size === wanted) ?? DEFAULT_PAGE_SIZE,
      columns: columns?.split(","),
      text,
      sort: (sorting) => put({ sort: `${sorting.descending ? "-" : ""}${sorting.column}`, page: null }),
      toPage: (target) => put({ page: target > 1 ? String(target) : null }),
      find: (words) => put({ q: words, page: null }),
      setPreferences: (limit, shown) =>
        put({ limit: limit === DEFAULT_PAGE_SIZE ? null : String(limit), columns: shown?.join(",") ?? null, page: null }),
    }),
    [column, descending, page, wanted, columns, text, put],
  );
}
