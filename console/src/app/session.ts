import { useSyncExternalStore } from "react";

import { api } from "../api/client";
import { queries } from "../api/queries";

let isEnded = false;
const listeners = new Set<() => void>();

function become(ended: boolean): void {
  if (ended === isEnded) return;
  isEnded = ended;
  listeners.forEach((listener) => listener());
  // What was refused meanwhile is asked for again.
  if (!ended) void queries.invalidateQueries();
}

/** The session has ended when a request is refused because nobody is logged in, and is back when one is not. */
export function watchSession(): void {
  api.use({
    onResponse: ({ response }) => {
      if (response.status === 401) become(true);
      else if (response.ok) become(false);
    },
  });
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isEnded,
  );
}
