import type { Tone } from "./palette";

export interface Line {
  label: string;
  tone: Tone;
  /** One for each of the chart's times; null is a hole, and over undefined the line goes on. */
  values: (number | null | undefined)[];
}
