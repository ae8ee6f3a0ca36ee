import { queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";

export const system = {
  me: () =>
    queryOptions({
      queryKey: ["me"],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/me", { signal })),
      staleTime: Infinity,
    }),

  about: () =>
    queryOptions({
      queryKey: ["system"],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/system", { signal })),
      staleTime: Infinity,
    }),
};
