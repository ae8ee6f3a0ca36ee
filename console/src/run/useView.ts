import { useCallback, useEffect, useMemo, useRef } from "react";
import { useSearchParams } from "react-router";

import type { Subject, Window } from "../api/results";

/** What of a run is looked at; kept in the address. */
export interface View {
  subject: Subject;
  window: Window | null;
  tab: string | null;
  choose(change: Partial<{ label: string | null; region: string | null; window: Window | null; tab: string }>): void;
}

export function useView(): View {
  const [parameters, setParameters] = useSearchParams();
  const label = parameters.get("label");
  const region = parameters.get("region");
  const tab = parameters.get("tab");
  const [from, to] = [milliseconds(parameters.get("from")), milliseconds(parameters.get("to"))];

  const subject = useMemo(() => ({ label, region }), [label, region]);
  const window = useMemo(() => (from !== null && to !== null && from < to ? { from, to } : null), [from, to]);
  // Charts may say twice what was dragged, before the address has changed.
  const chosen = useRef(window);
  useEffect(() => {
    chosen.current = window;
  }, [window]);
  const choose = useCallback<View["choose"]>(
    (change) => {
      // Another part is another step, from which the browser's Back leads to the one before.
      const isStep = change.window !== undefined && !isSame(change.window, chosen.current);
      if (change.window !== undefined) chosen.current = change.window;
      setParameters(
        (now) => {
          const next = new URLSearchParams(now);
          const put = (name: string, value: string | null) => (value === null ? next.delete(name) : next.set(name, value));
          if (change.label !== undefined) put("label", change.label);
          if (change.region !== undefined) put("region", change.region);
          if (change.tab !== undefined) put("tab", change.tab);
          if (change.window !== undefined) {
            put("from", change.window && String(change.window.from));
            put("to", change.window && String(change.window.to));
          }
          return next;
        },
        { replace: !isStep, preventScrollReset: true },
      );
    },
    [setParameters],
  );
  return useMemo(() => ({ subject, window, tab, choose }), [subject, window, tab, choose]);
}

function isSame(a: Window | null, b: Window | null): boolean {
  return a?.from === b?.from && a?.to === b?.to;
}

function milliseconds(text: string | null): number | null {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value >= 0 ? value : null;
}
