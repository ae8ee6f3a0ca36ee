import { useCallback, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";

const PAGE_SIZES = [10, 20, 50, 100] as const;
const DEFAULT_PAGE_SIZE = 20;

/** Where a table stands, kept in the address so that a reload, a bookmark or the back button shows the same. */
export interface TableState {
  page: number;
  limit: number;
  cursor: string | undefined;
  /** Ids of the columns to show; all of them when undefined. */
  columns: string[] | undefined;
  filter(name: string): string;
  setFilter(name: string, value: string): void;
  setPreferences(limit: number, columns: string[] | undefined): void;
  toPage(page: number, nextCursor: string | null): void;
}

export { PAGE_SIZES };

/** Which page of a list an address is of. */
export function pageOf(parameters: URLSearchParams): { limit: number; cursor?: string } {
  const wanted = positive(parameters.get("limit"));
  const cursor = parameters.get("cursor");
  return {
    limit: PAGE_SIZES.find((size) => size === wanted) ?? DEFAULT_PAGE_SIZE,
    ...(cursor !== null && { cursor }),
  };
}

/** The API's lists only lead onwards, so the way back is kept with the browser's history entry. */
interface Trail {
  cursors?: (string | null)[];
}

export function useTableState(): TableState {
  const navigate = useNavigate();
  const { search, state } = useLocation() as { search: string; state: Trail | null };
  const parameters = useMemo(() => new URLSearchParams(search), [search]);

  const go = useCallback(
    (changes: Record<string, string | null>, trail: Trail | null, replace = false) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") next.delete(name);
        else next.set(name, value);
      }
      void navigate({ search: next.toString() }, { state: trail, replace, preventScrollReset: true });
    },
    [navigate, search],
  );

  const page = positive(parameters.get("page")) ?? 1;
  const { limit, cursor: current } = pageOf(parameters);
  const cursors = state?.cursors ?? [];
  return {
    page,
    limit,
    cursor: current,
    columns: parameters.get("columns")?.split(","),
    filter: (name) => parameters.get(name) ?? "",
    setFilter: (name, value) => go({ [name]: value, page: null, cursor: null }, null, true),
    setPreferences: (limit, columns) =>
      go(
        {
          limit: limit === DEFAULT_PAGE_SIZE ? null : String(limit),
          columns: columns?.join(",") ?? null,
          page: null,
          cursor: null,
        },
        null,
        true,
      ),
    toPage: (target, nextCursor) => {
      if (target > page && nextCursor !== null) {
        const trail = [...cursors.slice(0, page - 1), parameters.get("cursor"), nextCursor];
        go({ page: String(page + 1), cursor: nextCursor }, { cursors: trail });
        return;
      }
      const cursor = target > 1 ? cursors[target - 1] : null;
      // Whoever followed a link into the middle has no way back but to the beginning.
      if (cursor) go({ page: String(target), cursor }, { cursors });
      else go({ page: null, cursor: null }, { cursors });
    },
  };
}

function positive(text: string | null): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
