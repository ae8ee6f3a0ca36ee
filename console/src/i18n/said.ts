import type { FieldProblem } from "../api/types";
import type { Messages } from "./en";

/** What the server says, in a language that is not its own. What is missing here stays as the server says it. */
export interface Said {
  /** What is wrong with a field, by its code; the values are those of the server's text, in its order. */
  field: Readonly<Record<string, (...values: string[]) => string>>;
  /** Refusals, and reasons and warnings of runs, by their code. */
  event: Readonly<Record<string, string>>;
}

/** The server speaks English. */
export const AS_IT_IS: Said = { field: {}, event: {} };

export function sayField({ code, values, detail }: FieldProblem, { said }: Messages): string {
  const say = code === undefined ? undefined : said.field[code];
  return say ? say(...(values ?? [])) : detail;
}

/** The details are of this one time: names, figures, what to do. They follow as the server gives them. */
export function sayEvent({ code, detail }: { code: string; detail: string }, { said }: Messages): string {
  const event = said.event[code];
  return event === undefined ? detail : `${event} (${detail})`;
}
