import type { Line } from "../charts/line";
import type { Format } from "../i18n/format";
import { markup, type Markup } from "./markup";

interface Chart {
  title: string;
  /** Seconds since the start, ascending. */
  times: number[];
  lines: Line[];
  /** What the axis shows, in seconds. */
  span: [number, number];
  show(value: number): string;
  /** Says of a figure that it is the highest of a line. */
  highest(figure: string): string;
  format: Format;
}

const WIDTH = 620;
const HEIGHT = 210;
const MARGIN = { left: 70, right: 12, top: 8, bottom: 22 };
const X_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];
const Y_STEPS = [1, 2, 5, 10];
const MOST_X = 8;
const MOST_Y = 5;

/** Lines over the time of a run as a picture that needs no script. */
export function lineChart({ title, times, lines, span: [from, to], show, highest, format }: Chart): Markup {
  const most = Math.max(0, ...lines.map(({ values }) => highestOf(values) ?? 0));
  const top = most > 0 ? most * 1.05 : 1;
  const x = (seconds: number) =>
    round(MARGIN.left + ((seconds - from) / Math.max(1, to - from)) * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (value: number) => round(HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const stepX = X_STEPS.find((step) => (to - from) / step <= MOST_X) ?? 28_800;
  const stepY = niceStep(top / MOST_Y);
  const yTicks = upTo(0, top, stepY);
  const legend = lines.map(({ label, tone, values }) => {
    const figure = highestOf(values);
    return markup`<li><i class="tone-${tone}"></i>${label}${figure !== null && markup` (${highest(show(figure))})`}</li>`;
  });
  return markup`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${yTicks.map((value) => markup`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${MARGIN.left - 6}" y="${y(value) + 4}" text-anchor="end">${show(value)}</text>`)}
${upTo(Math.ceil(from / stepX) * stepX, to, stepX).map((second) => markup`<text x="${x(second)}" y="${HEIGHT - 6}" text-anchor="middle">${format.clock(second)}</text>`)}
${lines.map(({ tone, values }) => markup`<path class="line tone-${tone}" d="${path(times, values, x, y)}"/>`)}
</svg>
<ul class="legend">${legend}</ul></figure>`;
}

function highestOf(values: Line["values"]): number | null {
  return values.reduce<number | null>((max, value) => (value == null || (max !== null && max >= value) ? max : value), null);
}

/** Straight lines between the points; none over a hole. */
function path(times: number[], values: Line["values"], x: (t: number) => number, y: (value: number) => number): string {
  let isOpen = false;
  const steps: string[] = [];
  times.forEach((t, i) => {
    const value = values[i];
    if (value == null) {
      isOpen = false;
      return;
    }
    steps.push(`${isOpen ? "L" : "M"}${x(t)} ${y(value)}`);
    // A line of no length is a dot: a value alone is to be seen, too.
    if (!isOpen && values[i + 1] == null) steps.push("h0");
    isOpen = true;
  });
  return steps.join("");
}

/** The least of 1, 2 or 5 times a power of ten that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * (Y_STEPS.find((step) => step * power >= least) ?? 10);
}

function upTo(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
