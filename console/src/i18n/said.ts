import type { FieldProblem } from "../api/types";
import type { Messages } from "./en";

/** What the server says, in a language that is not its own. What is missing here stays as the server says it. */
export interface Said {
  /** Sentences by their code; the values are those of the server's text, in its order. */
  words: Words;
  /** Refusals, and reasons and warnings of runs, by their code. */
  event: Readonly<Record<string, string>>;
}

export type Words = Readonly<Record<string, (...values: string[]) => string>>;

/** The server speaks English; but it calls a person as it does in its tokens, `person:ana`. */
export const AS_IT_IS: Said = { words: { CANCELLED_BY: (person = "") => `cancelled by ${nameOf(person)}` }, event: {} };

export function nameOf(principal: string): string {
  return principal.replace(/^person:/, "");
}

/** A sentence of the server's, and how to say it in another language. */
interface Sentence {
  detail: string;
  code?: string | undefined;
  values?: string[] | undefined;
}

/** What has a code of its own: there `words` tells which sentence this is. */
interface Detail {
  detail: string;
  words?: string | undefined;
  values?: string[] | undefined;
}

export function say({ code, values, detail }: Sentence, { said }: Messages): string {
  const words = code === undefined ? undefined : said.words[code];
  return plain(words ? words(...(values ?? [])) : detail);
}

/** The server marks names as Markdown does, which is nothing that a page shows. */
function plain(text: string): string {
  return text.replace(/`([^`]*)`/g, "$1");
}

export function sayField(problem: FieldProblem, messages: Messages): string {
  return say(problem, messages);
}

/** What happened in general, and then what it was this time. */
export function sayEvent(event: Detail & { code: string }, messages: Messages): string {
  const name = messages.said.event[event.code];
  const detail = sayDetail(event, messages);
  if (name === undefined) return detail;
  return name.endsWith(".") ? `${name.slice(0, -1)} (${detail}).` : `${name} (${detail})`;
}

/** What it was this time, or what happened in general where there are no words for that. */
export function sayRefusal(refusal: Detail & { code?: string | undefined }, messages: Messages): string {
  const { words, event } = messages.said;
  const general = event[refusal.code ?? ""];
  if (general === undefined) return sayDetail(refusal, messages);
  return refusal.words !== undefined && refusal.words in words ? sayDetail(refusal, messages) : general;
}

/** A sentence that stands in another one: its code and its values, or "" and the words themselves. */
export function sayNested([code = "", ...values]: string[], words: Words): string {
  const said = words[code];
  return said ? said(...values) : [code, ...values].join(" ").trim();
}

/** What it was this time alone. */
export function sayDetail({ words, values, detail }: Detail, messages: Messages): string {
  return say({ code: words, values, detail }, messages);
}
