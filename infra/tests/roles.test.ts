import { describe, expect, test } from "vitest";

import { exampleStacks, flat, ofType, only, source, statement, statementsOf, type Statement, type Template } from "./support.ts";

/** Actions that know no resource, or none that is there when they are asked; each is explained where it is granted. */
const WITHOUT_RESOURCE = [
  "ecr:GetAuthorizationToken",
  "ecs:DescribeTaskDefinition",
  "ecs:ListTasks",
  "cloudwatch:DescribeAlarms",
  "cloudwatch:GetMetricData",
  "cloudwatch:ListMetrics",
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "logs:GetLogDelivery",
  "logs:GetQueryResults",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:StopQuery",
  "logs:UpdateLogDelivery",
  "servicequotas:GetAWSDefaultServiceQuota",
  "servicequotas:GetServiceQuota",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

function rolesOf(template: Template): string[] {
  return ofType(template, "AWS::IAM::Role").map(([id]) => id);
}

describe("roles", () => {
  test("allow no family of actions and deny nothing by hand", () => {
    const { all } = exampleStacks();
    for (const template of all) {
      for (const role of rolesOf(template)) {
        for (const { effect, actions } of statementsOf(template, role)) {
          expect.soft(effect, role).toBe("Allow");
          for (const action of actions) expect.soft(action, role).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
        }
      }
    }
  });

  test("name a resource wherever the action knows one", () => {
    const { all } = exampleStacks();
    for (const template of all) {
      for (const role of rolesOf(template)) {
        for (const { actions, resources } of statementsOf(template, role)) {
          if (resources.includes("*")) expect.soft(WITHOUT_RESOURCE, role).toEqual(expect.arrayContaining(actions));
          else for (const resource of resources) expect.soft(resource, role).toMatch(/^(arn:<AWS::Partition>:|<\w+\.Arn>)/);
        }
      }
    }
  });

  test("of tasks and listings reach one cluster", () => {
    const { hub } = exampleStacks();
    const ecs = rolesOf(hub).flatMap((role) => statementsOf(hub, role)).filter(({ actions }) => actions.some((action) => action.startsWith("ecs:") && action !== "ecs:DescribeTaskDefinition"));
    expect(ecs.length).toBeGreaterThan(5);
    for (const { actions, resources, condition } of ecs) {
      const bound = flat(condition.ArnLike?.["ecs:cluster"] ?? "") || resources.join();
      expect.soft(bound, actions.join()).toMatch(/:cluster\/oleada$/);
    }
  });

  test("pass exactly the two roles of workers, and to ECS", () => {
    const { hub } = exampleStacks();
    const passes = rolesOf(hub).flatMap((role) => statementsOf(hub, role)).filter(({ actions }) => actions.includes("iam:PassRole"));
    expect(passes).toHaveLength(2);
    for (const { actions, resources, condition } of passes) {
      expect(actions).toEqual(["iam:PassRole"]);
      expect(resources).toEqual(["oleada-worker", "oleada-worker-start"].map((role) => `arn:<AWS::Partition>:iam::<AWS::AccountId>:role/${role}`));
      expect(condition).toEqual({ StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
    }
    const names = ofType(hub, "AWS::IAM::Role").map(([, role]) => role.Properties.RoleName);
    expect(names).toEqual(expect.arrayContaining(["oleada-worker", "oleada-worker-start"]));
  });

  test("are lent to a service only where it works for this account", () => {
    // Lambda takes a role from whoever may pass it, and API Gateway keeps one for all of an account.
    const plain = ["lambda.amazonaws.com", "apigateway.amazonaws.com"];
    const { all } = exampleStacks();
    let services = 0;
    for (const [id, role] of all.flatMap((template) => ofType(template, "AWS::IAM::Role"))) {
      for (const { Principal, Condition } of role.Properties.AssumeRolePolicyDocument.Statement) {
        if (Principal.Service === undefined || plain.includes(Principal.Service)) continue;
        services += 1;
        expect.soft(Condition?.StringEquals?.["aws:SourceAccount"], id).toEqual({ Ref: "AWS::AccountId" });
      }
    }
    expect(services).toBeGreaterThan(5);
  });

  test("only of authorize read hashes of tokens, and of the settings no role reads all", () => {
    const { hub, away } = exampleStacks();
    const settings = [hub, away].flatMap((template) =>
      rolesOf(template).flatMap((role) =>
        statementsOf(template, role)
          .filter(({ resources }) => resources.some((resource) => resource.endsWith("table/oleada-settings")))
          .map(({ condition }) => ({ role, kinds: condition["ForAllValues:StringEquals"]?.["dynamodb:LeadingKeys"] as string[] | undefined })),
      ),
    );
    expect(settings.length).toBeGreaterThan(8);
    for (const { role, kinds } of settings) expect.soft(kinds, role).toBeDefined();
    const readers = settings.filter(({ kinds }) => kinds?.includes("token")).map(({ role }) => role);
    expect(readers).toEqual([expect.stringContaining("Authorize")]);
  });

  test("of the live feed reach the topics of their own deployment", () => {
    const { hub, away } = exampleStacks();
    const topics = [hub, away].flatMap((template) =>
      rolesOf(template)
        .flatMap((role) => statementsOf(template, role))
        .filter(({ actions }) => actions.some((action) => /^iot:(Publish|Receive|Subscribe)$/.test(action)))
        .flatMap(({ resources }) => resources),
    );
    // IoT Core is one for all that an account has in a region; the bucket's name is nobody else's.
    const ours = "oleada-<AWS::AccountId>-us-east-1/runs/*/live";
    expect(topics.map((topic) => topic.split(/:(?:topic|topicfilter)\//)[1])).toEqual([ours, ours, ours]);
    expect(source("crates/aws/src/live.rs")).toContain('format!("{}/runs/{run_id}/live", self.deployment.bucket)');
  });

  test("of workers read scripts, speak in the workers table and write nowhere else", () => {
    const { hub } = exampleStacks();
    const [role] = only(hub, "AWS::IAM::Role", (each) => each.RoleName === "oleada-worker");
    const writes = statementsOf(hub, role).filter(({ actions }) => actions.some((action) => /:(Put|Update|Delete|Batch[A-Z]|Abort)/.test(action) && action !== "dynamodb:BatchGetItem"));
    expect(writes.flatMap(({ resources }) => resources)).toEqual([
      expect.stringMatching(/table\/oleada-workers$/),
      expect.stringMatching(/\/runs\/\*\/workers\/\*$/),
    ]);
  });

  test("of the administrator ask for a second factor and read neither tables nor the bucket", () => {
    const { hub } = exampleStacks();
    const [id, role] = only(hub, "AWS::IAM::Role", (each) => each.RoleName === "OleadaAdministrator");
    const [trust] = role.Properties.AssumeRolePolicyDocument.Statement.map(statement) as Statement[];
    expect(trust?.condition).toMatchObject({ Bool: { "aws:MultiFactorAuthPresent": "true" } });
    const services = statementsOf(hub, id).flatMap(({ actions }) => actions.map((action) => action.split(":")[0]));
    expect(services).not.toContain("dynamodb");
    expect(services).not.toContain("s3");
    expect(services).not.toContain("iam");
  });
});
