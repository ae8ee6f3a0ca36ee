import type { Draft } from "./draft";
import type { FieldErrors } from "./fieldErrors";

/** What every part of the editor works with. */
export interface SectionProps {
  draft: Draft;
  errors: FieldErrors;
  change(part: Partial<Draft>): void;
}

/** The list with one item replaced. */
export function replaced<T>(list: readonly T[], index: number, change: Partial<T>): T[] {
  return list.map((item, i) => (i === index ? { ...item, ...change } : item));
}
