import { expect, it } from "vitest";

import { rearranged, type Rearrangement } from "./rearrange";

it.each<[Rearrangement, number, string]>([
  ["up", 1, "bac"],
  ["up", 0, "abc"],
  ["down", 1, "acb"],
  ["down", 2, "abc"],
  ["copy", 1, "abbc"],
  ["remove", 1, "ac"],
  ["remove", 5, "abc"],
])("moves %s number %i", (what, index, expected) => {
  expect(rearranged([..."abc"], index, what).join("")).toBe(expected);
});

it("copies what can be changed apart from it", () => {
  const [first, second] = rearranged([{ url: "a" }], 0, "copy");
  expect(second).toEqual(first);
  expect(second).not.toBe(first);
});
