import { describe, expect, test } from "vitest";

import { exampleStacks, flat, ofType, only, source } from "./support.ts";

const alarms = () => ofType(exampleStacks().hub, "AWS::CloudWatch::Alarm").map(([, alarm]) => alarm.Properties);

describe("alarms", () => {
  test("are told of, and each has its chapter in docs/operations.md", () => {
    const { hub } = exampleStacks();
    const [topic] = only(hub, "AWS::SNS::Topic");
    const chapters = [...(source("docs/operations.md").split("## Alarms")[1] ?? "").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => `oleada-${name}`);
    expect(alarms().map(({ AlarmName }) => AlarmName).sort()).toEqual(chapters.sort());
    for (const { AlarmActions, AlarmName } of alarms()) expect.soft(AlarmActions.map(flat), AlarmName).toEqual([`<${topic}>`]);
    expect(only(hub, "AWS::SNS::Subscription")[1].Properties).toMatchObject({ Protocol: "email", Endpoint: "you@example.com" });
  });

  test("may publish to their topic, and nothing else may", () => {
    const { hub } = exampleStacks();
    const [topic] = only(hub, "AWS::SNS::Topic");
    const { Properties } = only(hub, "AWS::SNS::TopicPolicy")[1];
    const allowed = Properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === "Allow");
    expect(allowed.map(({ Action, Principal, Resource }: any) => [Action, Principal, flat(Resource)])).toEqual([
      ["sns:Publish", { Service: "cloudwatch.amazonaws.com" }, `<${topic}>`],
    ]);
    expect(allowed[0].Condition.StringEquals).toEqual({ "aws:SourceAccount": { Ref: "AWS::AccountId" } });
    expect(flat(allowed[0].Condition.ArnLike["aws:SourceArn"])).toBe("arn:<AWS::Partition>:cloudwatch:us-east-1:<AWS::AccountId>:alarm:oleada-*");
  });

  test("ring when the sweep is silent, and otherwise not for silence", () => {
    const silent = alarms().filter(({ TreatMissingData }) => TreatMissingData === "breaching");
    expect(silent.map(({ AlarmName }) => AlarmName)).toEqual(["oleada-sweep-silent"]);
    expect(silent[0]?.ComparisonOperator).toBe("LessThanThreshold");
  });

  test("of an execution count what a rule cleans up, not runs that failed for a reason of their own", () => {
    const [broken] = alarms().filter(({ AlarmName }) => AlarmName === "oleada-executions-broken");
    const names = broken?.Metrics.flatMap((each: any) => each.MetricStat?.Metric.MetricName ?? []);
    expect(names).toEqual(["ExecutionsAborted", "ExecutionsTimedOut"]);
  });
});

test("one dashboard shows every alarm and every region's live feed", () => {
  const body = flat(only(exampleStacks().hub, "AWS::CloudWatch::Dashboard")[1].Properties.DashboardBody);
  for (const [id] of ofType(exampleStacks().hub, "AWS::CloudWatch::Alarm")) expect.soft(body).toContain(`<${id}.Arn>`);
  for (const region of ["us-east-1", "sa-east-1"]) expect.soft(body).toContain(`"region":"${region}"`);
});

/**
 * USD a month in us-east-1, read in November 2026: https://aws.amazon.com/{cloudwatch,ecr,vpc,waf,privatelink,secrets-manager,kms,lambda}/pricing/.
 * Of what is billed by use there is only the sweep at rest.
 */
const PRICES = {
  alarmMetric: 0.1,
  dashboard: 3,
  imageGb: 0.1,
  natGateway: 32.85,
  publicAddress: 3.65,
  webAcl: 5,
  endpointOfInterface: 7.3,
  secret: 0.4,
  key: 1,
  millionInvocations: 0.2,
  gbSecond: 0.0000166667,
};
const MINUTES_A_MONTH = 30 * 24 * 60;
/** A guess on the safe side: it looks, and finds nothing to do. */
const SWEEP_SECONDS = 2;

test("a hub and two regions cost less than 5 USD a month at rest", () => {
  const { all } = exampleStacks();
  const count = (type: string) => all.flatMap((template) => ofType(template, type)).length;
  const alarmMetrics = alarms()
    .map(({ Metrics }) => Metrics?.filter((each: any) => each.MetricStat !== undefined).length ?? 1)
    .reduce((sum, metrics) => sum + metrics, 0);
  const interfaces = all.flatMap((template) => ofType(template, "AWS::EC2::VPCEndpoint")).filter(([, { Properties }]) => Properties.VpcEndpointType !== "Gateway").length;
  const everyMinutes = Number(/^rate\((\d+) minutes\)$/.exec(only(exampleStacks().hub, "AWS::Scheduler::Schedule")[1].Properties.ScheduleExpression)?.[1]);
  const sweeps = MINUTES_A_MONTH / everyMinutes;
  const sweepGb = only(exampleStacks().hub, "AWS::Lambda::Function", ({ FunctionName }) => FunctionName === "oleada-sweep")[1].Properties.MemorySize / 1024;
  const cost =
    (sweeps * PRICES.millionInvocations) / 1e6 +
    sweeps * sweepGb * SWEEP_SECONDS * PRICES.gbSecond +
    // The first three dashboards of an account are free, and ten of its alarms; nothing is counted as free here.
    alarmMetrics * PRICES.alarmMetric +
    count("AWS::EC2::NatGateway") * PRICES.natGateway +
    count("AWS::EC2::EIP") * PRICES.publicAddress +
    count("AWS::WAFv2::WebACL") * PRICES.webAcl +
    count("AWS::SecretsManager::Secret") * PRICES.secret +
    count("AWS::KMS::Key") * PRICES.key +
    interfaces * PRICES.endpointOfInterface +
    // Five images of 0.7 GB in each region.
    count("AWS::ECR::Repository") * 5 * 0.7 * PRICES.imageGb;
  expect(count("AWS::CloudWatch::Dashboard")).toBeLessThanOrEqual(3);
  expect(cost).toBeGreaterThan(1);
  expect(cost).toBeLessThan(5);
  const told = source("docs/operations.md");
  expect(/^\| alarms: (\d+) metrics at 0\.10/m.exec(told)?.[1]).toBe(String(alarmMetrics));
  expect(/^\| the sweep: ([\d,]+) short invocations/m.exec(told)?.[1]).toBe(sweeps.toLocaleString("en-US"));
  // Nothing that bills by the hour has come in unseen.
  for (const type of ["AWS::RDS::DBInstance", "AWS::EC2::Instance", "AWS::ECS::Service", "AWS::ElasticLoadBalancingV2::LoadBalancer"]) expect(count(type)).toBe(0);
});
