import { Stack } from "aws-cdk-lib";
import { CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

import type { Names } from "../names.ts";

/** Tells the hub of every task that stops here. Executions end in the hub alone, where the state machine is. */
export class Events extends Construct {
  constructor(scope: Construct, names: Names) {
    super(scope, "Events");
    const stack = Stack.of(this);
    const bus = stack.formatArn({ service: "events", region: names.hub, resource: "event-bus", resourceName: "default" });
    const role = new Role(this, "Role", {
      description: `Of EventBridge, to pass events on to ${names.hub}`,
      assumedBy: new ServicePrincipal("events.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": stack.account } },
      }),
      inlinePolicies: {
        forward: new PolicyDocument({ statements: [new PolicyStatement({ actions: ["events:PutEvents"], resources: [bus] })] }),
      },
    });
    new CfnRule(this, "Tasks", {
      name: `${names.prefix}-forward-task-stopped`,
      description: `Tells ${names.hub} of every worker's task that stops here`,
      eventPattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        detail: {
          lastStatus: ["STOPPED"],
          clusterArn: [stack.formatArn({ service: "ecs", resource: "cluster", resourceName: names.cluster })],
        },
      },
      targets: [{ id: "hub", arn: bus, roleArn: role.roleArn }],
    });
  }
}
