import "uplot/dist/uPlot.min.css";
import "./TimeChart.css";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import uPlot from "uplot";

import { useFormat, useMessages } from "../i18n/language";
import type { Line } from "./line";
import { colour, isDark, watchMode, type Tone } from "./palette";

interface Props {
  title: string;
  /** Seconds since the start, ascending. */
  times: number[];
  lines: Line[];
  /** What the axis shows, in seconds, so that charts below each other agree. */
  span: [number, number];
  /** A value with its unit. */
  show: (value: number) => string;
  /** The second at which the load ended; what is drawn behind it was still answered afterwards. */
  loadEnd?: number | undefined;
  /** Called with the seconds between which somebody dragged. */
  onSelect?: (from: number, to: number) => void;
}

const HEIGHT = 170;
/** Charts with the same key share their cursor. */
const SYNC = "run";
/** Less is a click that slipped. */
const LEAST_PIXELS = 6;

/** The chart in which somebody drags: until the end of that, the cursor of no other moves its own. */
let dragged: uPlot | null = null;

/** Lines over the time of a run. */
export default function TimeChart({ title, times, lines, span, show, loadEnd, onSelect }: Props) {
  const format = useFormat();
  const messages = useMessages();
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef({ show, onSelect, span, loadEnd });
  latest.current = { show, onSelect, span, loadEnd };

  const dark = useSyncExternalStore(watchMode, isDark);
  const look = JSON.stringify(lines.map(({ label, tone }) => [label, tone, colour(tone)]));
  const data = useMemo<uPlot.AlignedData>(() => [times, ...lines.map(({ values }) => values)], [times, lines]);
  const first = useRef(data);
  first.current = data;

  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const text = () => getComputedStyle(element).color;
    const grid = { stroke: () => colour("grid"), width: 1 };
    const plot = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height: HEIGHT,
        cursor: {
          sync: { key: SYNC, filters: { sub: (_, source) => dragged === null || dragged === source } },
          bind: { mousedown: (self, _, begin) => (event) => drag(self, () => begin(event)) },
          drag: { x: true, y: false, setScale: false },
          points: { size: 6 },
        },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        scales: {
          x: { time: false, range: () => latest.current.span },
          y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
        },
        axes: [
          {
            stroke: text,
            grid,
            ticks: grid,
            incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400],
            values: (_, seconds) => seconds.map((second) => format.clock(second)),
          },
          {
            stroke: text,
            grid,
            ticks: grid,
            size: 72,
            values: (_, values) => values.map((value) => latest.current.show(value)),
          },
        ],
        series: [
          { label: messages.run.since, value: (_, second) => (second == null ? "–" : format.clock(second)) },
          ...(JSON.parse(look) as [string, Tone, string][]).map(([label, , stroke]) => ({
            label,
            stroke,
            width: 1.75,
            points: { show: true, size: 5, filter: (self: uPlot, index: number) => alone(self.data[index]) },
            value: (_: uPlot, value: number | null) => (value == null ? "–" : latest.current.show(value)),
          })),
        ],
        hooks: {
          drawClear: [(self) => shadeDrain(self, latest.current.loadEnd)],
          // Without a cursor the legend tells the newest values, not none.
          setCursor: [(self) => showNewest(self, latest.current.loadEnd)],
          setSelect: [
            (self) => {
              const { left, width } = self.select;
              if (width < LEAST_PIXELS) return;
              const [from, to] = [self.posToVal(left, "x"), self.posToVal(left + width, "x")];
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              latest.current.onSelect?.(from, to);
            },
          ],
        },
      },
      first.current,
      element,
    );
    chart.current = plot;
    showNewest(plot, latest.current.loadEnd);

    const resized = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [look, dark, format, messages]);

  useEffect(() => {
    const plot = chart.current;
    if (!plot) return;
    plot.setData(data);
    showNewest(plot, loadEnd);
  }, [data, span, loadEnd]);

  const newest = lines.map(({ label, values }) => {
    const value = values.findLast((candidate, at) => candidate != null && isOfLoad(times[at], loadEnd));
    return `${label} ${value == null ? "–" : show(value)}`;
  });
  return (
    <figure className="time-chart">
      <figcaption>{title}</figcaption>
      <div ref={holder} role="img" aria-label={`${title}: ${newest.join(", ")}`} />
    </figure>
  );
}

function drag(plot: uPlot, begin: () => void): null {
  dragged = plot;
  window.addEventListener("mouseup", () => (dragged = null), { once: true });
  begin();
  return null;
}

/** The values that no line reaches, as there is none beside them. */
function alone(values: uPlot.AlignedData[number] | undefined): number[] {
  return [...(values ?? []).keys()].filter((at) => values?.[at] != null && values[at - 1] == null && values[at + 1] == null);
}

function shadeDrain(plot: uPlot, loadEnd: number | undefined): void {
  const last = plot.data[0].at(-1) ?? 0;
  if (loadEnd === undefined || last < loadEnd) return;
  const { left, top, width, height } = plot.bbox;
  const from = Math.max(left, plot.valToPos(loadEnd, "x", true));
  if (from >= left + width) return;
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.4;
  plot.ctx.fillStyle = colour("grid");
  plot.ctx.fillRect(from, top, left + width - from, height);
  plot.ctx.restore();
}

/** The newest values are those of the load: what was answered behind it is no more than a rest. */
function isOfLoad(t: number | undefined, loadEnd: number | undefined): boolean {
  return t === undefined || loadEnd === undefined || t < loadEnd;
}

function showNewest(plot: uPlot, loadEnd: number | undefined): void {
  const { left } = plot.cursor;
  const [times, ...lines] = plot.data;
  const isKnown = (_: number, at: number) => lines.every((values) => values[at] != null);
  const newest = Array.from(times).findLastIndex((t, at) => isOfLoad(t, loadEnd) && isKnown(t, at));
  if ((left ?? -1) < 0 && newest >= 0) plot.setLegend({ idx: newest }, false);
}
