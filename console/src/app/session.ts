import { useSyncExternalStore } from "react";

import { queries } from "../api/queries";
import { Refusal } from "../api/refusal";

let ended = false;
const listeners = new Set<() => void>();

function note(error: unknown): void {
  if (!ended && error instanceof Refusal && error.status === 401) {
    ended = true;
    listeners.forEach((listener) => listener());
  }
}

/** From the first request on that was refused because nobody is logged in. */
export function watchSession(): void {
  queries.getQueryCache().subscribe(({ query }) => note(query.state.error));
  queries.getMutationCache().subscribe(({ mutation }) => note(mutation?.state.error));
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
}
