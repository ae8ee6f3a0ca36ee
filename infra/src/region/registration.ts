import { type CfnResource, CfnCondition, CfnParameter, CustomResource, Duration, Fn } from "aws-cdk-lib";
import { Construct } from "constructs";

import { type Fleet, RustFunction } from "../lambda.ts";
import type { Permissions } from "../permissions.ts";
import type { Network } from "./network.ts";
import { CONTAINER, LOG_PREFIX } from "./workers.ts";

/** Offers this region in the hub's settings, and takes it back when the stack goes; see lambdas/region. */
export class Registration extends Construct {
  constructor(scope: Construct, fleet: Fleet, may: Permissions, region: string, network: Network) {
    super(scope, "Registration");
    const { names } = fleet;
    const register = new RustFunction(this, "Register", fleet, "region", {
      description: "Registers this region in the hub's settings",
      timeout: Duration.seconds(60),
      memory: 256,
      permissions: [may.settings(["region"], "PutItem", "DeleteItem")],
    });
    const site = new CustomResource(this, "Site", {
      resourceType: "Custom::OleadaRegion",
      serviceToken: register.lambda.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: {
        region,
        cluster: names.cluster,
        taskDefinition: names.family,
        container: CONTAINER,
        subnets: network.subnetIds,
        securityGroups: [network.securityGroup.securityGroupId],
        publicIp: network.publicIp,
        logGroup: names.workerLogGroup,
        logPrefix: LOG_PREFIX,
      },
    });
    // Its permissions must be there before it is asked, and for as long as it may be asked again.
    site.node.addDependency(register.role);
    if (fleet.config.image.kind === "built") (site.node.defaultChild as CfnResource).cfnOptions.condition = this.hasImage();
  }

  /** The repository comes with the stack, so a new region has no image at first; scripts/deploy says when it has. */
  private hasImage(): CfnCondition {
    const said = new CfnParameter(this, "ImageIsThere", {
      description: "Whether the repository has the image that tasks name; the region is not on offer before",
      type: "String",
      allowedValues: ["true", "false"],
      default: "true",
    });
    said.overrideLogicalId("HasImage");
    return new CfnCondition(this, "OnOffer", { expression: Fn.conditionEquals(said.valueAsString, "true") });
  }
}
