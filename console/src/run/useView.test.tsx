import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation, useNavigate } from "react-router";
import { expect, it } from "vitest";

import { useView } from "./useView";

it("makes a step of another part of the run, and of nothing else", () => {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={["/", "/run"]} initialIndex={1}>
      {children}
    </MemoryRouter>
  );
  const { result } = renderHook(() => ({ view: useView(), location: useLocation(), navigate: useNavigate() }), { wrapper });
  const choose: ReturnType<typeof useView>["choose"] = (change) => act(() => result.current.view.choose(change));
  const back = () => act(() => void result.current.navigate(-1));
  const part = { from: 1_000, to: 2_000 };
  act(() => [1, 2].forEach(() => result.current.view.choose({ window: part })));
  choose({ window: { ...part } });
  choose({ tab: "workers" });
  expect(result.current.location.search).toBe("?from=1000&to=2000&tab=workers");
  back();
  expect(result.current.location).toMatchObject({ pathname: "/run", search: "" });
  back();
  expect(result.current.location.pathname).toBe("/");
});
