// Measures the lists with 10,000 scenarios and 10,000 runs of one in a real Chromium against a real product:
// `npm run bench:lists`. Set OLEADA_BIN and OLEADA_ENGINES as for `bench:results`.
//
// Opening counts from the navigation until the first rows are drawn, a page from the click until other rows are, a search
// from its last key, which waits for 300 ms. The heap is the page's after a collection.

import type { CDPSession, Page } from "playwright-core";

import { launch } from "../e2e/browser.ts";
import { Product } from "../e2e/product.ts";
import { api, loadAverage, mainThreadMs, spread, stock } from "./stock.ts";

const OPENINGS = 5;
const PAGES = 40;

const browser = await launch();
const product = await Product.start();
try {
  const made = await stock<{ scenarioId: string }>(product, "lists");
  console.log(JSON.stringify(made));
  console.log(`load average ${await loadAverage()}`);
  const history = `/scenarios/${made.scenarioId}`;
  for (const path of ["/scenarios", "/scenarios?q=checkout", "/scenarios?q=nothing+like+it", `${history}/runs`, "/runs"]) {
    console.log(`  GET ${path}: ${await api(product, path)}`);
  }
  const page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 }, locale: "en-US" });
  page.on("pageerror", (error) => console.error(error.message));
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.context().request.get(product.login);
  await measure(page, devtools, "/scenarios");
  await search(page, "nothing like it");
  await measure(page, devtools, history);
  console.log(`load average ${await loadAverage()}`);
} finally {
  await browser.close();
  await product.stop();
}

async function measure(page: Page, devtools: CDPSession, path: string): Promise<void> {
  const first = await open(page, path);
  const again: number[] = [];
  for (let i = 0; i < OPENINGS; i += 1) again.push(await open(page, path));
  console.log(`  page ${path}: ${first.toFixed(0)} ms the first time, then ${spread(again)}`);
  console.log(`    of it ${(await mainThreadMs(devtools)).toFixed(0)} ms of the main thread`);
  const before = await heapMb(devtools);
  const turned: number[] = [];
  for (let i = 0; i < PAGES; i += 1) turned.push(await turn(page));
  console.log(`    next page: ${spread(turned)}; heap ${before.toFixed(1)} MB before, ${(await heapMb(devtools)).toFixed(1)} MB after`);
}

async function open(page: Page, path: string): Promise<number> {
  await page.goto("about:blank");
  const began = performance.now();
  await page.goto(product.origin + path, { waitUntil: "commit" });
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 10, undefined, { polling: "raf" });
  return performance.now() - began;
}

async function turn(page: Page): Promise<number> {
  const shown = await page.evaluate(() => document.querySelector("tbody a")?.getAttribute("href"));
  const began = performance.now();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.waitForFunction((was) => document.querySelector("tbody a")?.getAttribute("href") !== was, shown, { polling: "raf" });
  const taken = performance.now() - began;
  await page.waitForFunction(() => !document.querySelector('button[aria-label="Next page"]:disabled'));
  return taken;
}

async function search(page: Page, text: string): Promise<void> {
  await page.goto(`${product.origin}/scenarios`);
  await page.getByRole("searchbox").fill(text);
  const began = performance.now();
  await page.getByText("No matches").first().waitFor();
  console.log(`  search without a match: ${(performance.now() - began).toFixed(0)} ms`);
}

async function heapMb(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize / 1e6;
}
