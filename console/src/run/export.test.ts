import { expect, it } from "vitest";

import type { Figures, Results } from "../api/types";
import { csv, figuresCsv, fileName } from "./export";

it("quotes what needs it, and disarms formulas", () => {
  expect(csv([["a,b", 'say "x"', 1.5, null, "=1+1", "*"]])).toBe('"a,b","say ""x""",1.5,,\'=1+1,*\r\n');
});

it("writes a line for the total and for every group", () => {
  const times = { min: 1, mean: 2, stdev: 0.5, p50: 2, p75: 3, p90: 4, p95: 5, p99: 6, p999: 7, max: 8 };
  const figures = {
    requests: 10,
    failures: 1,
    failureRate: 0.1,
    throughput: 2.5,
    bytesReceived: 100,
    bytesSent: 20,
    responseTimeMs: { ...times, successful: times },
  } as Figures;
  const text = figuresCsv({
    total: figures,
    byLabel: { "GET /": figures },
    byRegion: { "us-east-1": figures },
    transactions: {},
  } as unknown as Results);
  const lines = text.trimEnd().split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines[2]).toBe("label,GET /,10,1,0.1,2.5,1,2,0.5,2,3,4,5,6,7,8,100,20");
  expect(new Set(lines.map((line) => line.split(",").length)).size).toBe(1);
});

it("names a file by what it is of", () => {
  expect(fileName("run_1", { window: null }, "csv")).toBe("run_1.csv");
  const part = { window: { from: 10_000, to: 20_500 }, label: "GET /carrito/ñ?x=1", region: "us-east-1" };
  expect(fileName("run_1-course", part, "csv")).toBe("run_1-course-10s-20.5s-GET_carrito_ñ_x_1-us-east-1.csv");
  expect(fileName("run_1-course", { window: null, label: "../" }, "csv")).toBe("run_1-course-_.csv");
});
