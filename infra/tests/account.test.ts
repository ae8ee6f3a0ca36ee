import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { source } from "./support.ts";

/**
 * An account as the AWS CLI shows it: a file of the state is there for each thing that is. What the scripts ask is
 * written down in the order of asking.
 */
const AWS = `#!/bin/bash
echo "aws $*" >>"$STATE/calls"
is() { [ -e "$STATE/$1" ]; }
lacks() { echo "An error occurred ($1)" >&2; exit 254; }
region=$(sed -n 's/.*--region \\([a-z0-9-]*\\).*/\\1/p' <<<"$*")
case "$*" in
  *get-caller-identity*Arn*) echo arn:aws:sts::123456789012:assumed-role/a/b ;;
  *get-caller-identity*) echo 123456789012 ;;
  *get-role*) is ecs-role || lacks NoSuchEntity ;;
  *StackStatus*) is hub || lacks ValidationError; cat "$STATE/hub" ;;
  *'length(Stacks)'*) is "stack-$region" && echo 1 && exit; [[ $* == *oleada-hub* ]] && is hub || lacks "ValidationError: Stack with id oleada does not exist"; echo 1 ;;
  *"OutputKey=='Network'"*) is "network-$region" || lacks "ValidationError: Stack with id oleada does not exist"; cat "$STATE/network-$region" ;;
  *"OutputKey=='ConsoleBucket'"*) is hub || lacks "ValidationError: Stack with id oleada does not exist"; is console && cat "$STATE/console"; exit 0 ;;
  *Outputs*) echo something ;;
  *get-account*) cat "$STATE/log-role" 2>/dev/null || echo None ;;
  *list-stack-resources*) is hub || lacks "ValidationError: Stack with id oleada does not exist"; echo "oleada-hub-ApiApiRole-a	oleada-hub-ApiLogRole-b" ;;
  *describe-endpoint*) is no-iot && lacks "Could not connect to the endpoint URL"; echo a-ats.iot.us-east-1.amazonaws.com ;;
  *describe-repositories*) is "repository-$region" || lacks RepositoryNotFoundException; echo "123456789012.dkr.ecr.$region.amazonaws.com/oleada-load-tester" ;;
  *describe-images*) is no-answer && lacks ThrottlingException; is "image-$region" || lacks ImageNotFoundException ;;
  *get-login-password*) echo secret ;;
  *list-tasks*STOPPED*) is "tasks-$region" || lacks ClusterNotFoundException; is "leaving-$region" && cat "$STATE/leaving-$region"; exit 0 ;;
  *list-tasks*) is denied && lacks AccessDeniedException; is "tasks-$region" || lacks ClusterNotFoundException; cat "$STATE/tasks-$region" ;;
  *list-executions*) is hub || lacks StateMachineDoesNotExist; cat "$STATE/runs" 2>/dev/null || echo 0 ;;
  *"dynamodb query"*) is tables || lacks ResourceNotFoundException; is offered && cat "$STATE/offered"; exit 0 ;;
  *describe-table*) is tables || lacks ResourceNotFoundException; echo 1 ;;
  *get-bucket-logging*) is logging || lacks NoSuchBucket; cat "$STATE/logging" ;;
  *list-buckets*) is buckets && cat "$STATE/buckets"; exit 0 ;;
  *list-object-versions*) cat "$STATE/versions" 2>/dev/null || echo '{"Objects": [], "Quiet": true}' ;;
  *delete-bucket*objectsaccesslogs*) is late-logs && lacks BucketNotEmpty; exit 0 ;;
  *delete-objects*) cat "$STATE/refused" 2>/dev/null || { rm -f "$STATE/versions"; echo None; } ;;
esac
`;
const DOCKER = `#!/bin/bash
echo "docker $*" >>"$STATE/calls"
case $1 in
  login) cat >/dev/null ;;
  push) touch "$STATE/image-$(cut -d. -f4 <<<"$2")" ;;
esac
`;
/** The stack of a region brings its repository. */
const CDK = `#!/bin/bash
echo "cdk $* role=\${OLEADA_HAS_LOG_ROLE:-ours}" >>"$STATE/calls"
case "$*" in *deploy\\ oleada-*-*-*) touch "$STATE/repository-$(sed 's/.*deploy oleada-\\([a-z0-9-]*\\).*/\\1/' <<<"$*")" ;; esac
`;
/** As much of the templates as the script reads. */
const SYNTHESISE = `#!/bin/bash
mkdir -p "$3"
for region in us-east-1 sa-east-1; do echo '{"Outputs": {"Network": {"Value": "public 10.40.0.0/16"}}}' >"$3/oleada-$region.template.json"; done
`;
const NOTHING = "#!/bin/sh\n";

class Account {
  readonly state = mkdtempSync(join(tmpdir(), "oleada-account-"));
  private readonly root = join(this.state, "root");
  private readonly config = join(this.state, "oleada.json");

  constructor(things: Record<string, string> = {}, changes: object = {}) {
    for (const script of ["deploy", "destroy", "cloud"]) {
      mkdirSync(join(this.root, "scripts"), { recursive: true });
      cpSync(fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url)), join(this.root, "scripts", script));
    }
    const programs = { aws: AWS, docker: DOCKER, cargo: NOTHING };
    const tools = { "infra/setup": NOTHING, "infra/synthesise": SYNTHESISE, "scripts/package": NOTHING, "infra/node_modules/.bin/cdk": CDK, "infra/node_modules/.bin/asl-validator": NOTHING, ".infra/bin/cfn-lint": NOTHING };
    for (const [name, text] of Object.entries(programs)) this.program(join(this.state, name), text);
    for (const [name, text] of Object.entries(tools)) this.program(join(this.root, name), text);
    for (const file of ["Cargo.toml", "Cargo.lock", "crates/a", "infra/load-tester/Dockerfile", "scripts/engines"]) this.program(join(this.root, file), "");
    for (const [name, text] of Object.entries(things)) writeFileSync(join(this.state, name), text);
    writeFileSync(this.config, JSON.stringify({ ...(JSON.parse(source("infra/deployment.example.json")) as object), console: { kind: "none" }, ...changes }));
  }

  run(script: "deploy" | "destroy", ...given: string[]): { code: number | null; said: string; calls: string[] } {
    const calls = join(this.state, "calls");
    writeFileSync(calls, "");
    const env = { ...process.env, PATH: `${this.state}:${process.env.PATH}`, STATE: this.state };
    const { status, stdout, stderr } = spawnSync(join(this.root, "scripts", script), ["--config", this.config, ...given], { env, encoding: "utf8" });
    return { code: status, said: stdout + stderr, calls: readFileSync(calls, "utf8").trim().split("\n") };
  }

  forget(thing: string): void {
    rmSync(join(this.state, thing));
  }

  private program(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }
}

/** What matches in the calls, in the order of calling. */
const steps = (calls: string[], pattern: RegExp) => calls.flatMap((call) => call.match(new RegExp(pattern, "g")) ?? []);

describe("a deployment", () => {
  test("into a new account makes the role of ECS first, and has no region on offer without its image", () => {
    const { code, said, calls } = new Account().run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /create-service-linked-role|deploy oleada-[a-z0-9-]+|HasImage=\w+|docker (build|push \S+?\.amazonaws)/)).toEqual([
      "create-service-linked-role",
      "deploy oleada-hub",
      "docker build",
      ...["us-east-1", "sa-east-1"].flatMap((region) => [
        `deploy oleada-${region}`,
        "HasImage=false",
        `docker push 123456789012.dkr.ecr.${region}.amazonaws`,
        `deploy oleada-${region}`,
        "HasImage=true",
      ]),
    ]);
  });

  test("that is brought up to date has its image before a stack names it", () => {
    const { code, said, calls } = new Account({ "ecs-role": "", hub: "UPDATE_COMPLETE", "repository-us-east-1": "", "repository-sa-east-1": "", "image-us-east-1": "" }).run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /create-service-linked-role|update-termination-protection|deploy oleada-[a-z0-9-]+|HasImage=\w+|docker (build|push \S+?\.amazonaws)/)).toEqual([
      "deploy oleada-hub",
      "docker build",
      "deploy oleada-us-east-1",
      "HasImage=true",
      "docker push 123456789012.dkr.ecr.sa-east-1.amazonaws",
      "deploy oleada-sa-east-1",
      "HasImage=true",
    ]);
  });

  test("takes no region off offer because the registry does not answer", () => {
    const { code, said, calls } = new Account({ "ecs-role": "", hub: "UPDATE_COMPLETE", "repository-us-east-1": "", "no-answer": "" }).run("deploy");
    expect(code).toBe(69);
    expect(said).toContain("ThrottlingException");
    expect(steps(calls, /deploy oleada-[a-z0-9-]+|docker \w+/)).toEqual(["deploy oleada-hub"]);
  });

  test("whose hub could not be made is made anew", () => {
    const { code, said, calls } = new Account({ "ecs-role": "", hub: "ROLLBACK_COMPLETE" }).run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /update-termination-protection|deploy oleada-hub/)).toEqual(["update-termination-protection", "deploy oleada-hub"]);
  });

  test("has the bucket log into the bucket of access logs that came with it, though there is no console", () => {
    const { code, said, calls } = new Account({ "ecs-role": "" }).run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /deploy oleada-hub|put-bucket-\w+/)).toEqual(["deploy oleada-hub", "put-bucket-logging"]);
  });

  const stands = { "ecs-role": "", hub: "UPDATE_COMPLETE" };
  const changes = (calls: string[]) => steps(calls, /bootstrap|deploy oleada-[a-z0-9-]+|docker \w+|create-\S+|delete-\S+|put-\S+/);

  test("changes nothing where a region stands with another network than the file's", () => {
    const { code, said, calls } = new Account({ ...stands, "network-us-east-1": "public 10.40.0.0/16", "network-sa-east-1": "private 10.41.0.0/16" }).run("deploy");
    expect(code).toBe(69);
    expect(said).toContain("the network of sa-east-1 cannot be changed in place: scripts/destroy --region sa-east-1, then deploy again");
    expect(changes(calls)).toEqual([]);
  });

  test("goes on where the network is the file's, or the stack does not say what it is", () => {
    const { code, said, calls } = new Account({ ...stands, "image-us-east-1": "", "image-sa-east-1": "", "network-us-east-1": "public 10.40.0.0/16", "network-sa-east-1": "" }).run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /deploy oleada-[a-z0-9-]+/)).toEqual(["deploy oleada-hub", "deploy oleada-us-east-1", "deploy oleada-sa-east-1"]);
  });

  test("makes no hub in a region without IoT Core, and says what a hub needs", () => {
    const { code, said, calls } = new Account({ "no-iot": "" }).run("deploy");
    expect(code).toBe(69);
    expect(said).toMatch(/no hub can be made in us-east-1: IoT Core does not answer[^]*A hub needs[^]*API Gateway[^]*DynamoDB/);
    expect(changes(calls)).toEqual([]);
  });

  test.each([
    ["None", "ours"],
    ["arn:aws:iam::123456789012:role/oleada-hub-ApiLogRole-b", "ours"],
    // What an earlier hub left is the account's, as any other.
    ["arn:aws:iam::123456789012:role/oleada-hub-ApiLogRole", "true"],
    ["arn:aws:iam::123456789012:role/service/gateways", "true"],
  ])("takes the account's role for the logs of gateways for what it is: %s", (role, given) => {
    const { code, said, calls } = new Account({ ...stands, "log-role": `${role}\n` }).run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /deploy oleada-hub .*/)).toEqual([expect.stringMatching(new RegExp(` role=${given}$`))]);
  });

  test("of a hub only takes the account's role where there is one already", () => {
    const { calls } = new Account({ "ecs-role": "", "log-role": "arn:aws:iam::123456789012:role/gateways\n" }).run("deploy");
    expect(steps(calls, /deploy oleada-hub .*/)).toEqual([expect.stringMatching(/ role=true$/)]);
  });

  test("without the console that there was empties its bucket before the stack deletes it", () => {
    const account = new Account({ ...stands, console: "oleada-console-123456789012-us-east-1\n", versions: '{"Objects": [{"Key": "index.html"}]}' });
    const { code, said, calls } = account.run("deploy");
    expect(code, said).toBe(0);
    expect(steps(calls, /list-object-versions .*--bucket \S+|delete-objects .*--bucket \S+|deploy oleada-hub/)).toEqual([
      "list-object-versions --region us-east-1 --bucket oleada-console-123456789012-us-east-1",
      "delete-objects --region us-east-1 --bucket oleada-console-123456789012-us-east-1",
      "list-object-versions --region us-east-1 --bucket oleada-console-123456789012-us-east-1",
      "deploy oleada-hub",
    ]);
  });

  test("has its image built anew where the file names another revision, and under another name", () => {
    const build = (image: object) => steps(new Account(stands, { image: { kind: "built", ...image } }).run("deploy").calls, /docker build.*/)[0];
    expect(build({})).toMatch(/^docker build --platform .* --tag oleada\/load-tester:[0-9a-f]{24}-x86_64 /);
    expect(build({ revision: "2026-11" })).toMatch(/^docker build --pull --no-cache --platform .* --tag oleada\/load-tester:[0-9a-f]{24}-x86_64-2026-11 /);
  });
});

test.each([
  ["deploy", []],
  ["destroy", ["--yes", "--delete-data"]],
] as const)("%s asks in a region that it names: another partition is another host", (script, given) => {
  const { code, said, calls } = new Account({ hub: "CREATE_COMPLETE", tables: "", buckets: "oleada-123456789012-us-east-1\n" }).run(script, ...given);
  expect(code, said).toBe(0);
  const asked = calls.filter((call) => call.startsWith("aws "));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((call) => !/ --region (us|sa)-east-1( |$)/.test(call))).toEqual([]);
});

describe("what is destroyed", () => {
  const stands = { hub: "CREATE_COMPLETE", "tasks-us-east-1": "0", "tasks-sa-east-1": "0", tables: "", buckets: "oleada-123456789012-us-east-1\toleada-hub-objectsaccesslogs6f43ec79-a1\n" };

  test("goes by regions, then the hub; data stays", () => {
    const { code, said, calls } = new Account(stands).run("destroy", "--yes");
    expect(code, said).toBe(0);
    expect(steps(calls, /delete-stack .*|delete-(table|bucket|objects).*/)).toEqual([
      "delete-stack --region us-east-1 --stack-name oleada-us-east-1",
      "delete-stack --region sa-east-1 --stack-name oleada-sa-east-1",
      "delete-stack --region us-east-1 --stack-name oleada-hub",
    ]);
  });

  test.each([
    [{ "tasks-sa-east-1": "100" }, "100 workers are at work"],
    [{ runs: "1" }, "1 runs are under way"],
    [{ denied: "" }, "AccessDeniedException"],
    // Its workers would go on for a hub that is not there.
    [{ offered: "us-east-1\teu-west-1\n", "stack-eu-west-1": "" }, "oleada-eu-west-1 stands"],
  ])("is nothing while %j", (things, reason) => {
    const { code, said, calls } = new Account({ ...stands, ...things }).run("destroy", "--yes");
    expect(code).not.toBe(0);
    expect(said).toContain(reason);
    expect(steps(calls, /delete-\w+/)).toEqual([]);
  });

  test("may be a region that the file does not name any more, and then all the rest", () => {
    const account = new Account({ ...stands, offered: "eu-west-1\n" });
    const region = account.run("destroy", "--yes", "--region", "eu-west-1");
    expect(region.code, region.said).toBe(0);
    expect(steps(region.calls, /delete-stack .*/)).toEqual(["delete-stack --region eu-west-1 --stack-name oleada-eu-west-1"]);
    const rest = account.run("destroy", "--yes");
    expect(rest.code, rest.said).toBe(0);
    expect(steps(rest.calls, /delete-stack/)).toHaveLength(3);
  });

  test("has no workers in it that are still saving what they measured", () => {
    const arns = Array.from({ length: 150 }, (_, index) => `arn:aws:ecs:us-east-1:123456789012:task/oleada/${index}`);
    const { code, said, calls } = new Account({ ...stands, "leaving-us-east-1": `${arns.slice(0, 100).join("\t")}\n${arns.slice(100).join("\t")}\n` }).run("destroy", "--yes");
    expect(code, said).toBe(0);
    expect(steps(calls, /tasks-stopped --region \S+|delete-stack .*/)).toEqual([
      "tasks-stopped --region us-east-1",
      "tasks-stopped --region us-east-1",
      "delete-stack --region us-east-1 --stack-name oleada-us-east-1",
      "delete-stack --region sa-east-1 --stack-name oleada-sa-east-1",
      "delete-stack --region us-east-1 --stack-name oleada-hub",
    ]);
    const waits = calls.filter((call) => call.includes("tasks-stopped"));
    expect(waits.flatMap((call) => call.match(/arn:\S+/g))).toEqual(arns);
  });

  test("is a console too that the file does not name any more", () => {
    const { code, said, calls } = new Account({ ...stands, console: "oleada-console-123456789012-us-east-1\n" }).run("destroy", "--yes");
    expect(code, said).toBe(0);
    expect(steps(calls, /list-object-versions .*--bucket \S+|delete-stack .*hub/)).toEqual([
      "list-object-versions --region us-east-1 --bucket oleada-console-123456789012-us-east-1",
      "delete-stack --region us-east-1 --stack-name oleada-hub",
    ]);
  });

  test.each([
    // CloudFormation shortens long names.
    ["oleada-hub-objectsaccess-1a2b3c", "Name=='oleada-hub-objectsaccess-1a2b3c'"],
    // Somebody gathers the logs of all buckets in one, which is theirs.
    ["logs-of-everything", "Name=='oleada-hub-objectsaccesslogs'"],
    ["None", "Name=='oleada-hub-objectsaccesslogs'"],
  ])("are the access logs, which the data's bucket knows of: %s", (target, asked) => {
    const { code, said, calls } = new Account({ ...stands, logging: `${target}\n` }).run("destroy", "--yes", "--delete-data");
    expect(code, said).toBe(0);
    expect(steps(calls, /list-buckets.*/)[0]).toContain(asked);
    expect(steps(calls, /list-buckets.*/)[0]).not.toContain("everything");
  });

  test("of data is emptied first and forgets where its access logs are last", () => {
    const account = new Account({ ...stands, logging: "oleada-hub-objectsaccesslogs6f43ec79-a1\n", "late-logs": "" });
    const late = account.run("destroy", "--yes", "--delete-data");
    expect(late.code).not.toBe(0);
    expect(steps(late.calls, /(list-object-versions|delete-bucket) .*--bucket \S+/)).toEqual([
      "list-object-versions --region us-east-1 --bucket oleada-123456789012-us-east-1",
      "list-object-versions --region us-east-1 --bucket oleada-hub-objectsaccesslogs6f43ec79-a1",
      "delete-bucket --region us-east-1 --bucket oleada-hub-objectsaccesslogs6f43ec79-a1",
    ]);
    account.forget("late-logs");
    const { code, said, calls } = account.run("destroy", "--yes", "--delete-data");
    expect(code, said).toBe(0);
    expect(steps(calls, /delete-bucket .*/)).toEqual([
      "delete-bucket --region us-east-1 --bucket oleada-hub-objectsaccesslogs6f43ec79-a1",
      "delete-bucket --region us-east-1 --bucket oleada-123456789012-us-east-1",
    ]);
  });

  test("of tables goes once each is at rest without its protection", () => {
    const { code, said, calls } = new Account(stands).run("destroy", "--yes", "--delete-data");
    expect(code, said).toBe(0);
    expect(steps(calls, /(update-table|table-exists|delete-table).*--table-name oleada-runs/).map((step) => step.split(" ")[0])).toEqual(["update-table", "table-exists", "delete-table"]);
  });

  test("may be data that a hub left which went before", () => {
    const { hub, ...left } = stands;
    expect(hub).toBeDefined();
    const objects = Array.from({ length: 1000 }, (_, index) => ({ Key: `runs/${"x".repeat(200)}/${index}`, VersionId: "v".repeat(32) }));
    const { code, said, calls } = new Account({ ...left, versions: JSON.stringify({ Objects: objects, Quiet: true }) }).run("destroy", "--yes", "--delete-data");
    expect(code, said).toBe(0);
    expect(steps(calls, /delete-(table|bucket) .*/)).toHaveLength(6);
    // A thousand versions are more than one argument of a command may hold.
    expect(steps(calls, /delete-objects .*/)).toEqual([expect.stringMatching(/--delete file:\/\/\S+/)]);
    expect(steps(calls, /update-termination-protection/)).toEqual([]);
  });

  test("once more is nothing, and no mistake", () => {
    const { code, said, calls } = new Account().run("destroy", "--yes", "--delete-data");
    expect(code, said).toBe(0);
    expect(steps(calls, /delete-(table|bucket|objects)/)).toEqual([]);
  });

  test("ends with an error where an object cannot be deleted", () => {
    const { code, said } = new Account({ ...stands, versions: '{"Objects": [{"Key": "a"}]}', refused: "Access Denied" }).run("destroy", "--yes", "--delete-data");
    expect(code).not.toBe(0);
    expect(said).toContain("Access Denied");
  });
});
