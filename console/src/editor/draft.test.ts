import { expect, it } from "vitest";

import type { Scenario } from "../api/types";
import { documentOf, draftOf, emptyDraft, readHeaders } from "./draft";

const common = {
  scenarioId: "scn_1",
  version: 3,
  createdAt: "2026-11-23T12:00:00.000Z",
  updatedAt: "2026-11-23T12:00:00.000Z",
  activeRunId: null,
  name: "Checkout",
  description: "",
  tags: ["shop"],
  worker: { vcpu: 2, memoryGb: 4, heapPercent: 60, spot: false },
  start: { quorum: 0.7, timeout: "10m" },
  criteria: [{ label: "*", metric: "p95", op: "<", value: "300ms" }],
  live: true,
} as const;

const http = {
  ...common,
  workload: {
    kind: "http",
    engine: "jmeter",
    requests: [
      {
        label: "GET /cart",
        method: "POST",
        url: "https://shop.example/cart?a=b:c",
        headers: { Accept: "application/json", "X-Time": "12:30" },
        body: '{"a":1}',
        expectStatus: "200,404",
      },
    ],
    timeout: "30s",
    thinkTime: "1s",
    followRedirects: true,
  },
  shape: { kind: "users", rampUp: "30s", hold: "5m", drain: "30s" },
  traffic: [{ region: "us-east-1", workers: 2, virtualUsers: 100 }],
} as unknown as Scenario;

const script = {
  ...common,
  workload: {
    kind: "script",
    engine: "jmeter",
    scriptId: "scr_1",
    entry: "plan.jmx",
    properties: { host: "shop.example" },
    systemProperties: {},
  },
  shape: { kind: "script", maxDuration: "1h", drain: "30s" },
  traffic: [{ region: "us-east-1", workers: 2 }],
} as unknown as Scenario;

it.each([
  ["listed requests", http],
  ["a script", script],
])("a scenario of %s survives being opened and saved", (_, scenario) => {
  const { scenarioId, version, createdAt, updatedAt, activeRunId, workload, ...rest } = scenario;
  const { engine, ...sent } = workload;
  expect(engine).toBe("jmeter");
  expect(documentOf(draftOf(scenario))).toEqual({ ...rest, workload: sent });
});

it("sends what is no number as null, so that the server names the field", () => {
  const draft = emptyDraft("us-east-1");
  draft.traffic = [{ region: "us-east-1", workers: "", virtualUsers: "ten" }];
  const sent = JSON.parse(JSON.stringify(documentOf(draft))) as { traffic: unknown };
  expect(sent.traffic).toEqual([{ region: "us-east-1", workers: null, virtualUsers: null }]);
});

it("sends no virtual users with the script's own shape", () => {
  const draft = emptyDraft("us-east-1");
  draft.shape.kind = "script";
  expect(documentOf(draft).traffic).toEqual([{ region: "us-east-1", workers: 1 }]);
});

it("reads headers line by line and names the first that is none", () => {
  expect(readHeaders("A: 1\n\nB:two: three\n")).toEqual({ headers: { A: "1", B: "two: three" }, badLine: null, repeated: null });
  expect(readHeaders("A: 1\nnonsense\n: x").badLine).toBe(2);
  expect(readHeaders("A: 1\n  : x").badLine).toBe(2);
});
