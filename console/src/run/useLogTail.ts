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
  error: unknown;
  isLoading: boolean;
}

const EMPTY: LogTail = { lines: [], error: null, isLoading: true };

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
      show((now) => ({ lines: [...now.lines, ...readable].slice(-MOST_LINES), error: null, isLoading: false }));
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
