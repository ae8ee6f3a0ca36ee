import { Role, ServicePrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { ArnFormat, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";

import { allow, explain } from "../findings.ts";
import type { Names } from "../names.ts";
import type { Permissions } from "../permissions.ts";

/**
 * The roles of workers, one pair for all regions: roles know no region, and the functions that start workers may pass
 * exactly these two.
 */
export class WorkerRoles extends Construct {
  constructor(scope: Construct, names: Names, may: Permissions) {
    super(scope, "WorkerRoles");
    const stack = Stack.of(this);
    const assumedBy = new ServicePrincipal("ecs-tasks.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": stack.account } },
    });
    const worker = new Role(this, "Worker", {
      roleName: names.workerRole,
      description: "What a load worker may do: read its run and its script, speak for its place, upload what it measured",
      assumedBy,
    });
    allow(
      worker,
      may.table("runs", "GetItem"),
      may.table("workers", "GetItem", "BatchGetItem", "UpdateItem"),
      may.objects(["scripts/*"], "GetObject"),
      may.objects(["runs/*/workers/*"], "PutObject", "PutObjectTagging"),
    );

    const start = new Role(this, "Start", {
      roleName: names.executionRole,
      description: "What ECS may do to start a load worker: pull its image and write its log",
      assumedBy,
    });
    allow(
      start,
      new PolicyStatement({
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources: [stack.formatArn({ service: "ecr", region: "*", resource: "repository", resourceName: names.repository })],
      }),
    );
    allow(start, new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }));
    explain(start, "IAM5[Resource::*]", "ecr:GetAuthorizationToken knows no resources.");
    allow(
      start,
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [
          stack.formatArn({
            service: "logs",
            region: "*",
            resource: "log-group",
            resourceName: `${names.workerLogGroup}:*`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
    );
  }
}
