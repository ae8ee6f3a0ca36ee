import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { estimates } from "../api/estimates";
import type { Estimate } from "../api/types";
import { documentOf, type Draft } from "./draft";

/** So long after the last change the server is asked. */
const PAUSE_MS = 500;

/** What the draft would take and cost; null as long as it is no scenario. */
export function useEstimate(draft: Draft): { estimate: Estimate | null; isPending: boolean; error: unknown } {
  const body = useMemo(() => JSON.stringify(estimated(draft)), [draft]);
  const settled = useSettled(body);
  const asked = useMemo(() => JSON.parse(settled) as ReturnType<typeof documentOf>, [settled]);
  const isBegun = hasTarget(draft);
  const query = useQuery({ ...estimates.of(asked), enabled: isBegun });
  return {
    estimate: isBegun && !query.isError ? (query.data ?? null) : null,
    isPending: isBegun && (query.isFetching || settled !== body),
    error: query.error,
  };
}

/** A name costs nothing, and is often what is typed last. */
function estimated(draft: Draft): ReturnType<typeof documentOf> {
  return { ...documentOf(draft), name: "Estimate", description: "", tags: [] };
}

/** Before it is said what to send, the answer is known. */
function hasTarget({ kind, http, script }: Draft): boolean {
  return kind === "http" ? http.requests.every(({ url }) => url.trim() !== "") : script.scriptId !== "";
}

/** The text as it was when it had not changed for a while. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
