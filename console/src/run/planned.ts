import type { Run } from "../api/types";
import { parseDuration } from "../editor/duration";

/** The length of the load phase as far as it is known beforehand. */
export function plannedMs({ scenario: { shape } }: Pick<Run, "scenario">): number {
  if (shape.kind === "script") return parseDuration(shape.maxDuration) ?? 0;
  return (parseDuration(shape.rampUp) ?? 0) + (parseDuration(shape.hold) ?? 0);
}
