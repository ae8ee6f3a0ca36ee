import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

import { readTables } from "./definitions.ts";
import type { Names, TableName } from "./names.ts";

/** The kinds of settings; see crates/aws/src/settings.rs. */
export type Setting = "region" | "token" | "idempotency";

/**
 * What the gateways of crates/aws do to AWS, one method for a kind of thing. A function's role is a list of these, and
 * the names of actions are those of the calls that the function makes. A transaction needs the actions of its parts.
 */
export class Permissions {
  private readonly stack: Stack;
  private readonly names: Names;

  constructor(scope: Construct, names: Names) {
    this.stack = Stack.of(scope);
    this.names = names;
  }

  table(table: TableName, ...actions: TableAction[]): PolicyStatement {
    return new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.names.tableArn(this.stack, table)],
    });
  }

  /** Queries of some of the table's indices, each by its name. */
  indices(table: TableName, ...indices: string[]): PolicyStatement {
    const known = readTables().find((definition) => definition.name === table)?.indices ?? [];
    const unknown = indices.find((name) => !known.some((index) => index.name === name));
    if (unknown !== undefined) throw new Error(`the table ${table} has no index ${unknown}`);
    return new PolicyStatement({
      actions: ["dynamodb:Query"],
      resources: indices.map((name) => `${this.names.tableArn(this.stack, table)}/index/${name}`),
    });
  }

  /** Some kinds of settings only: who may read regions may not read the hashes of tokens. */
  settings(kinds: Setting[], ...actions: TableAction[]): PolicyStatement {
    const statement = this.table("settings", ...actions);
    statement.addCondition("ForAllValues:StringEquals", { "dynamodb:LeadingKeys": kinds });
    return statement;
  }

  /** Objects below prefixes, such as `scripts/*`. */
  objects(prefixes: string[], ...actions: ObjectAction[]): PolicyStatement {
    return new PolicyStatement({
      actions: actions.map((action) => `s3:${action}`),
      resources: prefixes.map((prefix) => `${this.names.bucketArn(this.stack)}/${prefix}`),
    });
  }

  /**
   * Lists, without a condition on the prefix: only with this right does S3 say that an object is not there (404) rather
   * than that it is forbidden (403), and the product asks for objects that may not be there.
   */
  bucket(...actions: ("ListBucket" | "ListBucketMultipartUploads")[]): PolicyStatement {
    return new PolicyStatement({
      actions: actions.map((action) => `s3:${action}`),
      resources: [this.names.bucketArn(this.stack)],
    });
  }

  runTask(): PolicyStatement[] {
    const worker = [this.names.workerRole, this.names.executionRole].map((role) => this.names.roleArn(this.stack, role));
    const run = new PolicyStatement({
      actions: ["ecs:RunTask"],
      resources: [this.ecs("task-definition", `${this.names.family}:*`)],
    });
    run.addCondition("ArnLike", { "ecs:cluster": this.ecs("cluster", this.names.cluster) });
    const pass = new PolicyStatement({ actions: ["iam:PassRole"], resources: worker });
    pass.addCondition("StringEquals", { "iam:PassedToService": "ecs-tasks.amazonaws.com" });
    return [run, pass];
  }

  tasks(...actions: ("DescribeTasks" | "StopTask")[]): PolicyStatement {
    const statement = new PolicyStatement({
      actions: actions.map((action) => `ecs:${action}`),
      resources: [this.ecs("task", `${this.names.cluster}/*`)],
    });
    statement.addCondition("ArnLike", { "ecs:cluster": this.ecs("cluster", this.names.cluster) });
    return statement;
  }

  /** ListTasks has no resource of its own on Fargate: the cluster is the limit, as a condition. */
  listTasks(): PolicyStatement {
    const statement = new PolicyStatement({ actions: ["ecs:ListTasks"], resources: ["*"] });
    statement.addCondition("ArnLike", { "ecs:cluster": this.ecs("cluster", this.names.cluster) });
    return statement;
  }

  /** What a region bears, and what of it is in use. The defaults of Service Quotas know no resources. */
  capacity(): PolicyStatement[] {
    const quotas = new PolicyStatement({
      actions: ["servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota"],
      resources: ["*"],
    });
    return [quotas, this.listTasks(), this.tasks("DescribeTasks")];
  }

  /** ECS knows no resource for it. */
  describeTaskDefinitions(): PolicyStatement {
    return new PolicyStatement({ actions: ["ecs:DescribeTaskDefinition"], resources: ["*"] });
  }

  publishLive(): PolicyStatement {
    return new PolicyStatement({ actions: ["iot:Publish"], resources: [this.names.topicArn(this.stack)] });
  }

  workerLogs(): PolicyStatement {
    return new PolicyStatement({
      actions: ["logs:GetLogEvents"],
      resources: [
        this.stack.formatArn({
          service: "logs",
          region: "*",
          resource: "log-group",
          resourceName: `${this.names.workerLogGroup}:log-stream:*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    });
  }

  private ecs(resource: string, resourceName: string): string {
    return this.stack.formatArn({ service: "ecs", region: "*", resource, resourceName });
  }
}

export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "BatchWriteItem"
  | "ConditionCheckItem";

export type ObjectAction =
  | "GetObject"
  | "PutObject"
  | "PutObjectTagging"
  | "DeleteObject"
  | "AbortMultipartUpload"
  | "ListMultipartUploadParts";
