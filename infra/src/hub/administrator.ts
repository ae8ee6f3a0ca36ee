import { ArnFormat, CfnOutput, Stack } from "aws-cdk-lib";
import { AccountRootPrincipal, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

import { allow, explain } from "../findings.ts";
import type { Names } from "../names.ts";

/**
 * The role of whoever operates the deployment: look at everything it does, stop what runs away, manage its users. It
 * deploys nothing, and reads neither tokens nor what teams test.
 */
export class Administrator extends Construct {
  constructor(scope: Construct, names: Names, userPoolArn: string | undefined) {
    super(scope, "Administrator");
    const stack = Stack.of(this);
    const everywhere = (service: string, resource: string, resourceName: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME) =>
      stack.formatArn({ service, region: "*", resource, resourceName, arnFormat });
    const role = new Role(this, "Role", {
      roleName: names.administratorRole,
      description: "Operates Oleada; asks for a second factor",
      assumedBy: new AccountRootPrincipal().withConditions({
        Bool: { "aws:MultiFactorAuthPresent": "true" },
        NumericLessThan: { "aws:MultiFactorAuthAge": "43200" },
      }),
    });
    const may = (actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>) =>
      allow(role, new PolicyStatement({ actions, resources, ...(conditions === undefined ? {} : { conditions }) }));

    may(
      ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"],
      [
        everywhere("logs", "log-group", `/aws/lambda/${names.prefix}-*`, ArnFormat.COLON_RESOURCE_NAME),
        everywhere("logs", "log-group", `/aws/vendedlogs/states/${names.prefix}-*`, ArnFormat.COLON_RESOURCE_NAME),
        everywhere("logs", "log-group", `/${names.prefix}/*`, ArnFormat.COLON_RESOURCE_NAME),
      ],
    );
    // These know no resources, or are asked of all at once.
    may(
      ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery"],
      ["*"],
    );
    may(["cloudwatch:GetDashboard"], [stack.formatArn({ service: "cloudwatch", region: "", resource: "dashboard", resourceName: names.prefix })]);
    may(["cloudwatch:DescribeAlarmHistory"], [everywhere("cloudwatch", "alarm", `${names.prefix}-*`, ArnFormat.COLON_RESOURCE_NAME)]);
    may(["states:DescribeStateMachine", "states:ListExecutions"], [names.stateMachineArn(stack)]);
    may(["states:DescribeExecution", "states:GetExecutionHistory"], [names.executionsArn(stack)]);
    const cluster = { ArnLike: { "ecs:cluster": everywhere("ecs", "cluster", names.cluster) } };
    may(["ecs:ListTasks"], ["*"], cluster);
    may(["ecs:DescribeTasks", "ecs:StopTask"], [everywhere("ecs", "task", `${names.cluster}/*`)], cluster);
    may(["ecs:DescribeClusters"], [everywhere("ecs", "cluster", names.cluster)]);
    may(
      ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      [stack.formatArn({ service: "sqs", resource: `${names.prefix}-dead-letters` })],
    );
    may(["lambda:InvokeFunction"], [stack.formatArn({ service: "lambda", resource: "function", resourceName: names.lambda("sweep"), arnFormat: ArnFormat.COLON_RESOURCE_NAME })]);
    may(
      ["cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResources", "cloudformation:DescribeStacks"],
      [everywhere("cloudformation", "stack", `${names.prefix}-*`)],
    );
    if (userPoolArn !== undefined) {
      may(
        [
          "cognito-idp:AdminAddUserToGroup",
          "cognito-idp:AdminCreateUser",
          "cognito-idp:AdminDeleteUser",
          "cognito-idp:AdminDisableUser",
          "cognito-idp:AdminEnableUser",
          "cognito-idp:AdminGetUser",
          "cognito-idp:AdminListGroupsForUser",
          "cognito-idp:AdminRemoveUserFromGroup",
          "cognito-idp:AdminResetUserPassword",
          "cognito-idp:AdminUserGlobalSignOut",
          "cognito-idp:ListGroups",
          "cognito-idp:ListUsers",
          "cognito-idp:ListUsersInGroup",
        ],
        [userPoolArn],
      );
    }
    new CfnOutput(this, "AdministratorRole", { value: role.roleArn }).overrideLogicalId("AdministratorRole");
    explain(role, "IAM5[Resource::*]", "Metrics, alarms and log groups are listed for a whole account, and tasks by a condition on the cluster.");
  }
}
