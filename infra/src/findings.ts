import { Stack, Validations } from "aws-cdk-lib";
import type { PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import type { IConstruct } from "constructs";

/** Says why a finding of the AWS Solutions rules is meant to be as it is. */
export function explain(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${finding}`, reason });
}

/** Why a resource may hold a wildcard. One that no line speaks of fails the synthesis. */
const WILDCARDS: [RegExp, string][] = [
  [/\.Arn>$/, "The ARN of a log group ends in :*, which stands for its streams."],
  [/:s3:::[^/]+\/scripts\/\*$/, "Each script has a folder under a new id, and all are served alike."],
  [/:s3:::[^/]+\/runs\/\*/, "Each run has a folder under a new id, and all are served alike."],
  [/:ecs:\*:/, "Regions come and go without a new hub; the name of the cluster, or of the task definition, is the limit."],
  [/:ecr:\*:/, "Regions come and go without a new hub; the name of the repository is the limit."],
  [/:logs:\*:/, "Regions come and go without a new hub; the names of the log groups are the limit."],
  [/:execution:/, "An execution bears the name of its run."],
  [/:iot:[^*]*(topic|topicfilter)\/[^/*]+\/runs\/\*\/live$/, "Each run has a topic; a reader's session is narrowed to one."],
  [/:iot:[^*]*client\/run_\*$/, "Each reader has a client id of its own, which its session is narrowed to."],
  [/:(cloudwatch|cloudformation):\*:/, "Regions come and go without a new hub; the first word of the names is the limit."],
];

/** Gives a role what it may do, with the reason for every wildcard in it. */
export function allow(role: Role, ...statements: PolicyStatement[]): void {
  for (const statement of statements) {
    role.addToPolicy(statement);
    for (const resource of statement.resources) explainWildcard(role, resource);
  }
}

export function explainWildcard(construct: IConstruct, resource: string): void {
  const text = flat(Stack.of(construct).resolve(resource));
  const reason = WILDCARDS.find(([pattern]) => pattern.test(text))?.[1];
  if (reason !== undefined) explain(construct, `IAM5[Resource::${text}]`, reason);
}

/** A value of a template as the rules write it: `arn:<AWS::Partition>:…`. */
function flat(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  const [[intrinsic, argument] = ["", ""]] = Object.entries(value) as [string, unknown][];
  if (intrinsic === "Ref") return `<${String(argument)}>`;
  if (intrinsic === "Fn::GetAtt") return `<${(argument as string[]).join(".")}>`;
  if (intrinsic === "Fn::Join") {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flat).join(separator);
  }
  return JSON.stringify(value);
}
