import type { Series } from "../api/types";
import type { LivePoint, Snapshot } from "./feed";

/** One step of a run; rates are per second. Null where nothing is known, or where there was no request. */
export interface CoursePoint {
  t: number;
  virtualUsers: number | null;
  /** Share of what the busiest worker was given. */
  cpu: number | null;
  requestRate: number | null;
  failureRate: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** A run from its start until now. */
export interface Course {
  points: CoursePoint[];
  requests: number;
  failures: number;
  /** The length of the last step; null where there is none. */
  stepMs: number | null;
  /** Seconds from `startAt` up to which the stored series was taken. */
  storedUntil: number;
  /** Whether nothing is missing between the stored series and the live feed. */
  isWhole: boolean;
}

/**
 * The whole run as the stored series has it.
 *
 * Behind the end of the load, in the drain, only what still had requests is shown: a second that was never to have any
 * would look like a target that went dead.
 */
export function storedCourse(series: Series, loadMs = Infinity): Course {
  const points = series.points
    .filter(({ t, requests }) => t * 1_000 < loadMs || requests > 0)
    .map((point) => rated(point, series.stepMs));
  const last = series.points.at(-1);
  return {
    points,
    ...totals(series.points),
    stepMs: series.stepMs,
    storedUntil: last ? last.t + series.stepMs / 1_000 : 0,
    isWhole: true,
  };
}

/**
 * The stored series as far as it is complete, and the live feed from there on.
 *
 * Where the feed has a hole, so has the course: a sum over some of the workers must not look like one over all. Without a
 * feed the course ends where the series is not complete. A feed that has told nothing yet does not say that nothing was.
 */
export function liveCourse(
  series: Series | undefined,
  feed: Pick<Snapshot, "holes" | "isEmpty" | "points"> | null,
): Course {
  const stepMs = series?.stepMs ?? 1_000;
  const complete = series?.completeUntil ?? 0;
  const stored = series?.points.filter(({ t }) => t + stepMs / 1_000 <= complete) ?? [];
  const last = stored.at(-1);
  const storedUntil = last ? last.t + stepMs / 1_000 : 0;
  const holes = feed?.holes.filter(({ to }) => to > storedUntil) ?? [];
  const live = feed?.points.filter(({ t }) => t >= storedUntil && !holes.some(({ from, to }) => from <= t && t < to)) ?? [];
  const isKnown = last !== undefined || live.length > 0;
  const heard = [
    ...live.map((point) => rated(point, point.stepMs)),
    ...(isKnown ? holes.map(({ from }) => unknown(Math.max(from, storedUntil))) : []),
  ].sort((a, b) => a.t - b.t);
  return {
    points: [...stored.map((point) => rated(point, stepMs)), ...heard],
    ...totals([...stored, ...live]),
    stepMs: live.at(-1)?.stepMs ?? (last ? stepMs : null),
    storedUntil,
    isWhole: holes.length === 0 && (feed ? !feed.isEmpty : isKnown),
  };
}

/**
 * Apart from the load what was answered after its end: with a line between them, every target would seem to drop.
 */
export function apart(points: CoursePoint[], loadEnd: number): CoursePoint[] {
  const first = points.findIndex(({ t }) => t >= loadEnd);
  const after = points[first];
  if (first < 1 || !after) return points;
  return [...points.slice(0, first), unknown(after.t), ...points.slice(first)];
}

type Counted = Pick<LivePoint, "t" | "virtualUsers" | "cpu" | "requests" | "failures" | "p50" | "p95" | "p99">;

function rated({ t, virtualUsers, cpu, requests, failures, p50, p95, p99 }: Counted, stepMs: number): CoursePoint {
  const seconds = stepMs / 1_000;
  return { t, virtualUsers, cpu, requestRate: requests / seconds, failureRate: failures / seconds, p50, p95, p99 };
}

function totals(points: readonly Counted[]): { requests: number; failures: number } {
  return {
    requests: points.reduce((sum, { requests }) => sum + requests, 0),
    failures: points.reduce((sum, { failures }) => sum + failures, 0),
  };
}

function unknown(t: number): CoursePoint {
  return { t, virtualUsers: null, cpu: null, requestRate: null, failureRate: null, p50: null, p95: null, p99: null };
}
