import { expect, it } from "vitest";

import type { Results } from "../api/types";
import { en } from "../i18n/en";
import { Format } from "../i18n/format";
import { resultTiles } from "./resultTiles";

const figures = (requests: number) => ({
  requests,
  failures: 1,
  failureRate: 1 / requests,
  throughput: 2,
  virtualUsersMax: 5,
  responseTimeMs: { p50: 1, p95: 2, p99: 3 },
});
const results = {
  total: figures(100),
  byLabel: { "GET /": figures(60) },
  byRegion: { "us-east-1": figures(100) },
  interrupted: 3,
  verdict: { outcome: "passed", criteria: [] },
  validity: { grade: "valid", reasons: [] },
} as unknown as Results;

const tiles = (label: string | null, region: string | null, more: Partial<Results> = {}) =>
  resultTiles({ ...results, ...more }, { label, region }, en, new Format("en"));
const values = (...subject: [string | null, string | null]) => tiles(...subject).slice(0, 7).map(({ value }) => value);

it("shows the figures of the subject, and none where it has none", () => {
  expect(values("GET /", null)[0]).toBe("60");
  expect(values("POST /", null)).toEqual(Array(7).fill("–"));
  expect(values(null, "sa-east-1")).toEqual(Array(7).fill("–"));
  expect(tiles("POST /", null)[2]?.note).toBeUndefined();
});

it("says what is of the whole run where the rest is of a part of it", () => {
  const notes = (more: Partial<Results>) => tiles(null, null, more).map(({ note }) => note);
  expect(notes({})).toContain("3 still under way at the end");
  const ofPart = notes({ window: { fromMs: 0, toMs: 1_000 } });
  expect(ofPart).toContain("3 still under way at the end (whole run)");
  expect(ofPart).toContain("Validity: Valid (whole run)");
  expect(ofPart).toContain("1 failure");
});
