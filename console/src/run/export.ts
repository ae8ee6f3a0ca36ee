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

/** Hands the reader a file. */
export function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
