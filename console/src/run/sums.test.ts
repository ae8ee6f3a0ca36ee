import { expect, it } from "vitest";

import type { Results, Run } from "../api/types";
import { en } from "../i18n/en";
import { sumsOf } from "./sums";

it.each([
  [{ kind: "users", rampUp: "5s" }, 7, ["All", "Hold only"]],
  [{ kind: "users", rampUp: "0s" }, 7, ["All"]],
  [{ kind: "users", rampUp: "5s" }, 0, ["All"]],
  [{ kind: "script" }, 7, ["All"]],
])("of %j with %d requests in the hold are %j", (shape, requests, names) => {
  const results = { total: { requests: 9 }, steady: { requests } } as unknown as Results;
  expect(sumsOf({ shape } as unknown as Run["scenario"], results, en).map(({ name }) => name)).toEqual(names);
});
