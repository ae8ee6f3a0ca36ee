import { describe, expect, it } from "vitest";

import { isSettled } from "../api/runs";
import type { Run, StageName } from "../api/types";
import { stageStates } from "./stageStates";

const AT = "2026-11-23T12:00:00.000Z";
const ended = (...names: StageName[]) => names.map((name) => ({ name, startedAt: AT, endedAt: AT }));
const begun = (name: StageName) => ({ name, startedAt: AT, endedAt: null });
const reason = (code: string) => ({ code, detail: "" }) as Run["reason"];

function states(status: Run["status"], stages: Run["stages"], settled: boolean, code?: string) {
  return [...stageStates({ status, stages, reason: code === undefined ? null : reason(code) }, settled).values()];
}

describe("the stages of a run", () => {
  it("wait for each other while it goes on", () => {
    expect(states("launching", [...ended("plan"), begun("launch")], false)).toEqual([
      "done",
      "goingOn",
      ...Array(5).fill("waiting"),
    ]);
  });

  it("go on behind its end, and are all done then", () => {
    const load = ended("plan", "launch", "awaitReady", "release", "watch");
    expect(states("completed", [...load, begun("collect")], false).slice(4)).toEqual(["done", "goingOn", "waiting"]);
    expect(states("completed", [...load, ...ended("collect"), begun("cleanUp")], false).slice(5)).toEqual(["done", "goingOn"]);
    expect(states("completed", [...load, ...ended("collect", "cleanUp")], true)).toEqual(Array(7).fill("done"));
    expect(states("completed", [...load, ...ended("collect"), begun("cleanUp")], true)[6]).toBe("stopped");
  });

  it("say in which of them it failed, and which it never reached", () => {
    expect(states("failed", [begun("plan"), ...ended("cleanUp")], true, "LAUNCH_REFUSED")).toEqual([
      "failed",
      ...Array(5).fill("notReached"),
      "done",
    ]);
    const all = ended("plan", "launch", "awaitReady", "release", "watch", "collect", "cleanUp");
    expect(states("failed", all, true, "WORKERS_LOST")).toEqual(["done", "done", "done", "done", "failed", "done", "done"]);
  });

  it("say where it was stopped", () => {
    expect(states("cancelled", [...ended("plan"), begun("launch"), ...ended("cleanUp")], true, "CANCELLED")).toEqual([
      "done",
      "stopped",
      ...Array(4).fill("notReached"),
      "done",
    ]);
  });
});

describe("a run", () => {
  const now = Date.parse(AT) + 10_000;
  const run = (status: Run["status"], stages: Run["stages"]) => ({ status, stages, endedAt: AT });

  it("is settled when it is cleaned up, or when that takes too long", () => {
    expect(isSettled(run("running", []), now)).toBe(false);
    expect(isSettled(run("completed", []), now)).toBe(false);
    expect(isSettled(run("completed", [begun("cleanUp")]), now)).toBe(false);
    expect(isSettled(run("completed", ended("cleanUp")), now)).toBe(true);
    expect(isSettled(run("completed", [begun("cleanUp")]), now + 60_000)).toBe(true);
  });
});
