import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { results, type Subject, type Window } from "../api/results";
import { isOver } from "../api/runs";
import type { Run } from "../api/types";
import { liveCourse, storedCourse, type Course } from "../live/course";
import { plannedMs } from "./planned";
import type { Live } from "./useLive";

/** How often the stored series is read anew: to close a hole, without a feed, and to let the feed forget. */
const CLOSE_MS = 2_000;
const FOLLOW_MS = 3_000;
const FORGET_MS = 20_000;
/** Kept of the feed beyond what is stored, for a series of another label that was read a little earlier. */
const OVERLAP_SECONDS = 60;

/** The run so far, or the window of it, for one label and region. */
export function useCourse(run: Run, live: Live | null, subject: Subject, window: Window | null): Course | null {
  const over = isOver(run.status);
  const loadMs = plannedMs(run);
  const isLive = run.scenario.live && !over;
  const feed = live?.feed ?? null;
  const connection = live?.connection ?? "connecting";
  const { data: series, isPending } = useQuery({
    ...results.series(run.runId, subject, over ? window : null, over),
    // A live page subscribes first, so that there is no moment that neither of the two has.
    enabled: run.startAt !== null && (!isLive || connection !== "connecting"),
    retry: over ? 3 : false,
    staleTime: over ? Infinity : 0,
    refetchInterval: ({ state }) => {
      if (over) return false;
      if (!isLive || connection === "lost" || !feed || feed.isEmpty) return FOLLOW_MS;
      return liveCourse(state.data, feed).isWhole ? FORGET_MS : CLOSE_MS;
    },
  });

  const forget = live?.forget;
  useEffect(() => {
    if (series && !over) forget?.(series.completeUntil - OVERLAP_SECONDS);
  }, [forget, series, over]);

  return useMemo(() => {
    if (over && series) return storedCourse(series, loadMs);
    // Until the first answer nobody knows what was measured before this page: not that it was nothing.
    if (feed && (over || !isPending)) return liveCourse(series, feed);
    return series ? storedCourse(series) : null;
  }, [over, series, isPending, feed, loadMs]);
}
