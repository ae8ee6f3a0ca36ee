import { useCallback, useMemo } from "react";
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
  const choose = useCallback<View["choose"]>(
    (change) =>
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
        { replace: true, preventScrollReset: true },
      ),
    [setParameters],
  );
  return useMemo(() => ({ subject, window, tab, choose }), [subject, window, tab, choose]);
}

function milliseconds(text: string | null): number | null {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value >= 0 ? value : null;
}
