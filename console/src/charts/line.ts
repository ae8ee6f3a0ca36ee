import type { Tone } from "./palette";

export interface Line {
  label: string;
  tone: Tone;
  /** One for each of the chart's times; null where nothing is known. */
  values: (number | null)[];
}
