import type { Results, Run } from "../api/types";
import { parseDuration } from "../editor/duration";
import type { Messages } from "../i18n/en";
import type { Row } from "./FiguresTable";

/** What stands above the labels: everything, and the hold alone where a ramp-up is in everything. */
export function sumsOf({ shape }: Run["scenario"], { total, steady }: Results, messages: Messages): Row[] {
  const all = { name: messages.run.all, figures: total };
  const hasRampUp = shape.kind === "users" && parseDuration(shape.rampUp) !== 0;
  // A run that ended in its ramp-up has no hold, and neither has a window before it.
  if (!hasRampUp || steady.requests === 0) return [all];
  return [all, { name: messages.run.holdOnly, figures: steady, hint: messages.run.holdOnlyHint }];
}
