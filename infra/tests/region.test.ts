import { describe, expect, test } from "vitest";

import type { Network } from "../src/config.ts";
import { fixed } from "../src/region/network.ts";
import { example, exampleStacks, flat, ofType, only, source, synthesise, type Template } from "./support.ts";

const task = () => only(exampleStacks().away, "AWS::ECS::TaskDefinition")[1].Properties;
const container = () => task().ContainerDefinitions[0];

describe("a worker's task", () => {
  test("has the time to save what it measured", () => {
    expect(container().StopTimeout).toBe(120);
  });

  test("never waits for its log, and says so", () => {
    expect(container().LogConfiguration).toMatchObject({ LogDriver: "awslogs", Options: { mode: "non-blocking", "awslogs-region": "sa-east-1", "awslogs-stream-prefix": "worker" } });
    expect(Number.parseInt(container().LogConfiguration.Options["max-buffer-size"], 10)).toBe(25 * 1024 * 1024);
  });

  test("writes to its own disk only, and has no capability of root", () => {
    expect(container().ReadonlyRootFilesystem).toBe(true);
    expect(container().LinuxParameters).toEqual({ Capabilities: { Drop: ["ALL"] }, InitProcessEnabled: true });
    expect(container().MountPoints.map((mount: any) => mount.ContainerPath)).toEqual(["/work", "/tmp"]);
    expect(container().Privileged ?? false).toBe(false);
  });

  test("is the one that launches start: family, container, log stream", () => {
    const resources = source("crates/cli/src/resources.rs");
    const word = (name: string) => new RegExp(`const ${name}: &str = "([^"]+)"`).exec(resources)?.[1];
    const site = only(exampleStacks().away, "Custom::OleadaRegion")[1].Properties;
    expect(container().Name).toBe(word("CONTAINER"));
    expect(site).toMatchObject({ container: word("CONTAINER"), logPrefix: word("LOG_PREFIX"), logGroup: word("LOG_GROUP"), taskDefinition: task().Family, region: "sa-east-1", publicIp: true });
  });

  test("runs on the processor that its image is for", () => {
    expect(task().RuntimePlatform).toEqual({ CpuArchitecture: "X86_64", OperatingSystemFamily: "LINUX" });
    const other = synthesise(example({ image: { kind: "built", architecture: "arm64" } }))["oleada-sa-east-1"];
    if (other === undefined) throw new Error("there is no region");
    expect(only(other, "AWS::ECS::TaskDefinition")[1].Properties.RuntimePlatform.CpuArchitecture).toBe("ARM64");
  });

  test("may run on Spot", () => {
    const { Properties } = only(exampleStacks().away, "AWS::ECS::ClusterCapacityProviderAssociations")[1];
    expect(Properties.CapacityProviders).toEqual(["FARGATE", "FARGATE_SPOT"]);
    expect(source("crates/aws/src/fleet.rs")).toContain('"FARGATE_SPOT"');
  });
});

describe("a region", () => {
  test("registers every field that the settings keep of it", () => {
    const fields = /pub struct Site \{([^]+?)\n\}/.exec(source("crates/aws/src/settings.rs"))?.[1] ?? "";
    const names = [...fields.matchAll(/pub (\w+):/g)].map(([, name]) => (name ?? "").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
    expect(names.length).toBeGreaterThan(8);
    const { ServiceToken, ServiceTimeout, ...given } = only(exampleStacks().away, "Custom::OleadaRegion")[1].Properties;
    expect(flat(ServiceToken)).toMatch(/^<\w+\.Arn>$/);
    expect(Number(ServiceTimeout)).toBeLessThanOrEqual(300);
    // Tasks run on Fargate here, and on no machine of their own.
    expect([...Object.keys(given), "machine"].sort()).toEqual(names.sort());
  });

  test("says what its network is, in words that change with what cannot be changed in place", () => {
    expect(exampleStacks().home.Outputs.Network?.Value).toBe("public 10.40.0.0/16");
    const said = (network: Network) => fixed(network);
    expect(said({ kind: "private", cidr: "10.40.0.0/16" })).toBe("private 10.40.0.0/16");
    expect(said({ kind: "public", cidr: "10.40.0.0/16", zones: ["us-east-1b", "us-east-1c"] })).toBe("public 10.40.0.0/16 us-east-1b us-east-1c");
    // Which subnets of somebody else's VPC are used is a matter of the registration alone.
    const existing = { kind: "existing", vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"], publicIp: true } as const;
    expect(said({ ...existing, subnetIds: [...existing.subnetIds] })).toBe(said({ ...existing, subnetIds: [], publicIp: false }));
  });

  test("is on offer last, and goes first", () => {
    const { away } = exampleStacks();
    const [, site] = only(away, "Custom::OleadaRegion");
    for (const type of ["AWS::ECS::TaskDefinition", "AWS::ECS::Cluster", "AWS::EC2::SecurityGroup", "AWS::Logs::SubscriptionFilter"]) {
      expect.soft(site.DependsOn, type).toContain(only(away, type)[0]);
    }
    expect(site.DependsOn?.some((id) => id.startsWith("RegistrationRegisterRoleDefaultPolicy"))).toBe(true);
  });

  test("is not on offer before it has the image that is built for it", () => {
    const { away } = exampleStacks();
    const [, site] = only(away, "Custom::OleadaRegion");
    expect(away.Parameters.HasImage).toMatchObject({ Default: "true", AllowedValues: ["true", "false"] });
    expect(away.Conditions[site.Condition ?? ""]).toEqual({ "Fn::Equals": [{ Ref: "HasImage" }, "true"] });

    const uri = `public.ecr.aws/a1b2/load-tester@sha256:${"a".repeat(64)}`;
    const elsewhere = synthesise(example({ image: { kind: "public", architecture: "x86_64", uri } }))["oleada-sa-east-1"];
    if (elsewhere === undefined) throw new Error("there is no region");
    expect(elsewhere.Parameters.HasImage).toBeUndefined();
    expect(only(elsewhere, "Custom::OleadaRegion")[1].Condition).toBeUndefined();
  });

  test("passes ticks to the hub's IoT Core and nothing else", () => {
    const { away } = exampleStacks();
    const { Properties } = only(away, "AWS::Logs::SubscriptionFilter")[1];
    const [publish] = only(away, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-publish-live");
    expect(flat(Properties.DestinationArn)).toBe(`<${publish}.Arn>`);
    expect(source("crates/cli/src/resources.rs")).toContain(`r#"${Properties.FilterPattern}"#`);
    expect(only(away, "AWS::Lambda::EventInvokeConfig")[1].Properties).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
  });

  test("forwards stopped tasks to the hub, but the hub's own region not to itself", () => {
    const { home, away } = exampleStacks();
    expect(ofType(home, "AWS::Events::Rule")).toEqual([]);
    const { Properties } = only(away, "AWS::Events::Rule")[1];
    expect(Properties.Targets.map((target: any) => flat(target.Arn))).toEqual(["arn:<AWS::Partition>:events:us-east-1:<AWS::AccountId>:event-bus/default"]);
    expect(Properties.EventPattern).toMatchObject({ source: ["aws.ecs"], "detail-type": ["ECS Task State Change"], detail: { lastStatus: ["STOPPED"] } });
  });

  test("keeps images that cannot change under their names", () => {
    const { Properties } = only(exampleStacks().away, "AWS::ECR::Repository")[1];
    expect(Properties).toMatchObject({ ImageTagMutability: "IMMUTABLE", ImageScanningConfiguration: { ScanOnPush: true } });
    expect(flat(container().Image)).toMatch(/:tag"?/);
  });
});

describe("networks", () => {
  const withNetwork = (network: Network): Template => {
    const stack = synthesise(example({ regions: [{ region: "sa-east-1", network }] }))["oleada-sa-east-1"];
    if (stack === undefined) throw new Error("there is no region");
    return stack;
  };
  const nothingComesIn = (template: Template) => {
    const { Properties } = only(template, "AWS::EC2::SecurityGroup")[1];
    expect(Properties.SecurityGroupIngress).toBeUndefined();
    expect(ofType(template, "AWS::EC2::SecurityGroupIngress")).toEqual([]);
  };

  test("public: two zones, room for thousands, nothing to pay at rest", () => {
    const { away } = exampleStacks();
    nothingComesIn(away);
    const subnets = ofType(away, "AWS::EC2::Subnet").map(([, subnet]) => subnet.Properties);
    expect(subnets.map(({ CidrBlock }) => CidrBlock)).toEqual(["10.41.0.0/20", "10.41.16.0/20"]);
    expect(new Set(subnets.map(({ AvailabilityZone }) => flat(AvailabilityZone))).size).toBe(2);
    expect(ofType(away, "AWS::EC2::NatGateway")).toEqual([]);
    const endpoints = ofType(away, "AWS::EC2::VPCEndpoint").map(([, endpoint]) => endpoint.Properties);
    expect(endpoints.every(({ VpcEndpointType }) => VpcEndpointType === "Gateway")).toBe(true);
    expect(endpoints.map(({ ServiceName }) => flat(ServiceName).split(".").at(-1)).sort()).toEqual(["dynamodb", "s3"]);
  });

  test("are in the zones that are named, where Fargate is not in the first two", () => {
    const zones = ["sa-east-1b", "sa-east-1c"];
    const stack = withNetwork({ kind: "public", cidr: "10.41.0.0/16", zones });
    expect(ofType(stack, "AWS::EC2::Subnet").map(([, { Properties }]) => Properties.AvailabilityZone)).toEqual(zones);
  });

  test("private: targets see two addresses that stay", () => {
    const stack = withNetwork({ kind: "private", cidr: "10.41.0.0/16" });
    nothingComesIn(stack);
    const gateways = ofType(stack, "AWS::EC2::NatGateway").map(([, gateway]) => flat(gateway.Properties.AllocationId));
    const addresses = ofType(stack, "AWS::EC2::EIP").map(([id]) => `<${id}.AllocationId>`);
    expect(addresses).toHaveLength(2);
    expect(gateways.sort()).toEqual(addresses.sort());
    expect(flat(stack.Outputs.EgressAddresses?.Value)).toMatch(/PublicIp>, <\w+\.PublicIp>$/);
    const site = only(stack, "Custom::OleadaRegion")[1].Properties;
    expect(site.publicIp).toBe(false);
    for (const subnet of site.subnets.map(flat)) expect(subnet).toMatch(/Private/);
  });

  test("existing: as it is, with a security group of ours", () => {
    const stack = withNetwork({ kind: "existing", vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"], publicIp: false });
    nothingComesIn(stack);
    expect(ofType(stack, "AWS::EC2::VPC")).toEqual([]);
    expect(only(stack, "AWS::EC2::SecurityGroup")[1].Properties.VpcId).toBe("vpc-0123456789abcdef0");
    expect(only(stack, "Custom::OleadaRegion")[1].Properties).toMatchObject({ subnets: ["subnet-0123456789abcdef0"], publicIp: false });
  });
});
