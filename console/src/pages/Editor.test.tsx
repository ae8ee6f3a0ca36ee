import { act, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import { openAt } from "../app/openAt";
import Editor from "./Editor";

const REFUSED = {
  type: "urn:oleada:problem:invalid",
  code: "INVALID",
  title: "Invalid",
  status: 422,
  detail: "two fields are not as they must be",
  errors: [
    { pointer: "/name", detail: "must have between 3 and 255 characters" },
    { pointer: "/workload/requests/0/url", detail: "must be an absolute http or https URL" },
  ],
};

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

beforeEach(() => {
  requests.mockImplementation((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/v1/regions") {
      return Promise.resolve(Response.json({ items: [{ name: "sa-east-1" }, { name: "us-east-1" }], nextCursor: null }));
    }
    if (pathname === "/api/v1/system") {
      return Promise.resolve(Response.json({ hub: "us-east-1", limits: {} }));
    }
    return Promise.resolve(
      Response.json(REFUSED, { status: 422, headers: { "content-type": "application/problem+json" } }),
    );
  });
});

afterEach(() => queries.clear());

function show() {
  return openAt("/scenarios/new", [
    { path: "/scenarios/new", element: <Editor /> },
    { path: "/other", element: <p>elsewhere</p> },
    { path: "/scenarios", element: <p>the list</p> },
  ]).router;
}

it("shows every error of the server at its field", async () => {
  show();
  await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "x");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("must have between 3 and 255 characters")).toBeTruthy();
  const url = screen.getByRole("textbox", { name: /^URL/ });
  expect(url.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByRole("textbox", { name: "Label" }).getAttribute("aria-invalid")).not.toBe("true");
});

it("keeps what was typed when what the form stands on cannot be read anew", async () => {
  show();
  await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "Checkout");
  requests.mockImplementation(() => Promise.resolve(Response.json({ status: 403, detail: "not now" }, { status: 403 })));
  await act(async () => {
    await queries.refetchQueries({ queryKey: ["regions"] });
    // Whoever looks at a query hears of it in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(queries.getQueryState(["regions"])?.status).toBe("error");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Name" }).value).toBe("Checkout");
});

it("saves by its own buttons alone", async () => {
  show();
  requests.mockClear();
  await userEvent.click(await screen.findByRole("button", { name: "Add request" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Name" }), "Checkout{Enter}");
  expect(screen.getAllByRole("textbox", { name: /^URL/ })).toHaveLength(2);
  expect(requests.mock.calls.filter(([request]) => new URL(request.url).pathname === "/api/v1/scenarios")).toEqual([]);
});

it("asks before changes are lost, and not without any", async () => {
  const router = show();
  await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "Checkout");
  await router.navigate("/other");
  expect(await screen.findByText("Leave without saving?")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  expect(await screen.findByText("elsewhere")).toBeTruthy();
  await router.navigate("/scenarios/new");
  await screen.findByRole("textbox", { name: "Name" });
  await router.navigate("/other");
  expect(await screen.findByText("elsewhere")).toBeTruthy();
});

it("leads to the list when nothing was before it", async () => {
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("the list")).toBeTruthy();
});

it("unfolds what holds an error", async () => {
  const refused = { ...REFUSED, errors: [{ pointer: "/worker/heapPercent", detail: "must be a whole number" }] };
  show();
  const section = await screen.findByRole("button", { name: "Workers and start" });
  expect(section.getAttribute("aria-expanded")).toBe("false");
  requests.mockImplementation(() => Promise.resolve(Response.json(refused, { status: 422 })));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("must be a whole number");
  expect(section.getAttribute("aria-expanded")).toBe("true");
});

it("begins where the results are kept, if workers may run there", async () => {
  show();
  expect(await screen.findByText("us-east-1")).toBeTruthy();
  expect(screen.queryByText("sa-east-1")).toBeNull();
});

it("says what became of a save beside its buttons, without moving them", async () => {
  show();
  const button = await screen.findByRole("button", { name: "Save" });
  requests.mockImplementation(() => Promise.resolve(Response.json({ status: 409, code: "STALE_VERSION", detail: "stale" }, { status: 409 })));
  await userEvent.click(button);
  const alert = await screen.findByText("Somebody else has saved this scenario meanwhile.");
  expect(screen.getByRole("complementary").contains(alert)).toBe(true);
  expect(button.compareDocumentPosition(alert)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});
