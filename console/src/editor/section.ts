import type { Draft } from "./draft";
import type { FieldErrors } from "./fieldErrors";

/** The parts of a draft that change; a function of the draft where the change is known only later than it was begun. */
export type Change = Partial<Draft> | ((now: Draft) => Partial<Draft>);

/** What every part of the editor works with. */
export interface SectionProps {
  draft: Draft;
  errors: FieldErrors;
  change(change: Change): void;
}

/** The list with one item replaced. */
export function replaced<T>(list: readonly T[], index: number, change: Partial<T>): T[] {
  return list.map((item, i) => (i === index ? { ...item, ...change } : item));
}
