import { ArnFormat, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { CfnRule, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnResourcePolicy, FilterPattern, LogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { allow, explain } from "../findings.ts";
import { type Fleet, RustFunction, WORKING } from "../lambda.ts";
import type { Permissions } from "../permissions.ts";
import { cleaningUp, LISTS_TASKS, type Run } from "./run.ts";

/** What mends a run whose state machine did not: a rule, a sweep, and a queue for events that could not be worked on. */
export class Upkeep extends Construct {
  readonly sweep: RustFunction;
  readonly deadLetters: Queue;
  private readonly notStarted: MetricFilter;

  constructor(scope: Construct, fleet: Fleet, may: Permissions, run: Run) {
    super(scope, "Upkeep");
    const { names, config } = fleet;
    const stack = Stack.of(this);
    this.deadLetters = new Queue(this, "DeadLetters", {
      queueName: `${names.prefix}-dead-letters`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    explain(this.deadLetters, "SQS3", "This is the dead-letter queue.");

    this.sweep = new RustFunction(this, "Sweep", fleet, "sweep", {
      description: "Starts what was queued and never started, and ends what nobody watches any more",
      timeout: WORKING,
      memory: 1769,
      environment: { OLEADA_STATE_MACHINE_ARN: names.stateMachineArn(stack) },
      permissions: [
        ...cleaningUp(may),
        may.indices("runs", "byMonth"),
        may.tasks("DescribeTasks"),
        new PolicyStatement({ actions: ["states:StartExecution"], resources: [names.stateMachineArn(stack)] }),
        new PolicyStatement({ actions: ["states:DescribeExecution"], resources: [names.executionsArn(stack)] }),
      ],
    });
    explain(this.sweep.role, "IAM5[Resource::*]", LISTS_TASKS);
    for (const fn of [this.sweep, run.cleanUp]) {
      allow(fn.role, new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.deadLetters.queueArn] }));
      fn.lambda.configureAsyncInvoke({
        // Not `SqsDestination`, which grants more than to send.
        onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
        maxEventAge: Duration.hours(1),
        retryAttempts: 2,
      });
    }
    this.everyFiveMinutes(names.prefix);

    const target = new LambdaFunction(run.cleanUp.lambda, {
      deadLetterQueue: this.deadLetters,
      maxEventAge: Duration.hours(2),
      retryAttempts: 20,
    });
    // Catch sees neither an abort nor a time-out of the execution itself.
    new Rule(this, "EndedBadly", {
      ruleName: `${names.prefix}-execution-ended-badly`,
      description: "An execution that ended without its clean-up",
      eventPattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"], stateMachineArn: [run.machine.stateMachineArn] },
      },
      targets: [target],
    });
    this.notStarted = this.stoppedTasks(config.logRetentionDays, names.prefix, names.cluster);
  }

  private everyFiveMinutes(prefix: string): void {
    const group = new CfnScheduleGroup(this, "Schedules", { name: prefix });
    const role = new Role(this, "ScheduleRole", {
      description: "Of EventBridge Scheduler when it starts a sweep",
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        // Of a group, as Scheduler tells no more of a schedule than that.
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account, "aws:SourceArn": group.attrArn } },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [this.sweep.lambda.functionArn] }),
          ],
        }),
      },
    });
    new CfnSchedule(this, "SweepSchedule", {
      name: `${prefix}-sweep`,
      groupName: group.ref,
      scheduleExpression: "rate(5 minutes)",
      flexibleTimeWindow: { mode: "OFF" },
      // A sweep that was missed is made up for by the next one.
      target: { arn: this.sweep.lambda.functionArn, roleArn: role.roleArn, retryPolicy: { maximumRetryAttempts: 0 } },
    });
  }

  /** ECS forgets a stopped task after an hour; this log keeps why each one stopped, from every region. */
  private stoppedTasks(retention: number, prefix: string, cluster: string): MetricFilter {
    const stack = Stack.of(this);
    const logs = new LogGroup(this, "StoppedTasks", {
      logGroupName: `/${prefix}/stopped-tasks`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const rule = new CfnRule(this, "TaskStopped", {
      name: `${prefix}-task-stopped`,
      description: "A worker's task has stopped, in any region: the regions forward these events to this one",
      eventPattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        account: [stack.account],
        detail: { lastStatus: ["STOPPED"], clusterArn: [{ suffix: `:cluster/${cluster}` }] },
      },
      targets: [{ id: "log", arn: stack.formatArn({ service: "logs", resource: "log-group", resourceName: logs.logGroupName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }) }],
    });
    const writer = { Effect: "Allow", Principal: { Service: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }, Resource: logs.logGroupArn };
    new CfnResourcePolicy(this, "StoppedTasksPolicy", {
      policyName: `${prefix}-stopped-tasks`,
      policyDocument: stack.toJsonString({
        Version: "2012-10-17",
        Statement: [
          // As in the policies that AWS shows, the rule is a condition of what is written, and not of making a stream for it.
          // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
          { ...writer, Action: "logs:CreateLogStream" },
          { ...writer, Action: "logs:PutLogEvents", Condition: { ArnEquals: { "aws:SourceArn": rule.attrArn } } },
        ],
      }),
    });
    return new MetricFilter(this, "NotStarted", {
      logGroup: logs,
      filterPattern: FilterPattern.stringValue("$.detail.stopCode", "=", "TaskFailedToStart"),
      metricNamespace: "Oleada",
      metricName: "tasksNotStarted",
      metricValue: "1",
    });
  }

  /** Tasks of all regions that ECS could not start. */
  tasksNotStarted(period: Duration): Metric {
    return this.notStarted.metric({ statistic: "Sum", period });
  }
}
