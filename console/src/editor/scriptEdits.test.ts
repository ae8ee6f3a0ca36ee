import { expect, it, vi } from "vitest";

import { Refusal } from "../api/refusal";
import { en } from "../i18n/en";
import { es } from "../i18n/es";
import { emptyDraft, type Draft } from "./draft";
import { assign, fieldsOf } from "./fieldErrors";
import { afterEdits, FILES, withEdits } from "./scriptEdits";

const put = vi.hoisted(() => vi.fn());
vi.mock("../api/uploads", () => ({ putScriptFile: put }));

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

it("says what is wrong with an edited file in the reader's language", async () => {
  const detail = "must have at most 10 characters";
  put.mockRejectedValueOnce(
    new Refusal({ status: 422, code: "INVALID", detail: "one field", errors: [{ pointer: "/text", detail, code: "TOO_MANY_CHARACTERS", values: ["10"] }] }),
  );
  put.mockRejectedValueOnce(new Refusal({ status: 422, code: "INVALID", detail: "no", words: "NO_SUCH_FILE", values: [] }));
  const fields = fieldsOf({ ...emptyDraft(""), kind: "script" });
  const refusal = async () => (await withEdits(script({ edits: { "a/plan.jmx": "" } })).catch((error: unknown) => error)) as Refusal;
  const first = await refusal();
  expect(assign(first.errors, fields, en).get(FILES)).toEqual([`a/plan.jmx ${detail}`]);
  expect(assign(first.errors, fields, es).get(FILES)).toEqual(["a/plan.jmx debe tener como máximo 10 caracteres"]);
  expect(assign((await refusal()).errors, fields, es).get(FILES)).toEqual(["a/plan.jmx el script no tiene ese archivo"]);
});
