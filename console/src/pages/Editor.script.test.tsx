import { act, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import { openAt } from "../app/openAt";
import Editor from "./Editor";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

/** The upload of the test, which ends when the test says so. */
const sent = vi.hoisted(() => ({ end: (_: string) => {}, fail: (_: Error) => {} }));
vi.mock("../api/uploads", async (original) => ({
  ...(await original<object>()),
  upload: () =>
    new Promise<string>((resolve, reject) => {
      sent.end = resolve;
      sent.fail = reject;
    }),
}));

const saved: unknown[] = [];
const BASE = {
  scenarioId: "scn_1",
  version: 1,
  name: "Checkout",
  description: "",
  tags: [],
  workload: { kind: "script", engine: "jmeter", scriptId: "scr_OLD", properties: {}, systemProperties: {} },
  shape: { kind: "users", rampUp: "1s", hold: "5s", drain: "2s" },
  traffic: [{ region: "us-east-1", workers: 1, virtualUsers: 5 }],
  worker: { vcpu: 2, memoryGb: 4, heapPercent: 60, spot: false },
  start: { quorum: 1, timeout: "10m" },
  criteria: [],
  live: true,
  captureErrors: true,
};

beforeEach(() => {
  saved.length = 0;
  requests.mockImplementation(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/v1/regions") return Response.json({ items: [{ name: "us-east-1" }], nextCursor: null });
    if (pathname === "/api/v1/system") return Response.json({ hub: "us-east-1", limits: { uploadBytes: 1_000 } });
    if (pathname.startsWith("/api/v1/scripts/")) {
      return Response.json({ fileName: `${pathname.slice(16)}.jmx`, size: 10, problem: null, said: null, files: [] });
    }
    if (request.method === "PUT") {
      const body = (await request.json()) as typeof BASE;
      saved.push(body.workload);
      return Response.json({ ...BASE, ...body, version: 2 });
    }
    return Response.json(pathname === "/api/v1/scenarios/scn_1" ? BASE : { status: 422, detail: "no" }, {
      status: pathname === "/api/v1/scenarios/scn_1" ? 200 : 422,
    });
  });
});

afterEach(() => queries.clear());

async function choose(): Promise<ReturnType<typeof openAt>["router"]> {
  const { router, container } = openAt("/scenarios/scn_1/edit", [
    { path: "/scenarios/:scenarioId/edit", element: <Editor /> },
    { path: "*", element: <p>elsewhere</p> },
  ]);
  await screen.findByText(/scr_OLD.jmx/);
  const input = container.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input) throw new Error("there is no file field");
  await userEvent.upload(input, new File(["<jmeterTestPlan/>"], "new.jmx"));
  return router;
}

const save = () => userEvent.click(screen.getByRole("button", { name: "Save" }));

it("saves no script before the chosen one is there", async () => {
  await choose();
  await save();
  expect(await screen.findByText("Save when the upload has ended.")).toBeTruthy();
  expect(saved).toEqual([]);
  await act(() => Promise.resolve(sent.end("scr_NEW")));
  expect(screen.queryByText("Save when the upload has ended.")).toBeNull();
  await save();
  await screen.findByText("elsewhere");
  expect(saved).toMatchObject([{ scriptId: "scr_NEW" }]);
});

it("saves no other script when the upload did not work, until the file is removed", async () => {
  await choose();
  await act(() => Promise.resolve(sent.fail(new Error("the store is away"))));
  await save();
  expect(await screen.findByText(/Choose the file again, or remove it/)).toBeTruthy();
  expect(saved).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: /^Remove the file/ }));
  await save();
  await screen.findByText("elsewhere");
  expect(saved).toMatchObject([{ scriptId: "scr_OLD" }]);
});

it("keeps the properties that were typed during the upload", async () => {
  await choose();
  await userEvent.click(screen.getAllByRole("button", { name: "Add property" })[0]!);
  await userEvent.type(screen.getByRole("textbox", { name: "Name 1" }), "host");
  await act(() => Promise.resolve(sent.end("scr_NEW")));
  await screen.findByText(/scr_NEW.jmx/);
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Name 1" }).value).toBe("host");
});

it("asks before an upload is left", async () => {
  const router = await choose();
  await act(() => router.navigate("/other"));
  expect(await screen.findByText("Leave without saving?")).toBeTruthy();
});
