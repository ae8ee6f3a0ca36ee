// Measures the page of a live run in a real Chromium, fed by a simulated product: `npm run bench:live -- [seconds]`.
//
// Processor time is that of the page's main thread, by the browser's own account, so another process on the machine does
// not count. The heap is that of the page and of its worker, after a collection and at its largest in between. Half-way
// the connection is cut.

import type { CDPSession } from "playwright-core";

import { launch } from "../e2e/browser.ts";
import { Load, type Size } from "./live/load.ts";
import { Product } from "./live/product.ts";
import { WorkerHeap } from "./live/workerHeap.ts";

const LIMIT_MS = 200;
const LIMIT_MB = 300;

const [seconds = 600, workers = 100, labels = 20, samples = 50] = process.argv.slice(2).map(Number);
const size: Size = { workers, labels, seconds, samples };
const load = new Load(size, Math.ceil(Date.now() / 1_000) * 1_000 + 8_000);
const product = await Product.start(load, size);
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 }, locale: "en-US" });
page.on("pageerror", (error) => console.error(error.message));
const devtools = await page.context().newCDPSession(page);
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });

const workerHeap = await WorkerHeap.watch(devtools);

await page.goto(`${product.origin}/runs/run_bench`);
await page.getByRole("heading", { name: /Run of/ }).waitFor();
while (!product.isHeard) await until(Date.now() + 50);

console.log(`${workers} workers × ${labels} labels × ${samples} samples at 1 Hz for ${seconds} s`);
console.log("    second   main thread ms/s   heap MB");
await until(load.startAt);
let before = await counters(devtools);
const peaks = { ms: 0, mb: 0 };
const start = before;
for (let t = 0; t < seconds; t += 1) {
  await until(load.startAt + (t + 1) * 1_000 + 200);
  if (t === Math.floor(seconds / 2)) product.drop();
  product.publish(t, load.ticksOf(t));
  const heap = (await counters(devtools)).heapMb;
  peaks.mb = Math.max(peaks.mb, heap);
  if ((t + 1) % 10 !== 0) continue;
  const now = await counters(devtools);
  const ms = ((now.taskMs - before.taskMs) / (now.at - before.at)) * 1_000;
  peaks.ms = Math.max(peaks.ms, ms);
  before = now;
  if ((t + 1) % 60 === 0) console.log(row(t + 1, ms, heap));
}

const sent = load.sums.reduce((sum, { requests }) => sum + requests, 0);
const said = `${sent.toLocaleString("en")} so far`;
const isWhole = await page
  .getByText(said, { exact: true })
  .waitFor({ timeout: 30_000 })
  .then(() => true, () => false);
const end = await counters(devtools);
await devtools.send("HeapProfiler.collectGarbage");
const kept = (await counters(devtools)).heapMb;
const mean = ((end.taskMs - start.taskMs) / (end.at - start.at)) * 1_000;

console.log(`main thread: ${mean.toFixed(0)} ms a second in the mean, ${peaks.ms.toFixed(0)} in the busiest 10 s (limit ${LIMIT_MS})`);
const share = (part: "scriptMs" | "layoutMs" | "styleMs") => (((end[part] - start[part]) / (end.at - start.at)) * 1_000).toFixed(0);
console.log(`of it scripts ${share("scriptMs")} ms, layout ${share("layoutMs")} ms, styles ${share("styleMs")} ms; the rest is painting`);
console.log(`heap: ${peaks.mb.toFixed(0)} MB at its largest, ${kept.toFixed(0)} MB after a collection (limit ${LIMIT_MB})`);
console.log(`ticks: ${isWhole ? "none lost" : "SOME LOST"}; ${said} expected over ${product.connections} connections`);
if (!isWhole) console.log(await page.getByText(/so far/).first().textContent());
await page.screenshot({ path: "screenshots/bench-live.png" }).catch(() => undefined);
await browser.close();
product.close();
if (peaks.ms > LIMIT_MS || peaks.mb > LIMIT_MB || !isWhole) process.exitCode = 1;

function row(second: number, ms: number, mb: number): string {
  return `${String(second).padStart(10)} ${ms.toFixed(0).padStart(18)} ${mb.toFixed(0).padStart(9)}`;
}

interface Counters {
  at: number;
  taskMs: number;
  scriptMs: number;
  layoutMs: number;
  styleMs: number;
  heapMb: number;
}

/** Of the page and of the worker that listens for it. */
async function counters(session: CDPSession): Promise<Counters> {
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return {
    at: Date.now(),
    taskMs: value("TaskDuration") * 1_000,
    scriptMs: value("ScriptDuration") * 1_000,
    layoutMs: value("LayoutDuration") * 1_000,
    styleMs: value("RecalcStyleDuration") * 1_000,
    heapMb: value("JSHeapUsedSize") / 1e6 + (await workerHeap.mb()),
  };
}

function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
}
