import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { FilterPattern, LogGroup, SubscriptionFilter } from "aws-cdk-lib/aws-logs";
import { LambdaDestination } from "aws-cdk-lib/aws-logs-destinations";
import { Construct } from "constructs";

import { type Fleet, RustFunction } from "../lambda.ts";
import type { Permissions } from "../permissions.ts";

/** The log of this region's workers, whose ticks go to the hub's IoT Core. */
export class Live extends Construct {
  readonly logs: LogGroup;

  constructor(scope: Construct, fleet: Fleet, may: Permissions) {
    super(scope, "Live");
    this.logs = new LogGroup(this, "Logs", {
      logGroupName: fleet.names.workerLogGroup,
      retention: fleet.config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const publish = new RustFunction(this, "Publish", fleet, "publish-live", {
      description: "Passes what workers say of themselves on to whoever watches their run",
      timeout: Duration.seconds(30),
      memory: 256,
      permissions: [may.publishLive()],
    });
    // Nobody looks at a tick that is a minute old; its figures are in the results all the same. So nothing is kept of a
    // delivery that failed: readers see the hole by the ticks' numbers.
    publish.lambda.configureAsyncInvoke({ maxEventAge: Duration.minutes(1), retryAttempts: 1 });
    new SubscriptionFilter(this, "Ticks", {
      logGroup: this.logs,
      filterName: "live",
      filterPattern: FilterPattern.literal('{ $.kind = "tick" }'),
      destination: new LambdaDestination(publish.lambda),
    });
  }
}
