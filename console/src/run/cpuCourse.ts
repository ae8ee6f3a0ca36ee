import { useEffect, useRef, useState } from "react";

import type { Snapshot } from "../live/feed";

export interface CpuPoint {
  /** Seconds from `startAt`. */
  t: number;
  /** Share of what the busiest worker was given; null in the middle of a time that nobody listened. */
  cpu: number | null;
}

/** Two hours of seconds, about 100 KB as text. */
const MOST_POINTS = 7_200;
/** The feed of a slow worker is behind by less. */
const GAP_SECONDS = 10;

interface Kept {
  key: string;
  points: CpuPoint[];
}

/**
 * How busy the busiest worker of a region, or of all, was, as far as this tab has heard.
 *
 * No series of it is stored by the product, and the feed forgets what the stored series cover. So it is kept here, and
 * over a reload with the tab.
 */
export function useCpuCourse(runId: string, region: string | null, feed: Snapshot | null): readonly CpuPoint[] {
  const key = `oleada.cpu.${runId}.${region ?? ""}`;
  const [kept, setKept] = useState<Kept>(() => read(key));
  useEffect(() => {
    setKept((before) => {
      const now = before.key === key ? before : read(key);
      return feed ? { key, points: merged(now.points, feed) } : now;
    });
  }, [key, feed]);

  const latest = useRef(kept);
  latest.current = kept;
  useEffect(() => {
    const save = () => write(latest.current);
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [key]);
  return kept.key === key ? kept.points : [];
}

/** What is heard counts where both know a second: a late tick may have changed it. */
export function merged(kept: readonly CpuPoint[], { points }: Pick<Snapshot, "points">): CpuPoint[] {
  const known = new Map(kept.map(({ t, cpu }) => [t, cpu]));
  for (const { t, cpu } of points) if (cpu !== null) known.set(t, cpu);
  const all = [...known].map(([t, cpu]) => ({ t, cpu }));
  return all.sort((a, b) => a.t - b.t).slice(-MOST_POINTS);
}

/** With a point of no value where nobody listened, so that no line is drawn over it. */
export function withGaps(points: readonly CpuPoint[]): CpuPoint[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before && point.t - before.t > GAP_SECONDS ? [{ t: before.t + 1, cpu: null }, point] : [point];
  });
}

function read(key: string): Kept {
  const text = sessionStorage.getItem(key);
  const pairs = text === null ? [] : (JSON.parse(text) as [number, number][]);
  return { key, points: pairs.map(([t, cpu]) => ({ t, cpu })) };
}

function write({ key, points }: Kept): void {
  if (points.length === 0) return;
  try {
    sessionStorage.setItem(key, JSON.stringify(points.map(({ t, cpu }) => [t, Math.round((cpu ?? 0) * 1_000) / 1_000])));
  } catch {
    // The tab's store is full: then the past of this chart is what is lost, at the next reload.
  }
}
