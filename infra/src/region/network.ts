import { CfnOutput, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  NatProvider,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { Network as NetworkConfig } from "../config.ts";
import type { Names } from "../names.ts";

/** Two zones: a region with fewer is rare, and a worker does not mind where it runs. */
const ZONES = 2;
/** 4,091 addresses a zone: more than the largest run's workers in a region. */
const SUBNET_MASK = 20;

/**
 * What of a network is for good, always in the same words. CloudFormation makes a new subnet before it deletes the former one,
 * and EC2 refuses the second of two that overlap. Which subnets of somebody else's VPC are used may change at any time.
 */
export function fixed(config: NetworkConfig): string {
  if (config.kind === "existing") return `existing ${config.vpcId}`;
  return [config.kind, config.cidr, ...(config.zones ?? [])].join(" ");
}

/** Where tasks run: a VPC that is made or given, and a security group that lets nothing in. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnetIds: string[];
  readonly publicIp: boolean;
  readonly securityGroup: ISecurityGroup;

  constructor(scope: Construct, config: NetworkConfig, names: Names, retention: number) {
    super(scope, "Network");
    if (config.kind === "existing") {
      // Only its id is used: nothing is looked up, so that a deployment needs no credentials to be synthesised.
      this.vpc = Vpc.fromVpcAttributes(this, "Vpc", { vpcId: config.vpcId, availabilityZones: Stack.of(this).availabilityZones });
      this.subnetIds = config.subnetIds;
      this.publicIp = config.publicIp;
    } else {
      const made = this.make(config.kind, config.cidr, names, retention);
      this.vpc = made;
      this.subnetIds = (config.kind === "private" ? made.privateSubnets : made.publicSubnets).map((subnet) => subnet.subnetId);
      this.publicIp = config.kind === "public";
    }
    new CfnOutput(this, "Made", {
      description: "The network of this region, which cannot be changed in place; scripts/deploy looks",
      value: fixed(config),
    }).overrideLogicalId("Network");
    this.securityGroup = new SecurityGroup(this, "Workers", {
      vpc: this.vpc,
      description: "Load workers: nothing comes in; what they test may be anywhere",
      allowAllOutbound: true,
    });
  }

  private make(kind: "public" | "private", cidr: string, names: Names, retention: number): Vpc {
    const zones = Array.from({ length: ZONES }, (_, zone) => zone);
    const addresses =
      kind === "public"
        ? []
        : zones.map((zone) => new CfnEIP(this, `Address${zone}`, { domain: "vpc", tags: [{ key: "Name", value: `${names.prefix}-${zone}` }] }));
    const vpc = new Vpc(this, "Vpc", {
      vpcName: names.prefix,
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: ZONES,
      natGateways: addresses.length,
      ...(kind === "private" ? { natGatewayProvider: NatProvider.gateway({ eipAllocationIds: addresses.map((each) => each.attrAllocationId) }) } : {}),
      subnetConfiguration: [
        { name: "Public", subnetType: SubnetType.PUBLIC, cidrMask: kind === "public" ? SUBNET_MASK : 28, mapPublicIpOnLaunch: false },
        ...(kind === "private" ? [{ name: "Private", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: SUBNET_MASK }] : []),
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    for (const subnet of [...vpc.publicSubnets, ...vpc.privateSubnets]) {
      Validations.of(subnet).acknowledge({ id: "CloudFormation-Validate::W3010", reason: "Fargate is not in every zone; the deployment file may name two." });
    }
    // What was let through is the load itself, which its results describe; what was refused is worth a look.
    vpc.addFlowLog("Refused", {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, "RefusedLogs", {
          logGroupName: `/${names.prefix}/refused-traffic`,
          retention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        new Role(this, "RefusedRole", {
          description: "Of VPC flow logs, to write what was refused",
          assumedBy: new ServicePrincipal("vpc-flow-logs.amazonaws.com", {
            conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
          }),
        }),
      ),
    });
    if (kind === "private") {
      new CfnOutput(this, "EgressAddresses", {
        description: "The addresses that targets see",
        value: addresses.map((address) => address.attrPublicIp).join(", "),
      }).overrideLogicalId("EgressAddresses");
    }
    return vpc;
  }
}
