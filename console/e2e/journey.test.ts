import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Comparison, Results, Validation } from "../src/api/types.ts";
import { plan } from "./plan.ts";
import { Product } from "./product.ts";
import { Target } from "./target.ts";
import { Visit } from "./visit.ts";

const NAME = "Checkout";
const ALERTS_MS = 120_000;

let product: Product;
let target: Target;
let visit: Visit;
const runs: string[] = [];

beforeAll(async () => {
  [product, target, visit] = await Promise.all([Product.start(), Target.start(), Visit.start("en-US")]);
});

afterAll(async () => {
  target.stop();
  await visit.end();
  await product.stop();
});

/** Waits until the run on the page is over, and answers its results. */
async function finished(): Promise<Results> {
  await visit.page.getByRole("tab", { name: "Criteria" }).waitFor({ timeout: ALERTS_MS });
  runs.push(visit.runId);
  return product.get<Results>(`/runs/${visit.runId}/results`);
}

const shown = (n: number) => n.toLocaleString("en");

describe("from the login link to a finished run", () => {
  it("opens with the link, and shows the start page", async () => {
    const { page } = visit;
    await page.goto(product.login);
    await page.getByRole("heading", { name: "Home" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    await page.getByRole("button", { name: "Run Demo" }).waitFor();
    await visit.look("home-new");
  });

  it("shows errors of the server at their fields", async () => {
    const { page } = visit;
    await page.getByRole("link", { name: "Create scenario" }).first().click();
    await visit.field("Name").fill("ab");
    await visit.button("Save").click();
    await page.locator('[aria-invalid="true"]').first().waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
    await visit.look("editor-errors");
  });

  it("saves a scenario and runs it", async () => {
    const { page } = visit;
    await visit.field("Name").fill(NAME);
    await page.getByText("must have between 3 and 255 characters").waitFor({ state: "detached" });
    await visit.field("URL").fill(`${target.origin}/cart`);
    await visit.button("Add request").click();
    await visit.field("URL").nth(1).fill(`${target.origin}/pay`);
    await visit.field("Label").nth(1).fill("Pay");
    await visit.field("Think time").fill("100ms");
    await visit.field("Ramp-up").fill("2s");
    await visit.field("Hold").fill("13s");
    await visit.field("Drain").fill("2s");
    await page.getByRole("spinbutton", { name: "Virtual users" }).fill("5");
    await page.getByRole("status", { name: "Estimate" }).getByText(/\$\d/).first().waitFor();
    await visit.look("editor");
    await visit.button("Save and run").click();
    await page.getByRole("heading", { name: `Run of ${NAME}` }).waitFor();
  });

  it("moves the charts while the load goes on", async () => {
    const { page } = visit;
    await page.getByRole("img", { name: /^Virtual users: Virtual users 5/ }).waitFor({ timeout: ALERTS_MS });
    const before = await page.getByRole("img", { name: /^Requests: Requests / }).getAttribute("aria-label");
    await page.waitForFunction(
      (label) => document.querySelector('[aria-label^="Requests: Requests "]')?.getAttribute("aria-label") !== label,
      before,
    );
    await visit.look("run-live");
  });

  it("shows the labels and the busiest worker meanwhile", async () => {
    const { page } = visit;
    await page.getByRole("tabpanel", { name: "By label" }).getByRole("row", { name: /^Pay .*\/s/ }).waitFor();
    await page.getByRole("tab", { name: "Workers" }).click();
    await page.getByRole("img", { name: /^CPU of the workers: Busiest worker [\d.]+ %/ }).waitFor();
    await visit.look("run-live-workers");
    await page.getByRole("tab", { name: "By label" }).click();
  });

  it("ends with the figures of the API, which are those of the target", async () => {
    const { page } = visit;
    const results = await finished();
    expect(results.total.requests).toBeGreaterThan(100);
    expect(target.takeCount()).toBe(results.total.requests + results.interrupted);
    for (const { requests } of [results.total, ...Object.values(results.byLabel)]) {
      await page.getByText(shown(requests), { exact: true }).first().waitFor();
    }
    await page.getByRole("tab", { name: "Workers" }).click();
    await page.getByRole("img", { name: /^CPU of the workers: Busiest worker [\d.]+ %/ }).waitFor();
    await page.getByRole("tab", { name: "By label" }).click();
    await visit.look("run-over");
  });

  it("shows everything else of the run", async () => {
    for (const tab of ["Criteria", "Workers", "Logs", "Artifacts", "Scenario"]) {
      await visit.page.getByRole("tab", { name: tab }).click();
      await visit.page.getByRole("tabpanel", { name: tab }).waitFor();
      await visit.look(`run-${tab.toLowerCase()}`);
    }
  });

  it("shows what failed", async () => {
    const { page } = visit;
    await page.getByRole("tab", { name: "Errors (1)" }).click();
    await page.getByRole("gridcell", { name: "503" }).waitFor();
    await visit.look("run-errors");
    await page.getByRole("button", { name: /^\d exchanges?$|^exchanges?$/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText('"error": "the till is closed"').waitFor();
    await dialog.getByText(`GET ${target.origin}/pay`).waitFor();
    await visit.look("run-exchange");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("recomputes every figure for a window that was dragged", async () => {
    const { page } = visit;
    await page.getByRole("tab", { name: "By label" }).click();
    const box = await page.locator(".u-over").first().boundingBox();
    if (!box) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.4, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 8 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+/);
    const { searchParams } = new URL(page.url());
    const window = `from=${searchParams.get("from")}&to=${searchParams.get("to")}`;
    const results = await product.get<Results>(`/runs/${visit.runId}/results?${window}`);
    await page.getByText(shown(results.total.requests), { exact: true }).first().waitFor();
    await visit.look("run-window");
    await visit.button("Whole run").click();
    await page.waitForURL((url) => !url.search.includes("from="));
    // The same without a mouse.
    await visit.button("Choose a part").press("Enter");
    await visit.field("From").fill("0:02");
    await visit.field("To").fill("0:08");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.search.includes("from=2000&to=8000"));
    await visit.button("Whole run").click();
    await page.waitForURL((url) => !url.search.includes("from="));
  });

  it("gives a report that opens without a network", async () => {
    const { page } = visit;
    await visit.button("Export").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Report to share" }).click(),
    ]);
    const path = await download.path();
    expect(await readFile(path, "utf8")).toContain(`Run of ${NAME}`);
    const offline = await Visit.start("en-US");
    const asked: string[] = [];
    offline.page.on("request", (request) => asked.push(request.url()));
    const copy = `${path}.html`;
    await download.saveAs(copy);
    await offline.page.goto(pathToFileURL(copy).href);
    await offline.page.getByRole("heading", { name: `Run of ${NAME}` }).waitFor();
    expect(await offline.page.locator("svg path").count()).toBe(6);
    expect(asked).toEqual([pathToFileURL(copy).href]);
    offline.expectNoErrors();
    await offline.page.screenshot({ path: "screenshots/report.png", fullPage: true });
    await offline.end();
  });
});

describe("a pair of runs", () => {
  it("runs again, and shows the whole run after a reload in the middle", async () => {
    const { page } = visit;
    await visit.button("Run again").click();
    await page.waitForURL((url) => !url.pathname.includes(runs[0] ?? "/"));
    await page.getByRole("img", { name: /^Virtual users: Virtual users 5/ }).waitFor({ timeout: ALERTS_MS });
    await page.reload();
    await page.getByRole("img", { name: /^Requests: Requests / }).waitFor({ timeout: ALERTS_MS });
    const results = await finished();
    await page.getByText(shown(results.total.requests), { exact: true }).first().waitFor();
  });

  it("compares it with the run before", async () => {
    const { page } = visit;
    await visit.button("Compare").click();
    await page.getByRole("menuitem", { name: "With the run before" }).click();
    await page.waitForURL(`**/compare?runs=${runs[0]},${runs[1]}`);
    await page.getByRole("img", { name: /^p95 response time: Base .* Candidate / }).waitFor();
    const { labels } = await product.get<Comparison>(`/runs/${runs[0]}/compare/${runs[1]}`);
    const [base, candidate] = [labels["*"]?.base?.throughput, labels["*"]?.candidate?.throughput];
    const rate = (value: number | null | undefined) => `${Math.round((value ?? 0) * 10) / 10}/s`;
    await page.getByText(`${rate(base)} → ${rate(candidate)}`).first().waitFor();
    await visit.look("compare");
  });

  it("makes the first the baseline, from the history", async () => {
    const { page } = visit;
    await page.getByRole("link", { name: NAME }).click();
    await page.getByRole("heading", { name: NAME, exact: true }).waitFor();
    // Below the head: the newest, then the first.
    await page.getByRole("grid", { name: "Runs" }).getByRole("row").nth(2).getByRole("checkbox").check();
    await visit.button("Make it the baseline").click();
    await page.getByText("The baseline has been changed.").waitFor();
    await page.getByRole("gridcell", { name: "Baseline" }).waitFor();
    const { baselineRunId } = await product.get<{ baselineRunId: string }>(`/scenarios/${/scn_\w+/.exec(page.url())?.[0]}`);
    expect(baselineRunId).toBe(runs[0]);
    await visit.look("scenario");
  });

  it("tries the scenario out, and shows every request and its answer", async () => {
    const { page } = visit;
    await visit.button("Validate").click();
    await page.getByRole("heading", { name: `Validation of ${NAME}` }).waitFor();
    await page.getByText(/Every request was answered as expected|The scenario is broken/).waitFor({ timeout: ALERTS_MS });
    const { exchanges } = await product.get<Validation>(`/runs/${visit.runId}/validation`);
    expect(exchanges.map(({ request }) => request.url)).toEqual([`${target.origin}/cart`, `${target.origin}/pay`]);
    // The payment may be the one in five that fails, which is open then.
    const open = 1 + Math.max(0, exchanges.findIndex(({ success }) => !success));
    await page.getByRole("heading", { name: new RegExp(`^${open}\\. `) }).waitFor();
    await page.getByRole("gridcell", { name: `GET ${target.origin}/pay` }).waitFor();
    await visit.look("validation");
    await page.getByRole("link", { name: NAME, exact: true }).first().click();
    await page.getByRole("heading", { name: NAME, exact: true }).waitFor();
  });

  it("cancels a third", async () => {
    const { page } = visit;
    await visit.button("Run").click();
    await page.getByRole("img", { name: /^Requests: Requests [1-9]/ }).waitFor({ timeout: ALERTS_MS });
    await visit.button("Cancel run").click();
    await page.getByRole("dialog").getByText(NAME).first().waitFor();
    await visit.button("Cancel the run").click();
    await page.getByText("The run was cancelled").waitFor({ timeout: ALERTS_MS });
    await finished();
    await visit.look("run-cancelled");
  });
});

describe("a script", () => {
  it("is refused at its field when it is broken", async () => {
    const { page } = visit;
    await page.goto(`${product.origin}/scenarios/new`);
    await page.getByRole("radio", { name: "JMeter script" }).check();
    const buffer = Buffer.from("<jmeterTestPlan>");
    await page.locator('input[type="file"]').setInputFiles({ name: "broken.jmx", mimeType: "text/xml", buffer });
    await page.getByText(/broken.jmx,/).waitFor();
    await visit.field("Name").fill("From a plan");
    await visit.button("Save").click();
    await page.getByText("Some fields need your attention").waitFor();
    await visit.look("editor-broken-script");
  });

  it("is edited in place and run", async () => {
    const { page } = visit;
    const buffer = Buffer.from(plan(target.origin));
    await page.locator('input[type="file"]').setInputFiles({ name: "plan.jmx", mimeType: "text/xml", buffer });
    await page.getByText(/plan.jmx,/).waitFor();
    await visit.button("View and edit: plan.jmx").click();
    const text = page.getByRole("textbox", { name: "Text of plan.jmx" });
    await text.waitFor();
    await page.locator(".cm-line", { hasText: 'testname="Demo"' }).click();
    await page.keyboard.press("ControlOrMeta+f");
    await page.getByRole("textbox", { name: "Find" }).fill('testname="Demo"');
    await page.getByRole("textbox", { name: "Replace" }).fill('testname="Edited here"');
    await page.getByRole("button", { name: "replace all" }).click();
    await page.getByText("edited", { exact: true }).waitFor();
    await visit.look("editor-script");
    await visit.field("Ramp-up").fill("1s");
    await visit.field("Hold").fill("6s");
    await visit.button("Save and run").click();
    await page.getByRole("heading", { name: "Run of From a plan" }).waitFor();
    const results = await finished();
    expect(Object.keys(results.byLabel)).toEqual(["Edited here"]);
    await page.getByRole("rowheader", { name: "Edited here" }).waitFor();
  });
});

describe("the lists", () => {
  it("show what there is", async () => {
    const { page } = visit;
    await page.goto(`${product.origin}/scenarios`);
    await page.getByRole("img", { name: /runs?, the last with a p95 of/ }).first().waitFor();
    await visit.look("scenarios");
    await page.goto(product.origin);
    await page.getByRole("grid", { name: "Recent runs" }).getByText("Cancelled").waitFor();
    await visit.look("home");
    await page.goto(`${product.origin}/settings/regions`);
    await visit.button("Edit us-east-1").click();
    await visit.field("ECS cluster").fill("nowhere");
    await visit.button("Save").click();
    await page.getByRole("dialog").locator('[aria-invalid="true"]').first().waitFor();
    await visit.look("region-refused");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await visit.look("regions");
    await page.goto(`${product.origin}/nowhere`);
    await page.getByText("There is nothing here").waitFor();
    await visit.look("nowhere");
  });

  it("asks before changes are lost", async () => {
    const { page } = visit;
    await page.goto(`${product.origin}/scenarios/new`);
    await visit.field("Name").fill("Half done");
    await page.getByRole("link", { name: "Home" }).first().click();
    await page.getByText("Leave without saving?").waitFor();
    await visit.look("editor-leave");
    await visit.button("Leave").click();
    await page.getByRole("heading", { name: "Home" }).waitFor();
  });

  it("are accessible, like everything else", () => visit.expectAccessible());

  it("met no error on the way", () => {
    // The refused scenarios are answers that the browser notes by itself.
    visit.expectNoErrors(/status of 422/);
  });
});

it("ends the session where the reader signs out", async () => {
  const { page } = visit;
  await page.getByRole("button", { name: /Administrator/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByText("Your session has ended").waitFor();
  expect((await page.request.get(`${product.origin}/api/v1/me`)).status()).toBe(401);
});
