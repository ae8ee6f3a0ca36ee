import { Refusal } from "../api/refusal";
import { putScriptFile } from "../api/uploads";
import type { Draft } from "./draft";

/** Where what is wrong with an edited file is shown. */
export const FILES = "/workload/files";

/**
 * The script with the edits made in the browser. Scripts never change, so every edited file makes another one.
 *
 * The refusal of a file points to {@link FILES}.
 */
export async function withEdits(script: Draft["script"]): Promise<Draft["script"]> {
  let { scriptId } = script;
  for (const [path, text] of Object.entries(script.edits)) {
    try {
      ({ scriptId } = await putScriptFile(scriptId, path, text));
    } catch (error) {
      throw error instanceof Refusal && error.status === 422 ? atFiles(path, error) : error;
    }
  }
  return { ...script, scriptId, edits: {} };
}

/** The script as it is by now, after those edits of it were stored: what was typed meanwhile stays an edit. */
export function afterEdits(now: Draft["script"], sent: Draft["script"], stored: Draft["script"]): Draft["script"] {
  if (now.scriptId !== sent.scriptId) return now;
  const edits = Object.fromEntries(Object.entries(now.edits).filter(([path, text]) => sent.edits[path] !== text));
  return { ...now, scriptId: stored.scriptId, edits };
}

function atFiles(path: string, { status, code, message, said, errors }: Refusal): Refusal {
  const itself = { detail: message, ...(said.words !== undefined && { code: said.words, values: said.values ?? [] }) };
  const problems = errors.length > 0 ? errors : [itself];
  return new Refusal({
    status,
    code,
    detail: message,
    // What lies within the field is named before what is wrong with it.
    errors: problems.map((problem) => ({ ...problem, pointer: `${FILES}/${path}` })),
  });
}
