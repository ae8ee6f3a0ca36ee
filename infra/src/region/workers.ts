import { CfnOutput, Duration, RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import type { IVpc } from "aws-cdk-lib/aws-ec2";
import { Repository, TagMutability } from "aws-cdk-lib/aws-ecr";
import {
  AwsLogDriverMode,
  Capability,
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  UlimitName,
} from "aws-cdk-lib/aws-ecs";
import { Role } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { Architecture, Config } from "../config.ts";
import { explain } from "../findings.ts";
import { environment, type Names } from "../names.ts";

/** The container of the task definition that is the worker; its log streams are `worker/load-tester/{task}`. */
export const CONTAINER = "load-tester";
export const LOG_PREFIX = "worker";
/** A worker saves what it measured when it is told to stop; ECS waits no longer. */
const STOP_TIMEOUT = Duration.seconds(120);

/** The cluster, and what a worker's task is made of. Its size is set by each launch. */
export class Workers extends Construct {
  constructor(scope: Construct, config: Config, names: Names, vpc: IVpc, logs: ILogGroup, imageTag: string) {
    super(scope, "Workers");
    const stack = Stack.of(this);
    const cluster = new Cluster(this, "Cluster", {
      clusterName: names.cluster,
      vpc,
      containerInsightsV2: ContainerInsights.DISABLED,
    });
    explain(cluster, "ECS4", "A worker reports its own CPU, which is part of each run's results; Container Insights would bill every task.");
    const capacity = new CfnClusterCapacityProviderAssociations(this, "Capacity", {
      cluster: cluster.clusterName,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [],
    });

    const { image, architecture } = this.image(config, names, imageTag);
    const task = new FargateTaskDefinition(this, "Task", {
      family: names.family,
      cpu: 2048,
      memoryLimitMiB: 4096,
      runtimePlatform: {
        cpuArchitecture: architecture === "arm64" ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
      // Both are made in the hub: their names are what functions may pass.
      taskRole: Role.fromRoleArn(this, "WorkerRole", names.roleArn(stack, names.workerRole), { mutable: false }),
      executionRole: Role.fromRoleArn(this, "StartRole", names.roleArn(stack, names.executionRole), { mutable: false }),
      // Empty, on the task's own disk. The image says whose they are.
      volumes: [{ name: "work" }, { name: "tmp" }],
    });
    task.node.addDependency(capacity);
    const linux = new LinuxParameters(this, "Linux", { initProcessEnabled: true });
    linux.dropCapabilities(Capability.ALL);
    const container = task.addContainer(CONTAINER, {
      image,
      essential: true,
      environment: environment(names),
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      linuxParameters: linux,
      logging: LogDrivers.awsLogs({
        logGroup: logs,
        streamPrefix: LOG_PREFIX,
        // A log that cannot be delivered must not hold up the load: lines are dropped, and readers see it by their numbers.
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(25),
      }),
    });
    container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 });
    container.addMountPoints(
      { sourceVolume: "work", containerPath: "/work", readOnly: false },
      { sourceVolume: "tmp", containerPath: "/tmp", readOnly: false },
    );
    explain(task, "ECS2", "The variables are names of tables and of the bucket; there is no secret among them.");
  }

  private image(config: Config, names: Names, tag: string): { image: ContainerImage; architecture: Architecture } {
    if (config.image.kind === "public") {
      return { image: ContainerImage.fromRegistry(config.image.uri), architecture: config.image.architecture };
    }
    // One in each region, filled by scripts/deploy. ECR's own replication is a setting of the whole account.
    const repository = new Repository(this, "Repository", {
      repositoryName: names.repository,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      emptyOnDelete: true,
      lifecycleRules: [{ description: "The last few, to go back to", maxImageCount: 5 }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnOutput(this, "RepositoryUri", { value: repository.repositoryUri }).overrideLogicalId("RepositoryUri");
    return { image: ContainerImage.fromEcrRepository(repository, tag), architecture: config.image.architecture };
  }
}
