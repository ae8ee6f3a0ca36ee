import { expect, it } from "vitest";

import { parseDuration } from "./duration";

it.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["250ms", 250],
  ["1h2m3s4ms", 3_723_004],
  ["1m500ms", 60_500],
  ["0s", 0],
])("reads %s", (text, ms) => expect(parseDuration(text)).toBe(ms));

it.each(["", "5", "m", "5 m", "1.5h", "30m1h", "-5s", "5s5s"])("refuses %j", (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);
