import type { Delta, Deltas, Figures } from "../api/types";
import type { Messages } from "../i18n/en";
import type { Format } from "../i18n/format";

export type Compared = keyof Deltas;

/** What is better when it grows, what when it shrinks, and what is neither. */
const BETTER: Record<Compared, 1 | 0 | -1> = {
  requests: 0,
  throughput: 1,
  failureRate: -1,
  min: -1,
  mean: -1,
  p50: -1,
  p75: -1,
  p90: -1,
  p95: -1,
  p99: -1,
  p999: -1,
  max: -1,
};

/** Runs of the same load differ by some percent without any reason. */
export const WORTH = 0.05;

/** JMeter measures in whole milliseconds: a difference of one is none. */
export const RESOLUTION_MS = 1;

export type Judgement = "better" | "worse" | "alike";

export function judge(metric: Compared, { absolute, relative }: Delta): Judgement {
  if (absolute === null || absolute === 0 || BETTER[metric] === 0) return "alike";
  // Without a relative change the base was 0: the first failures, say.
  if (relative !== null && Math.abs(relative) < WORTH) return "alike";
  if (isTime(metric) && Math.round(Math.abs(absolute)) <= RESOLUTION_MS) return "alike";
  return Math.sign(absolute) === BETTER[metric] ? "better" : "worse";
}

export function figureOf(figures: Figures, metric: Compared): number | null {
  return isTime(metric) ? figures.responseTimeMs[metric] : figures[metric];
}

type Time = Exclude<Compared, "requests" | "throughput" | "failureRate">;

function isTime(metric: Compared): metric is Time {
  return metric !== "requests" && metric !== "throughput" && metric !== "failureRate";
}

export function showFigure(value: number | null, metric: Compared, format: Format): string {
  if (metric === "requests") return format.integer(value);
  if (metric === "throughput") return format.rate(value);
  return metric === "failureRate" ? format.percent(value) : format.ms(value);
}

/** The difference with its sign and unit, and in percent of the base where there is one. */
export function showDelta(delta: Delta | undefined, metric: Compared, format: Format, messages: Messages): string {
  const { absolute, relative } = delta ?? { absolute: null, relative: null };
  if (absolute === null) return messages.common.none;
  const sign = absolute > 0 ? "+" : absolute < 0 ? "−" : "±";
  const size = Math.abs(absolute);
  const own = metric === "failureRate" ? messages.compare.points(format.number(size * 100)) : showFigure(size, metric, format);
  return relative === null || metric === "failureRate" ? `${sign}${own}` : `${sign}${own} (${sign}${format.percent(rounded(Math.abs(relative)))})`;
}

/** To a tenth of a percent: more would not be there again in the next run. */
function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}

export function metricName(metric: Compared, messages: Messages): string {
  return metric === "requests" ? messages.run.requests : messages.metric[metric];
}
