import { expect, it } from "vitest";

import { emptyDraft } from "./draft";
import { loadCurve, totals } from "./loadCurve";

function draft(rampUp: string, hold: string, users: string[]) {
  const empty = emptyDraft("us-east-1");
  return {
    shape: { ...empty.shape, rampUp, hold },
    traffic: users.map((virtualUsers) => ({ region: "us-east-1", workers: "2", virtualUsers })),
  };
}

it("rises over the ramp and stays for the hold", () => {
  expect(loadCurve(draft("30s", "1m", ["60", "40"]))).toEqual({
    users: 100,
    rampUpMs: 30_000,
    holdMs: 60_000,
    corners: [
      { ms: 0, users: 0 },
      { ms: 30_000, users: 100 },
      { ms: 90_000, users: 100 },
    ],
  });
});

it("begins at the top without a ramp", () => {
  expect(loadCurve(draft("0s", "10s", ["5"]))?.corners).toEqual([
    { ms: 0, users: 5 },
    { ms: 10_000, users: 5 },
  ]);
});

it.each([
  ["half a duration", draft("30", "1m", ["5"])],
  ["no hold", draft("30s", "0s", ["5"])],
  ["no users", draft("30s", "1m", [""])],
  ["the script's own shape", { ...draft("30s", "1m", ["5"]), shape: { ...emptyDraft("").shape, kind: "script" as const } }],
])("is none for %s", (_, given) => expect(loadCurve(given)).toBeNull());

it("sums what is a number already", () => {
  expect(totals(draft("1s", "1s", ["10", "x", "-5", "2.5", ""]).traffic)).toEqual({ workers: 10, virtualUsers: 10 });
});
