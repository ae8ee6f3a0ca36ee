import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { Refusal } from "../api/refusal";
import { startRun } from "../api/runs";
import { createScenario, replaceScenario } from "../api/scenarios";
import type { Scenario } from "../api/types";
import { startValidation } from "../api/validations";
import { useNotices } from "../app/notices";
import { useMessages } from "../i18n/language";
import { documentOf, type Draft } from "./draft";
import { assign, fieldsOf, NO_ERRORS, unmended, type FieldErrors } from "./fieldErrors";
import { afterEdits, withEdits } from "./scriptEdits";
import type { Change } from "./section";
import { unsendable } from "./unsendable";
import { isUnderWay, useUpload } from "./useUpload";

/** The scenario that is edited, in the version that was read. */
export type Original = Pick<Scenario, "scenarioId" | "version" | "name">;

/** What comes after the scenario was saved. */
export type Goal = "stay" | "run" | "validate";

/** `fields`: the errors stand at their fields. `upload`: the chosen script is not there yet. */
type RefusalKind = "stale" | "fields" | "upload" | Refusal | Error | null;

export type Editing = ReturnType<typeof useEditing>;

/** A draft on its way to become a scenario. */
export function useEditing(original: Original | null, initial: Draft) {
  const messages = useMessages();
  const notices = useNotices();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [refusedDraft, setRefusedDraft] = useState<{ draft: Draft; errors: FieldErrors } | null>(null);
  const [saving, setSaving] = useState<Goal | null>(null);
  const [refusal, setRefusal] = useState<RefusalKind>(null);
  // What is saved already; after a run could not be started, saving again is an edit of it.
  const saved = useRef({ original, text: JSON.stringify(initial) });

  const change = useCallback(
    (changed: Change) => setDraft((now) => ({ ...now, ...(typeof changed === "function" ? changed(now) : changed) })),
    [],
  );
  const upload = useUpload((scriptId) => change(({ script }) => ({ script: { ...script, scriptId, entry: "", edits: {} } })));
  const isMissingScript = draft.kind === "script" && upload.state.step !== "idle";
  const current = useRef({ draft, upload: upload.state });
  current.current = { draft, upload: upload.state };
  const isDirty = useCallback(
    () => isUnderWay(current.current.upload) || JSON.stringify(current.current.draft) !== saved.current.text,
    [],
  );

  const own = useMemo(() => unsendable(draft, messages), [draft, messages]);

  const put = async (): Promise<Scenario> => {
    const script = draft.kind === "script" ? await withEdits(draft.script) : draft.script;
    change((now) => ({ script: afterEdits(now.script, draft.script, script) }));
    const body = documentOf({ ...draft, script });
    const known = saved.current.original;
    const scenario = known
      ? await replaceScenario(known.scenarioId, known.version, body)
      : await createScenario(body);
    saved.current = { original: scenario, text: JSON.stringify({ ...draft, script }) };
    return scenario;
  };

  const save = async (goal: Goal): Promise<void> => {
    if (isMissingScript) {
      setRefusal("upload");
      return;
    }
    if (own.size > 0) {
      setRefusal("fields");
      focusFirstError();
      return;
    }
    setSaving(goal);
    setRefusal(null);
    try {
      const { scenarioId } = await put();
      setRefusedDraft(null);
      if (goal === "run") {
        const { runId } = await startRun(scenarioId);
        await navigate(`/runs/${runId}`);
      } else if (goal === "validate") {
        await navigate(`/runs/${await startValidation(scenarioId)}/validation`);
      } else {
        notices.tell({ type: "success", header: messages.editor.saved });
        await navigate(`/scenarios/${scenarioId}`);
      }
    } catch (error) {
      refused(error);
    } finally {
      setSaving(null);
    }
  };

  const refused = (error: unknown) => {
    if (!(error instanceof Refusal)) {
      setRefusal(error instanceof Error ? error : new Error(String(error)));
    } else if (error.errors.length > 0) {
      setRefusedDraft({ draft, errors: assign(error.errors, fieldsOf(draft), messages) });
      setRefusal("fields");
      focusFirstError();
    } else if (error.code === "STALE_VERSION") {
      setRefusal("stale");
    } else if (error.code === "RUN_ACTIVE") {
      notices.tellRefusal(error);
    } else {
      setRefusal(error);
    }
  };

  const errors = useMemo(() => {
    const server = refusedDraft ? unmended(refusedDraft.errors, documentOf(refusedDraft.draft), documentOf(draft)) : NO_ERRORS;
    return new Map([...server, ...own]);
  }, [refusedDraft, draft, own]);
  const isMended = (refusal === "fields" && errors.size === 0) || (refusal === "upload" && !isMissingScript);
  return { draft, errors, change, upload, save, saving, refusal: isMended ? null : refusal, isDirty };
}

/** After the errors are drawn, the first field with one gets the focus. */
function focusFirstError(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}
