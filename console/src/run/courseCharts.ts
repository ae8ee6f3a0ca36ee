import type { Line } from "../charts/line";
import type { Tone } from "../charts/palette";
import type { Messages } from "../i18n/en";
import type { Format } from "../i18n/format";
import type { CoursePoint } from "../live/course";

export interface CourseChart {
  title: string;
  lines: Line[];
  /** A value with its unit. */
  show(value: number): string;
}

/** The charts of a run, wherever they are drawn. */
export function courseCharts(points: CoursePoint[], messages: Messages, format: Format): CourseChart[] {
  const line = (label: string, tone: Tone, value: (point: CoursePoint) => number | null): Line => ({
    label,
    tone,
    values: points.map(value),
  });
  const rate = (value: number) => format.rate(value);
  return [
    {
      title: messages.run.chartUsers,
      lines: [line(messages.run.chartUsers, "users", (point) => point.virtualUsers)],
      show: (value) => format.number(value),
    },
    {
      title: messages.run.chartTimes,
      lines: [
        line("p50", "p50", (point) => point.p50),
        line("p95", "p95", (point) => point.p95),
        line("p99", "p99", (point) => point.p99),
      ],
      show: (value) => format.ms(value),
    },
    {
      title: messages.run.chartRequests,
      lines: [line(messages.run.chartRequests, "requests", (point) => point.requestRate)],
      show: rate,
    },
    {
      title: messages.run.chartFailures,
      lines: [line(messages.run.chartFailures, "failures", (point) => point.failureRate)],
      show: rate,
    },
  ];
}
