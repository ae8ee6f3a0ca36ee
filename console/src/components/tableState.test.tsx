import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { expect, it } from "vitest";

import { useTableState } from "./tableState";

function start(search: string) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={[`/scenarios${search}`]}>{children}</MemoryRouter>
  );
  const { result } = renderHook(() => ({ state: useTableState(), search: useLocation().search }), { wrapper });
  return {
    state: () => result.current.state,
    search: () => result.current.search,
    act: (change: () => void) => act(change),
  };
}

it("goes on by the list's cursor and back by those that it came over", () => {
  const table = start("");
  table.act(() => table.state().toPage(2, "two"));
  table.act(() => table.state().toPage(3, "three"));
  expect(table.state()).toMatchObject({ page: 3, cursor: "three" });
  table.act(() => table.state().toPage(2, null));
  expect(table.state()).toMatchObject({ page: 2, cursor: "two" });
  table.act(() => table.state().toPage(1, null));
  expect(table.state()).toMatchObject({ page: 1, cursor: undefined });
  expect(table.search()).toBe("");
});

it("leads whoever came by a link back to the beginning", () => {
  const table = start("?page=5&cursor=five&limit=50");
  expect(table.state()).toMatchObject({ page: 5, cursor: "five", limit: 50 });
  table.act(() => table.state().toPage(4, null));
  expect(table.state()).toMatchObject({ page: 1, cursor: undefined, limit: 50 });
});

it("begins anew with another filter, and keeps the rest", () => {
  const table = start("?page=2&cursor=two&limit=10&tag=shop");
  table.act(() => table.state().setFilter("q", "cart"));
  expect(table.search()).toBe("?limit=10&tag=shop&q=cart");
});

it("takes no page size that it does not offer", () => {
  expect(start("?limit=5000&page=-1").state()).toMatchObject({ limit: 20, page: 1 });
});
