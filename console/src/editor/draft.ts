import type { Method, Metric, Op, Scenario, ScenarioInput } from "../api/types";

/** A scenario as it is being typed: whatever a person may enter, texts for numbers included. */
export interface Draft {
  name: string;
  description: string;
  tags: string[];
  kind: "http" | "script";
  http: { requests: RequestDraft[]; timeout: string; thinkTime: string; followRedirects: boolean };
  script: {
    scriptId: string;
    entry: string;
    properties: Property[];
    systemProperties: Property[];
    /** By path, the texts of files that were edited here and not saved yet. */
    edits: Record<string, string>;
  };
  shape: { kind: "users" | "script"; rampUp: string; hold: string; drain: string; maxDuration: string };
  traffic: TrafficDraft[];
  worker: { vcpu: number; memoryGb: number; heapPercent: string; spot: boolean };
  start: { quorumPercent: string; timeout: string };
  criteria: CriterionDraft[];
  live: boolean;
  captureErrors: boolean;
}

export interface RequestDraft {
  method: Method;
  url: string;
  label: string;
  expectStatus: string;
  /** One `Name: value` a line. */
  headers: string;
  body: string;
}

export interface Property {
  name: string;
  value: string;
}

export interface TrafficDraft {
  region: string;
  workers: string;
  virtualUsers: string;
}

export interface CriterionDraft {
  label: string;
  metric: Metric;
  op: Op;
  value: string;
}

export const emptyRequest = (): RequestDraft => ({
  method: "GET",
  url: "",
  label: "",
  expectStatus: "200-399",
  headers: "",
  body: "",
});

export function emptyDraft(region: string): Draft {
  return {
    name: "",
    description: "",
    tags: [],
    kind: "http",
    http: { requests: [emptyRequest()], timeout: "30s", thinkTime: "1s", followRedirects: false },
    script: { scriptId: "", entry: "", properties: [], systemProperties: [], edits: {} },
    shape: { kind: "users", rampUp: "30s", hold: "5m", drain: "30s", maxDuration: "1h" },
    traffic: [{ region, workers: "1", virtualUsers: "10" }],
    worker: { vcpu: 2, memoryGb: 4, heapPercent: "60", spot: false },
    start: { quorumPercent: "100", timeout: "10m" },
    criteria: [],
    live: true,
    captureErrors: true,
  };
}

export function draftOf(scenario: Scenario): Draft {
  const { workload, shape, worker, start } = scenario;
  const empty = emptyDraft("");
  return {
    name: scenario.name,
    description: scenario.description,
    tags: scenario.tags,
    kind: workload.kind,
    http:
      workload.kind === "http"
        ? {
            requests: workload.requests.map(({ method, url, label, expectStatus, headers, body }) => ({
              method,
              url,
              label,
              expectStatus,
              headers: Object.entries(headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join("\n"),
              body: body ?? "",
            })),
            timeout: workload.timeout,
            thinkTime: workload.thinkTime,
            followRedirects: workload.followRedirects,
          }
        : empty.http,
    script:
      workload.kind === "script"
        ? {
            scriptId: workload.scriptId,
            entry: workload.entry ?? "",
            properties: properties(workload.properties),
            systemProperties: properties(workload.systemProperties),
            edits: {},
          }
        : empty.script,
    shape:
      shape.kind === "users"
        ? { ...empty.shape, kind: "users", rampUp: shape.rampUp, hold: shape.hold, drain: shape.drain }
        : { ...empty.shape, kind: "script", maxDuration: shape.maxDuration, drain: shape.drain },
    traffic: scenario.traffic.map(({ region, workers, virtualUsers }) => ({
      region,
      workers: String(workers),
      virtualUsers: virtualUsers == null ? "" : String(virtualUsers),
    })),
    worker: {
      vcpu: worker.vcpu,
      memoryGb: worker.memoryGb,
      heapPercent: String(worker.heapPercent),
      spot: worker.spot,
    },
    start: { quorumPercent: String(Number((start.quorum * 100).toFixed(4))), timeout: start.timeout },
    criteria: scenario.criteria.map(({ label, metric, op, value }) => ({ label, metric, op, value })),
    live: scenario.live,
    captureErrors: scenario.captureErrors,
  };
}

/** What is sent to the server, which is the one that knows what is wrong with it. */
export function documentOf(draft: Draft): ScenarioInput {
  const { name, description, tags, shape, worker, start, criteria, live, captureErrors } = draft;
  return {
    name: name.trim(),
    description,
    tags,
    workload: draft.kind === "http" ? httpOf(draft) : scriptOf(draft),
    shape:
      shape.kind === "users"
        ? { kind: "users", rampUp: shape.rampUp.trim(), hold: shape.hold.trim(), drain: shape.drain.trim() }
        : { kind: "script", maxDuration: shape.maxDuration.trim(), drain: shape.drain.trim() },
    traffic: draft.traffic.map(({ region, workers, virtualUsers }) => ({
      region,
      workers: number(workers),
      ...(shape.kind === "users" && { virtualUsers: number(virtualUsers) }),
    })),
    worker: { ...worker, heapPercent: number(worker.heapPercent) },
    start: { quorum: number(start.quorumPercent) / 100, timeout: start.timeout.trim() },
    criteria,
    live,
    captureErrors,
  };
}

function httpOf({ http }: Draft): ScenarioInput["workload"] {
  return {
    kind: "http",
    requests: http.requests.map(({ method, url, label, expectStatus, headers, body }) => ({
      method,
      url: url.trim(),
      ...(label.trim() && { label: label.trim() }),
      ...(expectStatus.trim() && { expectStatus: expectStatus.trim() }),
      headers: readHeaders(headers).headers,
      ...(body && { body }),
    })),
    timeout: http.timeout.trim(),
    thinkTime: http.thinkTime.trim(),
    followRedirects: http.followRedirects,
  };
}

function scriptOf({ script }: Draft): ScenarioInput["workload"] {
  return {
    kind: "script",
    scriptId: script.scriptId,
    ...(script.entry && { entry: script.entry }),
    properties: record(script.properties),
    systemProperties: record(script.systemProperties),
  };
}

/** Headers as they were typed, the number of the first line that is none, and the first name that stands there twice. */
export function readHeaders(text: string): { headers: Record<string, string>; badLine: number | null; repeated: string | null } {
  const headers: Record<string, string> = {};
  let badLine: number | null = null;
  let repeated: string | null = null;
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim();
    if (name === "") {
      badLine ??= index + 1;
      return;
    }
    if (Object.hasOwn(headers, name)) repeated ??= name;
    headers[name] = line.slice(colon + 1).trim();
  });
  return { headers, badLine, repeated };
}

/** Not a number stays none: it goes to the server as null, which names it. */
function number(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

function properties(record: Record<string, string>): Property[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

function record(list: Property[]): Record<string, string> {
  return Object.fromEntries(list.filter(({ name }) => name !== "").map(({ name, value }) => [name, value]));
}
