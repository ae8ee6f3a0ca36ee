import { RemovalPolicy, Size } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";

import { stateMachine } from "../definitions.ts";
import { explain } from "../findings.ts";
import { type Fleet, type FunctionProps, RustFunction, WORKING } from "../lambda.ts";
import type { Permissions } from "../permissions.ts";

/** The state machine of a run, and the functions that are its states. */
export class Run extends Construct {
  readonly machine: StateMachine;
  readonly functions: RustFunction[];
  readonly cleanUp: RustFunction;

  constructor(scope: Construct, fleet: Fleet, may: Permissions) {
    super(scope, "Run");
    const of = (name: string, id: string, props: Omit<FunctionProps, "timeout">) =>
      new RustFunction(this, id, fleet, name, { timeout: WORKING, ...props });
    const run = may.table("runs", "GetItem", "UpdateItem");
    const site = may.settings(["region"], "GetItem");

    const plan = of("plan", "Plan", {
      description: "Splits the load of a run over regions and workers",
      memory: 256,
      permissions: [run, may.settings(["region"], "Query"), ...may.capacity()],
    });
    explain(plan.role, "IAM5[Resource::*]", READS_QUOTAS);
    const launch = of("launch", "Launch", {
      description: "Starts the workers of a region",
      memory: 512,
      permissions: [run, site, may.table("workers", "GetItem", "Query", "UpdateItem"), ...may.runTask()],
    });
    const ready = of("ready", "Ready", {
      description: "Waits until the workers of a region stand at their gates, and starts missing ones again",
      memory: 512,
      permissions: [
        run,
        site,
        may.table("workers", "GetItem", "Query", "UpdateItem"),
        ...may.runTask(),
        may.tasks("DescribeTasks"),
      ],
    });
    const release = of("release", "Release", {
      description: "Says when all gates open",
      memory: 256,
      permissions: [run, may.table("workers", "GetItem", "Query", "UpdateItem")],
    });
    const watch = of("watch", "Watch", {
      description: "Keeps the lease of a region and folds what its workers uploaded",
      memory: 1024,
      disk: Size.gibibytes(4),
      permissions: [
        run,
        site,
        may.table("workers", "GetItem", "Query", "UpdateItem"),
        may.tasks("DescribeTasks"),
        may.bucket("ListBucket", "ListBucketMultipartUploads"),
        may.objects(["runs/*"], "GetObject"),
        may.objects(["runs/*/result/live/*"], "PutObject", "DeleteObject", "AbortMultipartUpload"),
      ],
    });
    const collect = of("collect", "Collect", {
      description: "Merges what the workers measured and ends the run",
      memory: 1769,
      disk: Size.gibibytes(4),
      permissions: collecting(may),
    });
    this.cleanUp = of("clean-up", "CleanUp", {
      description: "Sees to it that nothing of a run is left running",
      memory: 1769,
      disk: Size.gibibytes(4),
      permissions: cleaningUp(may),
    });
    explain(this.cleanUp.role, "IAM5[Resource::*]", LISTS_TASKS);
    this.functions = [plan, launch, ready, release, watch, collect, this.cleanUp];

    const logs = new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${fleet.names.stateMachine}`,
      retention: fleet.config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.machine = new StateMachine(this, "Machine", {
      stateMachineName: fleet.names.stateMachine,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(stateMachine()),
      definitionSubstitutions: {
        PlanArn: plan.lambda.functionArn,
        LaunchArn: launch.lambda.functionArn,
        ReadyArn: ready.lambda.functionArn,
        ReleaseArn: release.lambda.functionArn,
        WatchArn: watch.lambda.functionArn,
        CollectArn: collect.lambda.functionArn,
        CleanUpArn: this.cleanUp.lambda.functionArn,
      },
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: true },
    });
    for (const each of this.functions) this.invokes(each);
    explain(this.machine.role, "IAM5[Resource::*]", "The actions of X-Ray and of log delivery, which Step Functions documents for these two, know no resources.");
  }

  /** The exact function: `grantInvoke` would allow all of its versions too. */
  private invokes(fn: RustFunction): void {
    this.machine.addToRolePolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [fn.lambda.functionArn] }),
    );
  }
}

/** Why `*` stands for the resource of ecs:ListTasks. */
export const LISTS_TASKS = "ecs:ListTasks knows no resource on Fargate; a condition on the cluster is its limit.";

/** Why `*` stands for the resource of what tells how much there may be and how much there is. */
export const READS_QUOTAS =
  "The defaults of Service Quotas know no resources, and quotas are read beside them; ecs:DescribeTaskDefinition none either, and ecs:ListTasks none on Fargate, where a condition on the cluster is its limit.";

/** What ends a run; clean-up and sweep do it too, when nobody else did. */
export function collecting(may: Permissions): PolicyStatement[] {
  return [
    may.table("runs", "GetItem", "UpdateItem"),
    may.table("scenarios", "GetItem", "UpdateItem"),
    may.table("workers", "GetItem", "Query", "UpdateItem"),
    may.bucket("ListBucket"),
    may.objects(["runs/*"], "GetObject"),
    may.objects(["runs/*/result/*"], "PutObject"),
  ];
}

export function cleaningUp(may: Permissions): PolicyStatement[] {
  return [
    ...collecting(may),
    may.settings(["region"], "Query"),
    may.listTasks(),
    may.tasks("DescribeTasks", "StopTask"),
    may.bucket("ListBucketMultipartUploads"),
    // Completes, or gives up, what a killed worker had begun to upload.
    may.objects(["runs/*/workers/*"], "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"),
  ];
}
