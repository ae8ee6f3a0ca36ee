import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "../src/app.ts";
import { type Config, parseConfig } from "../src/config.ts";

export interface Resource {
  Type: string;
  Properties: Record<string, any>;
  DeletionPolicy?: string;
  DependsOn?: string[];
  Condition?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
  Parameters: Record<string, Record<string, any>>;
  Conditions: Record<string, unknown>;
}

/** The deployment that the repository shows as its example. */
export function example(changes: Partial<Config> = {}): Config {
  return { ...parseConfig(JSON.parse(source("infra/deployment.example.json"))), ...changes };
}

/** A file of this repository. */
export function source(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** The names of the functions, by the folders of their crates. */
export const FUNCTIONS = ["api", "authorize", "clean-up", "collect", "launch", "plan", "publish-live", "ready", "region", "release", "sweep", "watch"];

/** The templates of a deployment, by the names of its stacks. Functions have stand-ins: their code is not looked at. */
export function synthesise(config: Config, account?: string, hasLogRole = false): Record<string, Template> {
  const work = mkdtempSync(join(tmpdir(), "oleada-infra-"));
  for (const name of FUNCTIONS) {
    mkdirSync(join(work, `lambda-${name}`));
    writeFileSync(join(work, `lambda-${name}`, "bootstrap"), "");
  }
  const context = (JSON.parse(source("infra/cdk.json")) as { context: Record<string, unknown> }).context;
  const { app } = build({ config, bootstraps: work, hasLogRole, imageTag: "tag", account, outdir: join(work, "out"), context });
  const assembly = app.synth();
  return Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

let made: Record<string, Template> | undefined;

/** The hub and two regions of the example, made once. */
export function exampleStacks(): { hub: Template; home: Template; away: Template; all: Template[] } {
  made ??= synthesise(example());
  const { "oleada-hub": hub, "oleada-us-east-1": home, "oleada-sa-east-1": away } = made;
  if (hub === undefined || home === undefined || away === undefined) throw new Error(`there are only ${Object.keys(made).join(", ")}`);
  return { hub, home, away, all: [hub, home, away] };
}

/** All resources of a type, with their logical ids. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of a type for which `fits` holds. */
export function only(template: Template, type: string, fits: (properties: Record<string, any>) => boolean = () => true): [string, Resource] {
  const found = ofType(template, type).filter(([, resource]) => fits(resource.Properties));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`there are ${found.length} of ${type}: ${found.map(([id]) => id).join(", ")}`);
  return first;
}

/** A value of a template as text: `arn:<AWS::Partition>:…`. */
export function flat(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  const [[intrinsic, argument] = ["", ""]] = Object.entries(value) as [string, unknown][];
  switch (intrinsic) {
    case "Ref":
      return `<${String(argument)}>`;
    case "Fn::GetAtt":
      return `<${(argument as string[]).join(".")}>`;
    case "Fn::Join": {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(flat).join(separator);
    }
    case "Fn::Sub":
      return typeof argument === "string" ? argument : flat((argument as unknown[])[0]);
    default:
      return JSON.stringify(value);
  }
}

export interface Statement {
  effect: string;
  actions: string[];
  resources: string[];
  condition: Record<string, Record<string, unknown>>;
}

/** What the policies of a role say, inline and attached. */
export function statementsOf(template: Template, role: string): Statement[] {
  const documents = ofType(template, "AWS::IAM::Policy")
    .filter(([, policy]) => (policy.Properties.Roles as unknown[]).some((each) => flat(each) === `<${role}>`))
    .map(([, policy]) => policy.Properties.PolicyDocument);
  const inline = (template.Resources[role]?.Properties.Policies ?? []).map((policy: any) => policy.PolicyDocument);
  return [...documents, ...inline].flatMap((document) => document.Statement.map(statement));
}

export function statement(raw: any): Statement {
  return {
    effect: raw.Effect,
    actions: [raw.Action ?? []].flat(),
    resources: [raw.Resource ?? []].flat().map(flat),
    condition: raw.Condition ?? {},
  };
}
