import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, useLocation } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";

import { InEnglish } from "./InEnglish";
import { LocalTable } from "./LocalTable";

interface Label {
  name: string;
  p95: number | null;
}

const labels: Label[] = Array.from({ length: 60 }, (_, i) => ({ name: `GET /${i}`, p95: i === 7 ? null : (i * 37) % 60 }));
let search = "";

function Search() {
  search = useLocation().search;
  return null;
}

function show(address: string) {
  render(
    <MemoryRouter initialEntries={[address]}>
      <InEnglish>
        <LocalTable
          name="labels"
          title="By label"
          items={labels}
          pinned={[{ name: "All", p95: 99 }]}
          columns={[
            { id: "name", header: "Label", value: ({ name }) => name },
            { id: "p95", header: "p95", value: ({ p95 }) => p95 },
            { id: "rare", header: "Rare", value: () => 1, isOptional: true },
          ]}
          fixed="name"
          sorting={{ column: "p95", descending: true }}
          rowId={({ name }) => name}
          empty="nothing"
        />
        <Search />
      </InEnglish>
    </MemoryRouter>,
  );
}

/** The first cell of every row below the head. */
const names = () => screen.getAllByRole("row").slice(1).map((row) => row.querySelector("th, td")?.textContent);
const headers = () => screen.getAllByRole("columnheader").map((header) => header.textContent);

describe("a table of rows that are all here", () => {
  beforeEach(() => {
    search = "";
  });

  it("shows a page in its order, below what always comes first", () => {
    show("/runs/1");
    expect(names()).toHaveLength(21);
    expect(names().slice(0, 3)).toEqual(["All", "GET /47", "GET /34"]);
    expect(headers()).toEqual(["Label", "p95"]);
  });

  it("puts rows without a value last, whichever way it is ordered", () => {
    show("/runs/1?labels.page=3");
    expect(names().at(-1)).toBe("GET /7");
    document.body.innerHTML = "";
    show("/runs/1?labels.page=3&labels.sort=p95");
    expect(names().at(-1)).toBe("GET /7");
  });

  it("keeps order, page and search in the address, under its own name", async () => {
    show("/runs/1?tab=labels");
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    expect(search).toBe("?tab=labels&labels.page=2");
    await userEvent.type(screen.getByRole("searchbox"), "/59");
    expect(search).toBe("?tab=labels&labels.q=%2F59");
    expect(names()).toEqual(["All", "GET /59"]);
  });

  it("says that nothing matches, and how to see all again", async () => {
    show("/runs/1?labels.q=nowhere");
    expect(names()).toEqual(["All"]);
    await userEvent.clear(screen.getByRole("searchbox"));
    expect(names()).toHaveLength(21);
  });

  it("shows the columns that the address asks for", () => {
    show("/runs/1?labels.columns=rare");
    expect(headers()).toEqual(["Label", "Rare"]);
  });
});
