import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { plan } from "./plan";
import { launch, photograph, violations } from "./browser";

const login = process.env.OLEADA_LOGIN;
if (!login) throw new Error("set OLEADA_LOGIN to the link that a running product has printed");
const origin = new URL(login).origin;
const name = `Journey ${Date.now()}`;

let browser: Browser;
let page: Page;
const failures: string[] = [];

beforeAll(async () => {
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 }, locale: "en-US" });
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") failures.push(message.text());
  });
  await page.goto(login);
});

afterAll(async () => {
  await browser.close();
});

const button = (text: string) => page.getByRole("button", { name: text, exact: true });

const wrong: string[] = [];

/** Takes the picture, and keeps what is wrong with it for the end, so that one flaw does not hide the rest. */
async function look(shot: string): Promise<void> {
  await photograph(page, shot);
  wrong.push(...(await violations(page)).map((violation) => `${shot}: ${violation}`));
}

describe("from the login link to a finished run", () => {
  it("shows the start page", async () => {
    await page.getByRole("heading", { name: "Home" }).waitFor();
    await look("home");
  });

  it("lists the scenarios", async () => {
    await page.goto(`${origin}/scenarios`);
    await page.getByRole("link", { name: "Demo" }).first().waitFor();
    await look("scenarios");
  });

  it("shows errors of the server at their fields", async () => {
    await page.goto(`${origin}/scenarios/new`);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("ab");
    await button("Save").click();
    await page.locator('[aria-invalid="true"]').first().waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
    await look("editor-errors");
  });

  it("saves a scenario and runs it", async () => {
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    await page.getByRole("textbox", { name: "URL" }).fill(`${origin}/demo/error?rate=0.1`);
    await page.getByRole("textbox", { name: "Think time" }).fill("100ms");
    await page.getByRole("textbox", { name: "Ramp-up" }).fill("3s");
    await page.getByRole("textbox", { name: "Hold" }).fill("15s");
    await page.getByRole("textbox", { name: "Drain" }).fill("2s");
    await page.getByRole("spinbutton", { name: "Virtual users" }).fill("5");
    await look("editor");
    await button("Save and run").click();
    await page.waitForURL(/\/runs\/run_/);
    await page.getByRole("heading", { name: `Run of ${name}` }).waitFor();
  });

  it("moves the charts while the load goes on", async () => {
    const users = page.getByRole("img", { name: /^Virtual users: Virtual users 5/ });
    await users.waitFor({ timeout: 120_000 });
    const rate = page.getByRole("img", { name: /^Requests: Requests / });
    const before = await rate.getAttribute("aria-label");
    await page.waitForFunction(
      (label) => document.querySelector('[aria-label^="Requests: Requests "]')?.getAttribute("aria-label") !== label,
      before,
    );
    await look("run-live");
  });

  it("shows the whole run after a reload", async () => {
    await page.reload();
    await page.getByRole("img", { name: /^Requests: Requests / }).waitFor();
  });

  it("ends with the figures that the API gives", async () => {
    await page.getByText("Completed").first().waitFor({ timeout: 120_000 });
    await page.getByRole("tab", { name: "By label" }).waitFor();
    const runId = new URL(page.url()).pathname.split("/")[2] ?? "";
    const results = (await page.evaluate(
      (path) => fetch(path).then((response) => response.json()),
      `/api/v1/runs/${runId}/results`,
    )) as { total: { requests: number }; errors: unknown[] };
    expect(results.total.requests).toBeGreaterThan(100);
    await page.getByText(results.total.requests.toLocaleString("en"), { exact: true }).first().waitFor();
    await look("run-over");
    for (const tab of ["Errors", "Criteria", "Workers", "Logs", "Artifacts", "Scenario"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.waitForTimeout(500);
      await look(`run-${tab.toLowerCase()}`);
    }
  });

  it("recomputes every figure for a window that was dragged", async () => {
    await page.getByRole("tab", { name: "By label" }).click();
    const chart = page.locator(".u-over").first();
    const box = await chart.boundingBox();
    if (!box) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.4, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 8 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+/);
    await button("Whole run").waitFor();
    await page.waitForTimeout(1_000);
    await look("run-window");
    await button("Whole run").click();
    await page.waitForURL((url) => !url.search.includes("from="));
  });

  it("shows the scenario with its history, in Spanish too", async () => {
    await page.getByRole("link", { name, exact: true }).first().click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await look("scenario");
    await page.getByRole("button", { name: /Language/ }).click();
    await page.getByRole("menuitem", { name: "Español" }).click();
    await page.getByRole("heading", { name: "Detalles" }).waitFor();
    await look("scenario-es");
    await page.goto(`${origin}/settings/regions`);
    await page.getByRole("heading", { name: "Regiones" }).waitFor();
    await look("regions-es");
  });

  it("cancels a run", async () => {
    await page.getByRole("button", { name: /Idioma/ }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.goto(`${origin}/scenarios?q=${encodeURIComponent(name)}`);
    await page.getByRole("button", { name: `Run ${name}` }).click();
    await page.waitForURL(/\/runs\/run_/);
    await page.getByRole("img", { name: /^Requests: Requests [1-9]/ }).waitFor({ timeout: 120_000 });
    await button("Cancel run").click();
    await button("Cancel the run").click();
    await page.getByText("The run was cancelled").waitFor({ timeout: 60_000 });
    await page.getByRole("tab", { name: "By label" }).waitFor();
    await look("run-cancelled");
  });

  it("says what is wrong with an uploaded script, and takes one that is right", async () => {
    await page.goto(`${origin}/scenarios/new`);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(`${name} script`);
    await page.getByRole("radio", { name: "JMeter script" }).check();
    const file = page.locator('input[type="file"]');
    await file.setInputFiles({ name: "broken.jmx", mimeType: "text/xml", buffer: Buffer.from("<jmeterTestPlan>") });
    await page.getByText(/broken.jmx,/).waitFor();
    await button("Save").click();
    await page.getByText("Some fields need your attention").waitFor();
    await look("editor-script");
    await file.setInputFiles({ name: "plan.jmx", mimeType: "text/xml", buffer: Buffer.from(plan(origin)) });
    await page.getByText(/plan.jmx,/).waitFor();
    await button("Save").click();
    await page.getByRole("heading", { name: `${name} script` }).waitFor();
  });

  it("is accessible everywhere", () => expect(wrong).toEqual([]));

  it("met no error on the way", () => {
    // The refused scenario of the field errors is one that the browser notes by itself.
    expect(failures.filter((text) => !text.includes("422"))).toEqual([]);
  });
});
