import { useEffect, useMemo, useRef, useState } from "react";

import { liveAddress } from "../api/results";
import { isOver } from "../api/runs";
import type { Run } from "../api/types";
import { Connection, type ConnectionState } from "../live/connection";
import { Feed } from "../live/feed";
import type { Tick } from "../live/tick";

export interface Live {
  feed: Feed;
  connection: ConnectionState;
  /** Changes when the feed has changed. */
  version: number;
}

/** So often a page is drawn anew while ticks come in: workers send one a second, so more would draw the same twice. */
const REDRAW_MS = 1_000;

/** Listens to the run from before its start until its end; the feed stays as it was then. */
export function useLive(run: Run | undefined): Live | null {
  const runId = run?.runId;
  const startAt = run?.startAt ?? null;
  const isListening = run !== undefined && run.scenario.live && !isOver(run.status);
  const [connection, setConnection] = useState<ConnectionState>("connecting");
  const [version, setVersion] = useState(0);

  const feed = useMemo(() => (runId !== undefined && startAt !== null ? new Feed(startAt) : null), [runId, startAt]);
  const sink = useRef<{ feed: Feed | null; early: Tick[] }>({ feed: null, early: [] });

  useEffect(() => {
    const { early } = sink.current;
    feed?.take(early);
    sink.current = { feed, early: feed ? [] : early };
  }, [feed]);

  useEffect(() => {
    if (runId === undefined || !isListening) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const redraw = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((now) => now + 1);
      }, REDRAW_MS);
    };
    const link = new Connection(
      {
        ticks: (ticks) => {
          const { feed: taking, early } = sink.current;
          if (taking) taking.take(ticks);
          else early.push(...ticks);
          redraw();
        },
        state: setConnection,
      },
      {
        address: () => liveAddress(runId),
        connect: async (address) => (await import("../live/mqtt")).connect(address),
        later: (callback, ms) => {
          const waiting = setTimeout(callback, ms);
          return () => clearTimeout(waiting);
        },
      },
    );
    return () => {
      clearTimeout(timer);
      link.close();
    };
  }, [runId, isListening]);

  return useMemo(() => (feed ? { feed, connection, version } : null), [feed, connection, version]);
}
