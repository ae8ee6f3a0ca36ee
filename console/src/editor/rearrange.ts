/** What can be done with one of a list, but for changing it. */
export type Rearrangement = "up" | "down" | "copy" | "remove";

/** The list after that; the same where there is no place to move to. */
export function rearranged<T>(list: readonly T[], index: number, what: Rearrangement): T[] {
  const item = list[index];
  if (item === undefined) return [...list];
  if (what === "copy") return list.toSpliced(index + 1, 0, structuredClone(item));
  const others = list.toSpliced(index, 1);
  if (what === "remove") return others;
  return others.toSpliced(Math.max(0, what === "up" ? index - 1 : index + 1), 0, item);
}
