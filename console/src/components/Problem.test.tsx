import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { unreachable } from "../api/refusal";
import { InEnglish } from "./InEnglish";
import { Outdated } from "./Outdated";
import { Problem } from "./Problem";

it("promises to try again only where the page does", () => {
  const error = unreachable(null);
  const { rerender } = render(<Problem error={error} />, { wrapper: InEnglish });
  expect(screen.getByText(/does not answer/).textContent).not.toContain("by itself");
  rerender(<Problem error={error} isPolling />);
  expect(screen.getByText(/does not answer/).textContent).toContain("this page tries again by itself");
});

it("says that rows are old, and nothing where there are none or all is well", () => {
  const { rerender } = render(<Outdated query={{ isError: true, dataUpdatedAt: 1 }} />, { wrapper: InEnglish });
  expect(screen.getByText(/^Not up to date/)).toBeTruthy();
  for (const query of [{ isError: true, dataUpdatedAt: 0 }, { isError: false, dataUpdatedAt: 1 }]) {
    rerender(<Outdated query={query} />);
    expect(screen.queryByText(/^Not up to date/)).toBeNull();
  }
});
