import { useSyncExternalStore } from "react";

import { api } from "../api/client";

let ended = false;
const listeners = new Set<() => void>();

function end(): void {
  ended = true;
  listeners.forEach((listener) => listener());
}

/** From the first request on that was refused because nobody is logged in. */
export function watchSession(): void {
  api.use({
    onResponse: ({ response }) => {
      if (response.status === 401) end();
    },
  });
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
