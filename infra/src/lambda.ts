import { existsSync } from "node:fs";
import { join } from "node:path";

import { Duration, RemovalPolicy, type Size } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { Config } from "./config.ts";
import { allow } from "./findings.ts";
import { environment, type Names } from "./names.ts";

/** What every function of a deployment has in common. */
export interface Fleet {
  config: Config;
  names: Names;
  /** The directory with a folder for each function, as cargo-lambda leaves it: `lambda-api/bootstrap`. */
  bootstraps: string;
  /** Whether the account lets its gateways write logs in the hub's region by a role that is not this deployment's. */
  hasLogRole: boolean;
}

export interface FunctionProps {
  description: string;
  timeout: Duration;
  /** CPU comes with it: 1,769 MB are one core. */
  memory: number;
  /** Of /tmp, where it is more than 512 MB. */
  disk?: Size;
  environment?: Record<string, string>;
  permissions: PolicyStatement[];
}

/** Longer than API Gateway waits for a function. */
export const ANSWERING = Duration.seconds(30);
/** The longest that Lambda lets a function work. */
export const WORKING = Duration.minutes(15);

/** A function with a role of its own, which may do what is listed and write to its own log. */
export class RustFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, fleet: Fleet, name: string, props: FunctionProps) {
    super(scope, id);
    const { config, names } = fleet;
    const folder = join(fleet.bootstraps, `lambda-${name}`);
    if (!existsSync(join(folder, "bootstrap"))) {
      throw new Error(`${join(folder, "bootstrap")} is missing: scripts/package builds it`);
    }
    this.logs = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${names.lambda(name)}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `Of the function ${names.lambda(name)}`,
    });
    allow(
      this.role,
      ...props.permissions,
      new PolicyStatement({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [this.logs.logGroupArn] }),
    );
    this.lambda = new LambdaFunction(this, "Function", {
      functionName: names.lambda(name),
      description: props.description,
      runtime: Runtime.PROVIDED_AL2023,
      architecture: config.architecture === "arm64" ? Architecture.ARM_64 : Architecture.X86_64,
      handler: "bootstrap",
      code: Code.fromAsset(folder),
      role: this.role,
      logGroup: this.logs,
      timeout: props.timeout,
      memorySize: props.memory,
      ...(props.disk === undefined ? {} : { ephemeralStorageSize: props.disk }),
      environment: { ...environment(names), ...props.environment },
    });
  }
}
