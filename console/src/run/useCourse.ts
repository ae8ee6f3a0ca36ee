import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

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

export interface CourseState {
  course: Course | null;
  /** Whether the course is another one than was asked for: of another part of the run, or of the run before its end. */
  isOutdated: boolean;
  isLoading: boolean;
  /** Why the stored series could not be read the last time. */
  error: unknown;
  retry(): void;
}

/** The run so far, or the window of it, for one label and region. */
export function useCourse(run: Run, live: Live | null, subject: Subject, window: Window | null): CourseState {
  const over = isOver(run.status);
  const loadMs = plannedMs(run);
  const isLive = run.scenario.live && !over;
  const feed = live?.feed ?? null;
  const connection = live?.connection ?? "connecting";
  const { data: series, isPending, isLoading, error, refetch } = useQuery({
    ...results.series(run.runId, subject, over ? window : null, over),
    // A live page subscribes first, so that there is no moment that neither of the two has.
    enabled: run.startAt !== null && (!isLive || connection !== "connecting"),
    // A live page asks again soon anyway.
    ...(!over && { retry: false }),
    staleTime: over ? Infinity : 0,
    refetchInterval: ({ state }) => {
      if (over) return false;
      if (!isLive || connection === "lost" || !feed || feed.isEmpty) return FOLLOW_MS;
      return liveCourse(state.data, feed).isWhole ? FORGET_MS : CLOSE_MS;
    },
  });

  const forget = live?.forget;
  useEffect(() => {
    if (!series || over) return;
    // A step that may still grow is not taken from the series, however long it is.
    forget?.(liveCourse(series, null).storedUntil - OVERLAP_SECONDS - series.stepMs / 1_000);
  }, [forget, series, over]);

  const asked = useMemo(() => {
    if (over) return series ? storedCourse(series, loadMs) : null;
    // Until the first answer nobody knows what was measured before this page: not that it was nothing.
    if (isPending || (!series && !feed)) return null;
    return liveCourse(series, feed);
  }, [over, series, isPending, feed, loadMs]);

  // At its end the run is not to lose what was drawn of it until then, nor in a moment of a change of its part.
  const line = JSON.stringify([subject.label, subject.region]);
  const drawn = useRef({ line, course: asked });
  if (asked) drawn.current = { line, course: asked };
  const kept = !asked && error === null && drawn.current.line === line ? drawn.current.course : null;
  return {
    course: asked ?? kept,
    isOutdated: asked === null && kept !== null,
    isLoading,
    error,
    retry: () => void refetch(),
  };
}
