import { describe, expect, test } from "vitest";

import { exampleStacks, flat, ofType, only, source, statementsOf } from "./support.ts";

const machine = () => only(exampleStacks().hub, "AWS::StepFunctions::StateMachine");

describe("the state machine", () => {
  test("is the file of one machine, word for word, with this deployment's functions", () => {
    const [, { Properties }] = machine();
    expect(flat(Properties.DefinitionString)).toBe(source("infra/workflow/run.asl.json"));
    const named = [...source("infra/workflow/run.asl.json").matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? "");
    expect(Object.keys(Properties.DefinitionSubstitutions).sort()).toEqual([...new Set(named)].sort());
    const local = Object.fromEntries([...source("crates/cli/src/resources.rs").matchAll(/\("(\w+Arn)", "([a-z-]+)"\)/g)].map(([, state, fn]) => [state, fn]));
    expect(Object.keys(local)).toHaveLength(7);
    for (const [name, arn] of Object.entries(Properties.DefinitionSubstitutions)) {
      const fn = exampleStacks().hub.Resources[/^<(\w+)\.Arn>$/.exec(flat(arn))?.[1] ?? ""];
      expect.soft(fn?.Properties.FunctionName, name).toBe(`oleada-${local[name]}`);
    }
  });

  test("invokes its seven functions and no other", () => {
    const { hub } = exampleStacks();
    const [, { Properties }] = machine();
    const role = /^<(\w+)\.Arn>$/.exec(flat(Properties.RoleArn))?.[1] ?? "";
    const invokes = statementsOf(hub, role).filter(({ actions }) => actions.includes("lambda:InvokeFunction"));
    expect(invokes.flatMap(({ resources }) => resources).sort()).toEqual(Object.values(Properties.DefinitionSubstitutions).map(flat).sort());
  });

  test("is traced, and its log is complete", () => {
    const [, { Properties }] = machine();
    expect(Properties).toMatchObject({ StateMachineType: "STANDARD", TracingConfiguration: { Enabled: true }, LoggingConfiguration: { Level: "ALL" } });
  });
});

describe("upkeep", () => {
  test("sweeps every five minutes, in the deployment's own group of schedules", () => {
    const { hub } = exampleStacks();
    const [group] = only(hub, "AWS::Scheduler::ScheduleGroup");
    const { Properties } = only(hub, "AWS::Scheduler::Schedule")[1];
    const [sweep] = only(hub, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-sweep");
    expect(Properties).toMatchObject({ ScheduleExpression: "rate(5 minutes)", FlexibleTimeWindow: { Mode: "OFF" }, GroupName: { Ref: group } });
    expect(flat(Properties.Target.Arn)).toBe(`<${sweep}.Arn>`);
    expect(source("crates/cli/src/resources.rs")).toContain('"rate(5 minutes)"');
  });

  test("cleans up after executions that ended badly, and loses no such event", () => {
    const { hub } = exampleStacks();
    const { Properties } = only(hub, "AWS::Events::Rule", (rule) => rule.Name === "oleada-execution-ended-badly")[1];
    expect(Properties.EventPattern).toMatchObject({
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"] },
    });
    expect(Properties.EventPattern.detail.stateMachineArn.map(flat)).toEqual([`<${machine()[0]}>`]);
    const [cleanUp] = only(hub, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-clean-up");
    const [queue] = only(hub, "AWS::SQS::Queue");
    expect(Properties.Targets.map((target: any) => [flat(target.Arn), flat(target.DeadLetterConfig.Arn)])).toEqual([[`<${cleanUp}.Arn>`, `<${queue}.Arn>`]]);
  });

  test("keeps what an asynchronous function could not work on", () => {
    const { hub } = exampleStacks();
    const [queue] = only(hub, "AWS::SQS::Queue");
    const destinations = ofType(hub, "AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) => [flat(Properties.FunctionName), flat(Properties.DestinationConfig.OnFailure.Destination)]);
    const fn = (name: string) => only(hub, "AWS::Lambda::Function", (each) => each.FunctionName === `oleada-${name}`)[0];
    expect(destinations.sort()).toEqual([[`<${fn("clean-up")}>`, `<${queue}.Arn>`], [`<${fn("sweep")}>`, `<${queue}.Arn>`]].sort());
  });

  test("writes down why tasks of all regions stopped", () => {
    const { hub } = exampleStacks();
    const { Properties } = only(hub, "AWS::Events::Rule", (rule) => rule.Name === "oleada-task-stopped")[1];
    expect(Properties.EventPattern).toMatchObject({ source: ["aws.ecs"], detail: { lastStatus: ["STOPPED"], clusterArn: [{ suffix: ":cluster/oleada" }] } });
    const [logs] = only(hub, "AWS::Logs::LogGroup", (group) => group.LogGroupName === "/oleada/stopped-tasks");
    expect(Properties.Targets.map((target: any) => flat(target.Arn))).toEqual([`arn:<AWS::Partition>:logs:us-east-1:<AWS::AccountId>:log-group:<${logs}>`]);
    const policy = JSON.parse(flat(only(hub, "AWS::Logs::ResourcePolicy")[1].Properties.PolicyDocument));
    // A stream is made without a word of the rule: with a condition there would be none, and nothing would be written.
    const [make, write, ...others] = policy.Statement;
    expect(others).toEqual([]);
    expect(make).toMatchObject({ Effect: "Allow", Action: "logs:CreateLogStream", Resource: `<${logs}.Arn>` });
    expect(make.Condition).toBeUndefined();
    expect(write).toMatchObject({ Action: "logs:PutLogEvents", Condition: { ArnEquals: { "aws:SourceArn": expect.stringContaining(".Arn>") } } });
  });
});
