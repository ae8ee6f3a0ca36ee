import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import type { CDPSession } from "playwright-core";

import type { Product } from "../e2e/product.ts";

const program = process.env.OLEADA_STOCK ?? join(dirname(process.env.OLEADA_BIN ?? ""), "examples/stock");

/** Fills a running product by `crates/aws/examples/stock.rs`, and answers what was made. */
export async function stock<T>(product: Product, what: "result" | "lists"): Promise<T> {
  const { stdout } = await promisify(execFile)(program, [product.data, what]);
  return JSON.parse(stdout) as T;
}

/** What the machine was busy with when a figure was taken. */
export async function loadAverage(): Promise<string> {
  return (await readFile("/proc/loadavg", "utf8")).split(" ").slice(0, 3).join(" ");
}

/** Of several measurements in milliseconds. */
export function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(0);
  return `median ${at(0.5)} ms, worst ${at(1)} ms of ${values.length}`;
}

/** Processor time that the product has taken so far, in milliseconds; other work on the machine is not in it. */
async function processorMs(product: Product): Promise<number> {
  const stat = await readFile(`/proc/${product.pid}/stat`, "utf8");
  // After the name in parentheses; the kernel counts hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How long the API takes by itself, and how much it sends. */
export async function api(product: Product, path: string, times = 10): Promise<string> {
  const token = (await readFile(join(product.data, "admin-token"), "utf8")).trim();
  const taken: number[] = [];
  let bytes = 0;
  const before = await processorMs(product);
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    const response = await fetch(`${product.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    const body = await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    taken.push(performance.now() - began);
    bytes = body.byteLength;
  }
  const processor = ((await processorMs(product)) - before) / times;
  return `${spread(taken)}; ${processor.toFixed(0)} ms of processor each; ${(bytes / 1e3).toFixed(0)} kB`;
}

/** What the main thread of a page has been busy for so far, by the browser's own account, in milliseconds. */
export async function mainThreadMs(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN) * 1_000;
}
