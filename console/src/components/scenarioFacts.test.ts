import { expect, it } from "vitest";

import type { Script } from "../api/types";
import { en } from "../i18n/en";
import { Format } from "../i18n/format";
import { scenarioFacts, type ScenarioDocument } from "./scenarioFacts";

const scenario = {
  description: "",
  tags: [],
  workload: { kind: "script", scriptId: "scr_1" },
  shape: { kind: "script", maxDuration: "1h", drain: "30s" },
  start: { quorum: 0.505, timeout: "10m" },
  traffic: [],
  worker: { vcpu: 2, memoryGb: 4 },
  criteria: [],
} as unknown as ScenarioDocument;

it("names the script once it is known, and the quorum as it is stored", () => {
  const lines = (script?: Script) =>
    scenarioFacts(scenario, en, new Format("en"), script).flatMap((fact) => fact.lines.map((line) => line.replaceAll("\u00a0", " ")));
  expect(lines()).toContain("Script");
  expect(lines({ fileName: "shop.jmx", size: 12_345 } as Script)).toContain("Script: shop.jmx, 12.3 kB");
  expect(lines()).toContain("Quorum: 50.5 %");
});
