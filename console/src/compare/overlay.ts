import type { Series } from "../api/types";
import type { Line } from "../charts/line";
import { storedCourse, type CoursePoint } from "../live/course";

export interface Overlaid {
  series: Series;
  /** How long the load was meant to be. */
  loadMs: number;
}

export interface Overlay {
  /** Seconds since each run's own start, ascending. */
  times: number[];
  lines(value: (point: CoursePoint) => number | null, names: [string, string]): Line[];
}

/** Two series over one axis; runs of different lengths have different steps. */
export function overlay(base: Overlaid, candidate: Overlaid): Overlay {
  const courses = [base, candidate].map(({ series, loadMs }) => {
    // Of the load alone: with what was answered after it, each run would seem to drop at its end.
    const points = storedCourse(series, loadMs).points.filter(({ t }) => t * 1_000 < loadMs);
    return new Map(points.map((point) => [point.t, point]));
  });
  const times = [...new Set(courses.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  const line = (index: 0 | 1, label: string, value: (point: CoursePoint) => number | null): Line => ({
    label,
    tone: index === 0 ? "base" : "candidate",
    // Undefined is a time of the other run only, over which the line goes on; null is a hole.
    values: times.map((t) => {
      const point = courses[index]?.get(t);
      return point === undefined ? undefined : value(point);
    }),
  });
  return { times, lines: (value, [first, second]) => [line(0, first, value), line(1, second, value)] };
}
