import Grid from "@cloudscape-design/components/grid";
import { useMemo } from "react";

import TimeChart from "../charts/TimeChart";
import { useFormat, useMessages } from "../i18n/language";
import { overlay, type Overlaid } from "./overlay";

const HALF = { colspan: { default: 12, s: 6 } };

/** The courses of both runs over each other, each from its own start. */
export default function OverlayCharts({ base, candidate }: { base: Overlaid; candidate: Overlaid }) {
  const messages = useMessages();
  const format = useFormat();
  const charts = useMemo(() => {
    const both = overlay(base, candidate);
    const names: [string, string] = [messages.compare.base, messages.compare.candidate];
    const rate = (value: number) => format.rate(value);
    const ms = (value: number) => format.ms(value);
    const list = [
      { title: messages.compare.p95, lines: both.lines(({ p95 }) => p95, names), show: ms },
      { title: messages.compare.p50, lines: both.lines(({ p50 }) => p50, names), show: ms },
      { title: messages.run.chartRequests, lines: both.lines(({ requestRate }) => requestRate, names), show: rate },
      { title: messages.run.chartFailures, lines: both.lines(({ failureRate }) => failureRate, names), show: rate },
      {
        title: messages.run.chartUsers,
        lines: both.lines(({ virtualUsers }) => virtualUsers, names),
        show: (value: number) => format.number(value),
      },
      { title: messages.compare.p99, lines: both.lines(({ p99 }) => p99, names), show: ms },
    ];
    return { times: both.times, list };
  }, [base, candidate, messages, format]);
  const span = useMemo<[number, number]>(() => [0, Math.max(1, charts.times.at(-1) ?? 0)], [charts]);
  return (
    <Grid gridDefinition={charts.list.map(() => HALF)}>
      {charts.list.map((chart) => (
        <TimeChart key={chart.title} {...chart} times={charts.times} span={span} />
      ))}
    </Grid>
  );
}
