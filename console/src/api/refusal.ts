import type { FieldProblem, Problem } from "./types";

type Details = Pick<Problem, "status" | "detail" | "words" | "values" | "errors" | "runId" | "requestId">;

/** What a request was answered with when it was not served. `status` is 0 when there was no answer at all. */
export class Refusal extends Error {
  readonly status: number;
  /** Undefined where a gateway refused before the product was asked. */
  readonly code: Problem["code"] | "UNREACHABLE" | "UNREADABLE";
  /** Its sentence, to say it in another language. */
  readonly said: { code: Refusal["code"]; detail: string; words: string | undefined; values: string[] | undefined };
  readonly errors: FieldProblem[];
  readonly runId: string | undefined;
  readonly requestId: string | undefined;

  constructor(problem: Details & { code?: Refusal["code"] }, cause?: unknown) {
    super(problem.detail, { cause });
    this.status = problem.status;
    this.code = problem.code;
    this.said = { code: problem.code, detail: problem.detail, words: problem.words, values: problem.values };
    this.errors = problem.errors ?? [];
    this.runId = problem.runId;
    this.requestId = problem.requestId;
  }
}

export function unreachable(cause: unknown): Refusal {
  return new Refusal({ status: 0, code: "UNREACHABLE", detail: "the server does not answer" }, cause);
}

export function unreadable(status: number): Refusal {
  return new Refusal({ status, code: "UNREADABLE", detail: `the server answered ${status}` });
}

/** Whether what was asked for is not there, or no longer: asked again it will not be, either. */
export function isGone(error: unknown): boolean {
  return error instanceof Refusal && error.code === "NOT_FOUND";
}

/** Whether the same request may be answered otherwise in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500);
}
