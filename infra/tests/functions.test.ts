import { readdirSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { example, exampleStacks, flat, FUNCTIONS, ofType, only, type Resource, source, synthesise, type Template } from "./support.ts";

function functionsOf(template: Template): [string, Resource][] {
  return ofType(template, "AWS::Lambda::Function");
}

const short = (fn: Resource): string => fn.Properties.FunctionName.replace(/^oleada-/, "");

describe("functions", () => {
  test("are the crates of lambdas/, each deployed", () => {
    const { hub, away } = exampleStacks();
    const crates = readdirSync(new URL("../../lambdas", import.meta.url)).sort();
    const deployed = [hub, away].flatMap((template) => functionsOf(template).map(([, fn]) => short(fn)));
    expect([...new Set(deployed)].sort()).toEqual(crates);
    expect(FUNCTIONS).toEqual(crates);
  });

  test("have the time that they have on one machine", () => {
    const code = source("crates/cli/src/functions.rs");
    const working = [...code.matchAll(/maker\.working\("([a-z-]+)"/g)].map(([, name]) => name);
    const answering = [...code.matchAll(/Function::new\(name\("([a-z-]+)"\), ANSWERING/g)].map(([, name]) => name);
    expect(working.length + answering.length).toBeGreaterThanOrEqual(11);
    expect(code).toMatch(/ANSWERING: Duration = Duration::from_secs\(30\)/);
    expect(code).toMatch(/WORKING: Duration = Duration::from_secs\(15 \* 60\)/);
    const { hub } = exampleStacks();
    for (const [, fn] of functionsOf(hub)) {
      const name = short(fn);
      if (answering.includes(name)) expect.soft(fn.Properties.Timeout, name).toBe(30);
      else if (working.includes(name)) expect.soft(fn.Properties.Timeout, name).toBe(900);
      else expect.fail(`${name} is not registered on one machine`);
    }
  });

  test("are told all that crates/aws reads of the environment", () => {
    const code = source("crates/aws/src/deployment.rs");
    const variables = Object.fromEntries([...code.matchAll(/pub const ([A-Z_]+): &str = "([A-Z_]+)"/g)].map(([, constant, name]) => [constant, name]));
    const required = [...code.matchAll(/required\(([A-Z_]+)\)\?/g)].map(([, constant]) => variables[constant ?? ""]);
    expect(required.length).toBeGreaterThanOrEqual(6);
    const { all, hub } = exampleStacks();
    for (const template of all) {
      for (const [, fn] of functionsOf(template)) expect.soft(Object.keys(fn.Properties.Environment.Variables), short(fn)).toEqual(expect.arrayContaining(required));
      for (const [, task] of ofType(template, "AWS::ECS::TaskDefinition")) {
        expect(task.Properties.ContainerDefinitions[0].Environment.map((each: any) => each.Name)).toEqual(expect.arrayContaining(required));
      }
    }
    const [, api] = only(hub, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-api");
    expect(Object.keys(api.Properties.Environment.Variables)).toEqual(
      expect.arrayContaining(["OLEADA_STATE_MACHINE_ARN", "OLEADA_LIVE_ADDRESS", "OLEADA_LIVE_ROLE_ARN"]),
    );
    const [, sweep] = only(hub, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-sweep");
    expect(Object.keys(sweep.Properties.Environment.Variables)).toContain("OLEADA_STATE_MACHINE_ARN");
  });

  test("each have a role and a log of their own, and the log ends one day", () => {
    const { all } = exampleStacks();
    for (const template of all) {
      const roles = functionsOf(template).map(([, fn]) => flat(fn.Properties.Role));
      expect(new Set(roles).size).toBe(roles.length);
      for (const [, fn] of functionsOf(template)) {
        const [logs] = only(template, "AWS::Logs::LogGroup", (group) => group.LogGroupName === `/aws/lambda/${fn.Properties.FunctionName}`);
        expect(flat(fn.Properties.LoggingConfig.LogGroup)).toBe(`<${logs}>`);
      }
      for (const [id, group] of ofType(template, "AWS::Logs::LogGroup")) expect.soft(group.Properties.RetentionInDays, id).toBe(30);
    }
  });

  test("run what cargo-lambda builds, on x86_64 unless another processor is chosen", () => {
    const { all } = exampleStacks();
    for (const [, fn] of all.flatMap(functionsOf)) {
      expect.soft(fn.Properties, short(fn)).toMatchObject({ Runtime: "provided.al2023", Handler: "bootstrap", Architectures: ["x86_64"] });
    }
    const other = synthesise(example({ architecture: "arm64" }));
    for (const [, fn] of Object.values(other).flatMap(functionsOf)) expect.soft(fn.Properties.Architectures, short(fn)).toEqual(["arm64"]);
  });

  test("are invoked by nobody but the service, and the part of it, that is meant to", () => {
    const { all } = exampleStacks();
    for (const [id, permission] of all.flatMap((template) => ofType(template, "AWS::Lambda::Permission"))) {
      expect.soft(permission.Properties.Action, id).toBe("lambda:InvokeFunction");
      expect.soft(permission.Properties.SourceArn, id).toBeDefined();
    }
  });
});
