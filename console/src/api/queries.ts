import { QueryClient } from "@tanstack/react-query";

import { isPassing } from "./refusal";

/** So long a page of a list that was left is kept: for the way back, and not until a reader has all of it in memory. */
export const LEFT_PAGE_MS = 30_000;

/** Failures are shown where they happen; one that may pass is tried again a few times first. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that calls itself offline still reaches the product on its own machine.
      networkMode: "always",
      retry: (count, error) => isPassing(error) && count < 4,
      retryDelay: (count) => Math.min(500 * 2 ** count, 5_000),
      staleTime: 1_000,
    },
    mutations: { networkMode: "always", retry: false },
  },
});
