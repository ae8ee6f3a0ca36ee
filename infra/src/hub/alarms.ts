import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

import type { Config } from "../config.ts";
import type { Names } from "../names.ts";
import type { Api } from "./api.ts";
import type { Run } from "./run.ts";
import type { Upkeep } from "./upkeep.ts";

interface Watched {
  /** Its chapter in docs/operations.md. */
  name: string;
  says: string;
  metric: IMetric;
  /** The alarm rings at this value, or above; below, where `atMost` says so. */
  threshold: number;
  isFloor?: boolean;
  periods?: number;
}

/** What wakes somebody up. docs/operations.md says of each what to do. */
export class Alarms extends Construct {
  readonly all: Alarm[];

  constructor(scope: Construct, config: Config, names: Names, api: Api, run: Run, upkeep: Upkeep) {
    super(scope, "Alarms");
    const topic = new Topic(this, "Topic", { topicName: `${names.prefix}-alarms`, enforceSSL: true });
    // A topic with a policy has lost the one that lets the account's services publish; `SnsAction` adds nothing to it.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": Stack.of(this).account },
          ArnLike: {
            "aws:SourceArn": Stack.of(this).formatArn({
              service: "cloudwatch",
              resource: "alarm",
              resourceName: `${names.prefix}-*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    topic.addSubscription(new EmailSubscription(config.administratorEmail));
    const alarms: Watched[] = [
      { name: "api-errors", says: "The API answers with 5xx", metric: api.rest.metricServerError({ statistic: "Sum", period: FIVE }), threshold: 5 },
      { name: "api-slow", says: "One request in a hundred takes 5 seconds", metric: api.rest.metricLatency({ statistic: "p99", period: FIVE }), threshold: 5_000, periods: 3 },
      {
        name: "executions-broken",
        says: "An execution of the state machine was aborted or timed out: the run is cleaned up by a rule, but nothing of the product does this",
        metric: sum([run.machine.metricAborted({ period: FIVE }), run.machine.metricTimedOut({ period: FIVE })]),
        threshold: 1,
      },
      { name: "clean-up-errors", says: "Clean-up fails: tasks of a run may be left", metric: run.cleanUp.lambda.metricErrors({ period: FIFTEEN }), threshold: 1 },
      { name: "sweep-errors", says: "The sweep fails: runs that broke off stay as they are", metric: upkeep.sweep.lambda.metricErrors({ period: FIFTEEN }), threshold: 1 },
      {
        name: "sweep-silent",
        says: "The sweep has not run for a quarter of an hour",
        metric: upkeep.sweep.lambda.metricInvocations({ period: FIFTEEN }),
        threshold: 1,
        isFloor: true,
      },
      {
        name: "throttles",
        says: "Lambda refuses invocations: the account's concurrency is used up",
        metric: sum([api.api, ...run.functions].map((each) => each.lambda.metricThrottles({ period: FIVE }))),
        threshold: 1,
      },
      { name: "dead-letters", says: "An event could not be worked on", metric: upkeep.deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE }), threshold: 1 },
      {
        name: "tables-throttled",
        says: "DynamoDB refuses reads or writes",
        metric: sum((["runs", "workers"] as const).flatMap((table) => throttles(names.table(table)))),
        threshold: 50,
      },
      { name: "tasks-not-started", says: "Workers' tasks do not start: image, network or capacity", metric: upkeep.tasksNotStarted(FIVE), threshold: 10 },
    ];
    this.all = alarms.map((alarm) => {
      const made = new Alarm(this, alarm.name, {
        alarmName: `${names.prefix}-${alarm.name}`,
        alarmDescription: `${alarm.says}. See docs/operations.md.`,
        metric: alarm.metric,
        threshold: alarm.threshold,
        evaluationPeriods: alarm.periods ?? 1,
        comparisonOperator:
          alarm.isFloor === true ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Nothing happens where nobody tests; but a sweep that is not there is what its alarm is for.
        treatMissingData: alarm.isFloor === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      made.addAlarmAction(new SnsAction(topic));
      made.addOkAction(new SnsAction(topic));
      return made;
    });
  }
}

const FIVE = Duration.minutes(5);
const FIFTEEN = Duration.minutes(15);

function throttles(table: string): Metric[] {
  return ["ReadThrottleEvents", "WriteThrottleEvents"].map(
    (metricName) =>
      new Metric({ namespace: "AWS/DynamoDB", metricName, dimensionsMap: { TableName: table }, statistic: "Sum", period: FIVE }),
  );
}

/** Where a metric has no value it counts as 0. */
function sum(metrics: IMetric[]): MathExpression {
  const names = metrics.map((_, index) => `m${index}`);
  return new MathExpression({
    expression: names.map((name) => `FILL(${name}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    period: FIVE,
  });
}
