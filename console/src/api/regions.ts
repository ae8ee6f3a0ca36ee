import { queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";
import { queries } from "./queries";
import type { SiteRequest } from "./types";

export const regions = {
  all: () =>
    queryOptions({
      queryKey: ["regions"],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/regions", { signal })),
      staleTime: 60_000,
    }),
};

/** Puts a region on offer, or moves where its workers run. */
export async function putRegion(name: string, body: SiteRequest): Promise<void> {
  await answer(api.PUT("/api/v1/regions/{name}", { params: { path: { name } }, body }));
  await queries.invalidateQueries({ queryKey: ["regions"] });
}

export async function deleteRegion(name: string): Promise<void> {
  await answer(api.DELETE("/api/v1/regions/{name}", { params: { path: { name } } }));
  await queries.invalidateQueries({ queryKey: ["regions"] });
}
