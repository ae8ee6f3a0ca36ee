import { expect, it } from "vitest";

import { parseClock } from "./clock";

it.each([
  ["90", 90],
  [" 1:30 ", 90],
  ["0:00", 0],
  ["1:02:03", 3_723],
  ["1:75", null],
  ["", null],
  ["-1", null],
  ["1.5", null],
  ["1:2:3:4", null],
])("reads %j as %s", (text, seconds) => {
  expect(parseClock(text)).toBe(seconds);
});
