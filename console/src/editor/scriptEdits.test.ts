import { expect, it } from "vitest";

import { emptyDraft, type Draft } from "./draft";
import { afterEdits } from "./scriptEdits";

const script = (part: Partial<Draft["script"]>): Draft["script"] => ({ ...emptyDraft("").script, ...part });

it("keeps what was typed while earlier edits were stored", () => {
  const sent = script({ scriptId: "scr_1", edits: { "plan.jmx": "a", "users.csv": "b" } });
  const now = script({ scriptId: "scr_1", edits: { "plan.jmx": "a", "users.csv": "b, and more" }, properties: [{ name: "x", value: "1" }] });
  expect(afterEdits(now, sent, script({ scriptId: "scr_2" }))).toEqual({ ...now, scriptId: "scr_2", edits: { "users.csv": "b, and more" } });
});

it("leaves another script alone that was chosen meanwhile", () => {
  const now = script({ scriptId: "scr_9" });
  expect(afterEdits(now, script({ scriptId: "scr_1", edits: { "plan.jmx": "a" } }), script({ scriptId: "scr_2" }))).toBe(now);
});
