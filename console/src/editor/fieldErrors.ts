import type { FieldProblem } from "../api/types";
import type { Messages } from "../i18n/en";
import { sayField } from "../i18n/said";
import type { Draft } from "./draft";
import { FILES } from "./scriptEdits";

/** What is wrong, by the JSON pointer of the field that shows it; under "" what no field of the page shows. */
export type FieldErrors = ReadonlyMap<string, readonly string[]>;

export const NO_ERRORS: FieldErrors = new Map();

/** Gives every problem to the innermost field that holds what it points to. */
export function assign(problems: readonly FieldProblem[], fields: ReadonlySet<string>, messages: Messages): FieldErrors {
  const errors = new Map<string, string[]>();
  for (const problem of problems) {
    const { pointer } = problem;
    // Here it is typed as a percentage; the server has a share of 1.
    const isShare = pointer === "/start/quorum" && problem.code === "NOT_NUMBER";
    const said = isShare ? messages.editor.quorumRange : sayField(problem, messages);
    let field = pointer;
    while (field !== "" && !fields.has(field)) {
      field = field.slice(0, field.lastIndexOf("/"));
    }
    const text = field === pointer ? said : `${pointer.slice(field.length + 1) || pointer} ${said}`;
    errors.set(field, [...(errors.get(field) ?? []), text]);
  }
  return errors;
}

/** Without the errors of fields that hold something else by now than what was refused. */
export function unmended(errors: FieldErrors, refused: unknown, now: unknown): FieldErrors {
  const text = (document: unknown, pointer: string) => JSON.stringify(valueAt(document, pointer));
  return new Map([...errors].filter(([pointer]) => pointer === "" || text(refused, pointer) === text(now, pointer)));
}

function valueAt(document: unknown, pointer: string): unknown {
  const parts = pointer.split("/").slice(1);
  return parts.reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], document);
}

/** The pointers of the fields that the page shows for this draft. */
export function fieldsOf(draft: Draft): ReadonlySet<string> {
  const fields = ["/name", "/description", "/tags", "/criteria", "/traffic"];
  if (draft.kind === "http") {
    fields.push("/workload/requests", "/workload/timeout", "/workload/thinkTime");
    draft.http.requests.forEach((_, i) => {
      const parts = ["method", "url", "label", "expectStatus", "headers", "body"];
      fields.push(...parts.map((part) => `/workload/requests/${i}/${part}`));
    });
  } else {
    fields.push("/workload/scriptId", "/workload/entry", FILES, "/workload/properties", "/workload/systemProperties");
  }
  fields.push("/shape/kind", "/shape/drain");
  fields.push(...(draft.shape.kind === "users" ? ["/shape/rampUp", "/shape/hold"] : ["/shape/maxDuration"]));
  draft.traffic.forEach((_, i) => {
    fields.push(`/traffic/${i}/region`, `/traffic/${i}/workers`, `/traffic/${i}/virtualUsers`);
  });
  fields.push("/worker/vcpu", "/worker/memoryGb", "/worker/heapPercent", "/start/quorum", "/start/timeout");
  draft.criteria.forEach((_, i) => {
    fields.push(...["label", "metric", "op", "value"].map((part) => `/criteria/${i}/${part}`));
  });
  return new Set(fields);
}

/** The text under a field. */
export function errorAt(errors: FieldErrors, pointer: string): string | undefined {
  return errors.get(pointer)?.join("; ");
}
