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

function atFiles(path: string, { status, code, message, errors }: Refusal): Refusal {
  const details = errors.length > 0 ? errors.map(({ detail }) => detail) : [message];
  return new Refusal({
    status,
    code,
    detail: message,
    errors: details.map((detail) => ({ pointer: FILES, detail: `${path}: ${detail}` })),
  });
}
