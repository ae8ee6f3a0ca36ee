import type { Window } from "../api/results";
import type { Figures, Results } from "../api/types";
import type { Course } from "../live/course";

/** The figures of every label, region and transaction as CSV; names of columns carry their units. */
export function figuresCsv({ total, byLabel, byRegion, transactions }: Results): string {
  const groups: [string, string, Figures][] = [
    ["total", "*", total],
    ...Object.entries(byLabel).map(([name, figures]): [string, string, Figures] => ["label", name, figures]),
    ...Object.entries(byRegion).map(([name, figures]): [string, string, Figures] => ["region", name, figures]),
    ...Object.entries(transactions).map(([name, figures]): [string, string, Figures] => ["transaction", name, figures]),
  ];
  const header = [
    "kind",
    "name",
    "requests",
    "failures",
    "failureRate",
    "requestsPerSecond",
    ...["min", "mean", "stdev", "p50", "p75", "p90", "p95", "p99", "p999", "max"].map((name) => `${name}Ms`),
    "bytesReceived",
    "bytesSent",
  ];
  const rows = groups.map(([kind, name, figures]) => {
    const { min, mean, stdev, p50, p75, p90, p95, p99, p999, max } = figures.responseTimeMs;
    return [
      kind,
      name,
      figures.requests,
      figures.failures,
      figures.failureRate,
      figures.throughput,
      ...[min, mean, stdev, p50, p75, p90, p95, p99, p999, max],
      figures.bytesReceived,
      figures.bytesSent,
    ];
  });
  return csv([header, ...rows]);
}

/** The course as it is drawn, one line a step. */
export function courseCsv({ points }: Course): string {
  const header = ["second", "virtualUsers", "requestsPerSecond", "failuresPerSecond", "p50Ms", "p95Ms", "p99Ms"];
  const rows = points.map((point) => [
    point.t,
    point.virtualUsers,
    point.requestRate,
    point.failureRate,
    point.p50,
    point.p95,
    point.p99,
  ]);
  return csv([header, ...rows]);
}

type Cell = string | number | null;

/** RFC 4180, with names that a spreadsheet would take for formulas made harmless. */
export function csv(rows: Cell[][]): string {
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What of a run a file is of; null stands for all. */
interface Part {
  window: Window | null;
  label?: string | null;
  region?: string | null;
}

/** A name that says what the file is of, in characters that every system bears: `run_1-course-10s-20s-GET_cart.csv`. */
export function fileName(what: string, { window, label = null, region = null }: Part, extension: string): string {
  const span = window ? [window.from, window.to].map((ms) => `${ms / 1_000}s`) : [];
  const names = [label, region].flatMap((name) => (name === null ? [] : [safe(name)]));
  return `${[what, ...span, ...names].join("-")}.${extension}`;
}

/** Names of files may have 255 bytes in all. */
const MOST_CHARACTERS = 40;

function safe(name: string): string {
  const characters = [...name.replace(/[^\p{L}\p{N}.-]+/gu, "_")].slice(0, MOST_CHARACTERS);
  return characters.join("").replace(/^[_.]+|[_.]+$/g, "") || "_";
}

/** Hands the reader a file. */
export function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
