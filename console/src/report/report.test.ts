import { beforeAll, describe, expect, it } from "vitest";

import type { Figures, Results, Run, Worker } from "../api/types";
import { en } from "../i18n/en";
import { Format } from "../i18n/format";
import type { CoursePoint } from "../live/course";
import { report } from "./report";

const HOSTILE = `</td><script>alert(1)</script><img src=x onerror="alert(2)">"'&\u0000`;
const AT = "2026-11-23T12:00:00.000Z";

const times = { min: 1, mean: 2, stdev: 1, p50: 2, p75: 3, p90: 4, p95: 5, p99: 6, p999: 7, max: 8 };
const figures = {
  requests: 1_234,
  successes: 1_230,
  failures: 4,
  failureRate: 0.003,
  throughput: 20,
  bytesReceived: 100,
  bytesSent: 20,
  virtualUsersMax: 5,
  responseTimeMs: { ...times, successful: times },
  ttfbMs: { mean: 1, p95: 2, max: 3 },
  connectMs: { mean: 1, p95: 2, max: 3 },
} as unknown as Figures;

const results = {
  status: "completed",
  startAt: AT,
  endedAt: "2026-11-23T12:01:00.000Z",
  durationMs: 60_000,
  interrupted: 0,
  window: { fromMs: 10_000, toMs: 20_000 },
  total: figures,
  steady: { ...figures, requests: 1_111 },
  byLabel: { [HOSTILE]: figures },
  byRegion: { "us-east-1": figures },
  transactions: {},
  errors: [
    {
      label: HOSTILE,
      code: "503",
      message: HOSTILE,
      assertion: null,
      count: 4,
      firstAt: AT,
      lastAt: AT,
      samples: [
        {
          request: { method: "GET", url: HOSTILE, headers: [{ name: HOSTILE, value: HOSTILE }], body: { text: HOSTILE } },
          response: { code: "503", message: HOSTILE, headers: [], body: null },
        },
      ],
    },
  ],
  verdict: { outcome: "passed", criteria: [{ label: HOSTILE, metric: "p95", op: "<", value: "1s", observed: "5ms", passed: true }] },
  validity: { grade: "valid", reasons: [] },
} as unknown as Results;

const run = {
  runId: "run_1",
  status: "completed",
  degraded: false,
  note: HOSTILE,
  reason: null,
  warnings: [{ code: "X", detail: HOSTILE }],
  scenario: {
    name: HOSTILE,
    description: HOSTILE,
    tags: [HOSTILE],
    workload: { kind: "http", requests: [{ method: "GET", url: HOSTILE }] },
    shape: { kind: "users", rampUp: "1s", hold: "59s", drain: "2s" },
    start: { quorum: 1, timeout: "10m" },
    traffic: [{ region: "us-east-1", workers: 1, virtualUsers: 5 }],
    worker: { vcpu: 2, memoryGb: 4 },
    criteria: [],
  },
} as unknown as Run;

const point = (t: number, p95: number | null): CoursePoint => ({ t, virtualUsers: 5, cpu: null, requestRate: 20, failureRate: 0, p50: p95, p95, p99: p95 });
const points = [point(10, 5), point(11, null), point(12, 6), point(13, 7)];
const workers = [{ worker: 0, region: HOSTILE, state: "done", startSkewMs: 3, requests: 1, failures: 0 }] as unknown as Worker[];

let text: string;
let page: Document;

beforeAll(() => {
  const course = { points, requests: 0, failures: 0, stepMs: 1_000, storedUntil: 20, isWhole: true };
  const reader = { language: "en", messages: en, format: new Format("en"), now: new Date(AT) } as const;
  text = report({ run, results, course, workers }, reader);
  page = new DOMParser().parseFromString(text, "text/html");
});

describe("a report", () => {
  it("holds nothing that runs or is fetched, whatever was measured", () => {
    const policy = page.querySelector("meta[http-equiv=Content-Security-Policy]")?.getAttribute("content");
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.querySelectorAll("script, img, iframe, object, embed, link, base, form, a")).toHaveLength(0);
    const names = [...page.querySelectorAll("*")].flatMap((element) => element.getAttributeNames());
    expect(names.filter((name) => name.startsWith("on") || name === "href" || name === "src")).toEqual([]);
    expect(text).not.toContain("\u0000");
  });

  it("shows what was measured as it was", () => {
    const shown = HOSTILE.replace("\u0000", "\ufffd");
    const cells = [...page.querySelectorAll("td")].map((cell) => cell.textContent);
    expect(cells).toContain(shown);
    expect(page.querySelector("pre")?.textContent).toBe(`GET ${shown}\n${shown}: ${shown}\n\n${shown}`);
    expect(page.querySelector("h1")?.textContent).toBe(`Run of ${shown} Criteria: Passed (whole run)`);
    expect(page.body.textContent).toContain("1,234");
    expect(page.body.textContent).toContain("From 0:10 to 0:20");
  });

  it("draws four charts, and no line over a hole", () => {
    expect(page.querySelectorAll("svg")).toHaveLength(4);
    const path = page.querySelector("path.tone-p95")?.getAttribute("d") ?? "";
    expect(path.match(/[ML]/g)?.join("")).toBe("MML");
    expect(path).not.toContain("NaN");
    const legend = [...page.querySelectorAll(".legend li")].map((item) => item.textContent?.replaceAll("\u00a0", " "));
    expect(legend).toContain("p95 (highest 7 ms)");
  });

  it("tells the hold from all of the run", () => {
    const row = [...page.querySelectorAll("tr")].find((candidate) => candidate.textContent?.startsWith("Hold only"));
    expect(row?.textContent).toContain("1,111");
  });

  it("leaves out tables without rows", () => {
    expect([...page.querySelectorAll("h2")].map((heading) => heading.textContent)).toEqual([
      "Over time",
      "Criteria (whole run)",
      "By label",
      "By region",
      "Errors",
      "Workers",
      "Scenario",
    ]);
  });
});
