import { useCallback, useEffect, useState } from "react";

import { liveAddress, type Subject } from "../api/results";
import { isOver } from "../api/runs";
import type { Run } from "../api/types";
import type { ConnectionState } from "../live/connection";
import type { Snapshot } from "../live/feed";
import type { Asked, Told } from "../live/session";

export interface Live {
  connection: ConnectionState;
  /** What was heard of the subject that is looked at; null before the run has a start, and for a moment after a change. */
  feed: Snapshot | null;
  labels: readonly string[];
  /** Says that the stored series covers everything before this second. */
  forget(before: number): void;
}

const NO_LABELS: readonly string[] = [];

/** Listens to the run from before its start until its end; the feed stays as it was then. */
export function useLive(run: Run, subject: Subject): Live | null {
  const { runId, startAt } = run;
  const isListening = run.scenario.live && !isOver(run.status);
  const [connection, setConnection] = useState<ConnectionState>("connecting");
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  const [ask, setAsk] = useState<((asked: Asked) => void) | null>(null);

  useEffect(() => {
    if (!isListening) return undefined;
    const worker = new Worker(new URL("../live/worker.ts", import.meta.url), { type: "module" });
    const send = (asked: Asked) => worker.postMessage(asked);
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === "snapshot") setSnapshot(data.snapshot);
      else if (data.kind === "state") setConnection(data.state);
      else {
        liveAddress(runId).then(
          (address) => send({ kind: "address", address }),
          () => send({ kind: "address", address: null }),
        );
      }
    };
    setAsk(() => send);
    return () => worker.terminate();
  }, [runId, isListening]);

  useEffect(() => {
    if (startAt !== null) ask?.({ kind: "startAt", startAt });
  }, [ask, startAt]);
  useEffect(() => ask?.({ kind: "subject", subject }), [ask, subject]);

  const forget = useCallback((before: number) => ask?.({ kind: "forget", before }), [ask]);
  if (!ask) return null;
  const isOfSubject = snapshot?.subject.label === subject.label && snapshot.subject.region === subject.region;
  return { connection, feed: isOfSubject ? snapshot : null, labels: snapshot?.labels ?? NO_LABELS, forget };
}
