import type { Figures } from "../api/types";
import type { Messages } from "../i18n/en";
import type { Format } from "../i18n/format";

export interface FigureColumn {
  id: string;
  header: string;
  value(figures: Figures): number | null;
  show(value: number | null): string;
}

/** What a table of figures has a column for. */
export function figureColumns(messages: Messages, format: Format): FigureColumn[] {
  const column = (
    id: string,
    header: string,
    value: FigureColumn["value"],
    show: FigureColumn["show"] = (ms) => format.ms(ms),
  ) => ({ id, header, value, show });
  return [
    column("requests", messages.run.requests, (f) => f.requests, (n) => format.integer(n)),
    column("throughput", messages.run.throughput, (f) => f.throughput, (n) => format.rate(n)),
    column("failures", messages.run.failures, (f) => f.failureRate, (share) => format.percent(share)),
    column("min", messages.run.min, (f) => f.responseTimeMs.min),
    column("mean", messages.run.mean, (f) => f.responseTimeMs.mean),
    column("p50", "p50", (f) => f.responseTimeMs.p50),
    column("p90", "p90", (f) => f.responseTimeMs.p90),
    column("p95", "p95", (f) => f.responseTimeMs.p95),
    column("p99", "p99", (f) => f.responseTimeMs.p99),
    column("p999", "p99.9", (f) => f.responseTimeMs.p999),
    column("max", messages.run.max, (f) => f.responseTimeMs.max),
    column("ttfb", messages.run.ttfb, (f) => f.ttfbMs.p95),
    column("connect", messages.run.connect, (f) => f.connectMs.p95),
    column("sent", messages.run.sent, (f) => f.bytesSent, (n) => format.bytes(n)),
    column("received", messages.run.received, (f) => f.bytesReceived, (n) => format.bytes(n)),
  ];
}
