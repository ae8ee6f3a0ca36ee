import { useEffect, useState } from "react";

import type { LogLine } from "../api/types";
import { logLines } from "../api/workers";

/** More would only slow the page down; the artifacts hold the whole log. */
const MOST_LINES = 5_000;
/** What the live feed is made of comes on the same output, and says nothing to a person. */
const TICK = '{"kind":"tick"';
const FOLLOW_MS = 2_000;

export interface LogTail {
  lines: LogLine[];
  /** How many lines came before the first of these. */
  first: number;
  error: unknown;
  isLoading: boolean;
}

const EMPTY: LogTail = { lines: [], first: 0, error: null, isLoading: true };

/** Reads the log of a worker to its end, and goes on reading while more may come. */
export function useLogTail(runId: string, worker: number, isGoingOn: boolean): LogTail {
  const [tail, setTail] = useState(EMPTY);
  useEffect(() => {
    const controller = new AbortController();
    setTail(EMPTY);
    void follow(runId, worker, isGoingOn, controller.signal, setTail);
    return () => controller.abort();
  }, [runId, worker, isGoingOn]);
  return tail;
}

async function follow(
  runId: string,
  worker: number,
  isGoingOn: boolean,
  signal: AbortSignal,
  show: (change: (now: LogTail) => LogTail) => void,
): Promise<void> {
  let cursor: string | null = null;
  while (!signal.aborted) {
    try {
      const page: { items: LogLine[]; nextCursor: string | null } = await logLines(runId, worker, cursor, signal);
      const { items } = page;
      const readable = items.filter(({ text }) => !text.startsWith(TICK));
      show((now) => longer(now, readable));
      cursor = page.nextCursor ?? cursor;
      if (items.length > 0 && page.nextCursor !== null) continue;
      if (!isGoingOn) return;
    } catch (error) {
      if (signal.aborted) return;
      show((now) => ({ ...now, error, isLoading: false }));
    }
    await pause(FOLLOW_MS, signal);
  }
}

/** With these lines at the end; the very same where that changes nothing, so that nothing is drawn anew. */
export function longer(now: LogTail, more: LogLine[]): LogTail {
  if (more.length === 0) return now.error === null && !now.isLoading ? now : { ...now, error: null, isLoading: false };
  const all = [...now.lines, ...more];
  const dropped = Math.max(0, all.length - MOST_LINES);
  return { lines: all.slice(dropped), first: now.first + dropped, error: null, isLoading: false };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
