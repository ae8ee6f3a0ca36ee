import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";
import type { ScenarioInput } from "./types";

export const estimates = {
  of: (body: ScenarioInput) =>
    queryOptions({
      queryKey: ["estimate", body],
      queryFn: ({ signal }) => answer(api.POST("/api/v1/estimate", { body, signal })),
      // What is used of a quota changes with every run.
      staleTime: 10_000,
      placeholderData: keepPreviousData,
      retry: false,
    }),
};
