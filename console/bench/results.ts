// Measures the page of a run of 2 h × 50 labels in a real Chromium against a real product: `npm run bench:results`.
//
// OLEADA_BIN and OLEADA_ENGINES as for the walk through the console; `stock` of crates/aws/examples lies beside the former.
// Opening counts from the navigation until figures, four charts and the table of labels are drawn, with what the browser
// has cached and without; a window from the end of a drag until figures and charts are of it.

import type { Browser, Page } from "playwright-core";

import { launch } from "../e2e/browser.ts";
import { Product } from "../e2e/product.ts";
import { api, loadAverage, mainThreadMs, spread, stock } from "./stock.ts";

interface Stocked {
  runId: string;
  labels: number;
  requests: number;
  bytes: Record<string, number>;
}

const OPENINGS = 5;
const WINDOWS = 12;

const browser = await launch();
const product = await Product.start();
try {
  const { runId, ...stocked } = await stock<Stocked>(product, "result");
  console.log(JSON.stringify(stocked));
  console.log(`load average ${await loadAverage()}`);
  const window = "from=1234000&to=5678000";
  for (const path of ["results", `results?${window}`, "series", "series?maxPoints=1000", `series?maxPoints=1000&${window}`, "series?maxPoints=1000&label=GET /shop/items/7"]) {
    console.log(`  GET …/${path}: ${await api(product, `/runs/${runId}/${path}`)}`);
  }
  const page = await loggedIn(browser);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const first = await open(page, runId);
  const again: number[] = [];
  for (let i = 0; i < OPENINGS; i += 1) again.push(await open(page, runId));
  console.log(`  opens: ${first.toFixed(0)} ms the first time, then ${spread(again)}`);
  // The count begins anew with every page.
  console.log(`    of it ${(await mainThreadMs(devtools)).toFixed(0)} ms of the main thread`);
  const before = await mainThreadMs(devtools);
  const taken = await windows(page);
  const inAll = (await mainThreadMs(devtools)) - before;
  console.log(`  window: ${spread(taken)}`);
  console.log(`    with the way back, ${(inAll / WINDOWS).toFixed(0)} ms of the main thread each`);
  console.log(`load average ${await loadAverage()}`);
  await page.screenshot({ path: "screenshots/bench-results.png", fullPage: true });
} finally {
  await browser.close();
  await product.stop();
}

/** Nothing of the page that is measured is cached, but who is logged in. */
async function loggedIn(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 }, locale: "en-US" });
  page.on("pageerror", (error) => console.error(error.message));
  const login = await page.context().request.get(product.login);
  if (!login.ok()) throw new Error(`the login link was answered with ${login.status()}`);
  return page;
}

async function open(page: Page, runId: string): Promise<number> {
  await page.goto("about:blank");
  const began = performance.now();
  await page.goto(`${product.origin}/runs/${runId}`, { waitUntil: "commit" });
  await page.waitForFunction(
    () => document.querySelectorAll(".time-chart canvas").length >= 4 && document.querySelectorAll("tbody tr").length > 10,
    undefined,
    { polling: "raf" },
  );
  // What was laid out in this frame is on the screen with the next.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  return performance.now() - began;
}

/** Drags over a chart again and again, each time from the whole run. */
async function windows(page: Page): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < WINDOWS; i += 1) {
    const chart = page.locator(".time-chart .u-over").first();
    await chart.scrollIntoViewIfNeeded();
    const plot = await chart.boundingBox();
    if (!plot) throw new Error("there is no chart");
    const y = plot.y + plot.height / 2;
    const at = (share: number) => plot.x + plot.width * share;
    await page.mouse.move(at(0.1 + i / 40), y);
    await page.mouse.down();
    await page.mouse.move(at(0.5 + i / 40), y, { steps: 4 });
    await page.evaluate(watchForMouse);
    await page.mouse.up();
    taken.push(await page.evaluate(() => window.settled));
    await page.getByRole("button", { name: "Whole run" }).click();
    await page.waitForFunction(() => !new URL(location.href).searchParams.has("from"));
    await page.waitForTimeout(500);
  }
  return taken;
}

declare global {
  interface Window {
    /** Milliseconds from the release of the mouse until both answers of the window are drawn. */
    settled: Promise<number>;
  }
}

/** In the page. */
function watchForMouse(): void {
  const tiles = () => document.querySelector('[class*="value-large"]')?.textContent ?? "";
  const axis = () => [...document.querySelectorAll(".time-chart [role=img]")].map((e) => e.getAttribute("aria-label")).join();
  const before = { tiles: tiles(), axis: axis() };
  window.settled = new Promise((resolve) => {
    addEventListener(
      "mouseup",
      () => {
        const began = performance.now();
        const look = () => {
          if (tiles() === before.tiles || axis() === before.axis) requestAnimationFrame(look);
          else requestAnimationFrame(() => resolve(performance.now() - began));
        };
        look();
      },
      { once: true, capture: true },
    );
  });
}
