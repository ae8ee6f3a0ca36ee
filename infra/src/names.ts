import { ArnFormat, Aws, Stack } from "aws-cdk-lib";

import type { Config } from "./config.ts";

/**
 * What things are called. Names are fixed, so that the stack of a region knows those of the hub without a value that
 * CloudFormation would have to carry across regions.
 */
export class Names {
  readonly prefix: string;
  readonly hub: string;
  private readonly account: string;

  constructor(config: Config, account: string | undefined) {
    this.prefix = config.name;
    this.hub = config.hub;
    this.account = account ?? Aws.ACCOUNT_ID;
  }

  table(table: TableName): string {
    return `${this.prefix}-${table}`;
  }

  lambda(fn: string): string {
    return `${this.prefix}-${fn}`;
  }

  /**
   * Of scripts and results. Bucket names are shared by all accounts. It is written out where somebody deploys: CloudFormation
   * takes up what an earlier deployment left only by names without a function in them.
   * <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html>
   */
  get bucket(): string {
    return `${this.prefix}-${this.account}-${this.hub}`;
  }

  get cluster(): string {
    return this.prefix;
  }

  get family(): string {
    return `${this.prefix}-load-tester`;
  }

  get repository(): string {
    return `${this.prefix}-load-tester`;
  }

  get workerLogGroup(): string {
    return `/${this.prefix}/load-tester`;
  }

  get stateMachine(): string {
    return `${this.prefix}-run`;
  }

  /** Of the worker itself. */
  get workerRole(): string {
    return `${this.prefix}-worker`;
  }

  /** Of ECS when it starts a worker. */
  get executionRole(): string {
    return `${this.prefix}-worker-start`;
  }

  get administratorRole(): string {
    return this.prefix === "oleada" ? "OleadaAdministrator" : `OleadaAdministrator-${this.prefix}`;
  }

  tableArn(stack: Stack, table: TableName): string {
    return stack.formatArn({ service: "dynamodb", region: this.hub, resource: "table", resourceName: this.table(table) });
  }

  stateMachineArn(stack: Stack): string {
    return stack.formatArn({
      service: "states",
      region: this.hub,
      resource: "stateMachine",
      resourceName: this.stateMachine,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  executionsArn(stack: Stack): string {
    return stack.formatArn({
      service: "states",
      region: this.hub,
      resource: "execution",
      resourceName: `${this.stateMachine}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** A role is the same in every region. */
  roleArn(stack: Stack, role: string): string {
    return stack.formatArn({ service: "iam", region: "", resource: "role", resourceName: role });
  }

  bucketArn(stack: Stack): string {
    return stack.formatArn({ service: "s3", region: "", account: "", resource: this.bucket, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }

  /** The live feeds of all runs, as crates/aws/src/live.rs names them. Two deployments in an account must not share any. */
  private get topics(): string {
    return `${this.bucket}/runs/*/live`;
  }

  topicArn(stack: Stack): string {
    return this.iotArn(stack, "topic", this.topics);
  }

  topicFilterArn(stack: Stack): string {
    return this.iotArn(stack, "topicfilter", this.topics);
  }

  iotArn(stack: Stack, resource: string, resourceName: string): string {
    return stack.formatArn({ service: "iot", region: this.hub, resource, resourceName });
  }
}

export type TableName = "scenarios" | "runs" | "workers" | "settings";

/** The variables that every function and worker reads; see crates/aws/src/deployment.rs. */
export function environment(names: Names): Record<string, string> {
  return {
    OLEADA_HUB_REGION: names.hub,
    OLEADA_SCENARIOS_TABLE: names.table("scenarios"),
    OLEADA_RUNS_TABLE: names.table("runs"),
    OLEADA_WORKERS_TABLE: names.table("workers"),
    OLEADA_SETTINGS_TABLE: names.table("settings"),
    OLEADA_BUCKET: names.bucket,
  };
}
