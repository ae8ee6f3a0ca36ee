import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { source } from "./support.ts";

const DEPLOY = fileURLToPath(new URL("../../scripts/deploy", import.meta.url));
const DIGEST = `sha256:${"a".repeat(64)}`;

/** Stand-ins for what the script calls. They write down how they were called; `pushed` is there once an image is. */
const AWS = `#!/bin/bash
echo "aws $*" >>"$STATE/calls"
case "$*" in
  *describe-repositories*) [ -e "$STATE/repository" ] || exit 254; echo public.ecr.aws/a1b2/oleada-load-tester ;;
  *create-repository*) touch "$STATE/repository"; echo public.ecr.aws/a1b2/oleada-load-tester ;;
  *describe-images*) [ -e "$STATE/pushed" ] || exit 254; echo ${DIGEST} ;;
  *get-login-password*) echo secret ;;
  *get-caller-identity*) echo 123456789012 ;;
  *) exit 1 ;;
esac
`;
const DOCKER = `#!/bin/bash
echo "docker $*" >>"$STATE/calls"
case $1 in
  login) [ "$(cat)" = secret ] ;;
  push) touch "$STATE/pushed" ;;
esac
`;

class Machine {
  readonly state = mkdtempSync(join(tmpdir(), "oleada-deploy-"));

  constructor() {
    for (const [name, text] of [["aws", AWS], ["docker", DOCKER], ["cargo", "#!/bin/sh\n"]] as const) {
      writeFileSync(join(this.state, name), text);
      chmodSync(join(this.state, name), 0o755);
    }
  }

  deploy(...given: string[]): { code: number | null; said: string; calls: string[] } {
    const calls = join(this.state, "calls");
    writeFileSync(calls, "");
    const env = { ...process.env, PATH: `${this.state}:${process.env.PATH}`, STATE: this.state };
    const { status, stdout, stderr } = spawnSync(DEPLOY, given, { env, encoding: "utf8" });
    return { code: status, said: stdout + stderr, calls: readFileSync(calls, "utf8").trim().split("\n") };
  }
}

function config(architecture: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "oleada-config-")), "oleada.json");
  const document = JSON.parse(source("infra/deployment.example.json")) as { image: unknown };
  writeFileSync(file, JSON.stringify({ ...document, hub: "eu-central-1", image: { kind: "built", architecture } }));
  return file;
}

test("an image is published once, for its processor, under a name that a deployment file takes", () => {
  const machine = new Machine();
  const file = config("arm64");
  const first = machine.deploy("--config", file, "--publish-image");
  expect(first.code, first.said).toBe(0);
  expect(first.said).toContain(`public.ecr.aws/a1b2/oleada-load-tester@${DIGEST}`);
  expect(first.said).not.toContain("secret");
  const engine = first.calls.filter((call) => call.startsWith("docker"));
  expect(engine.map((call) => call.split(" ")[1])).toEqual(["build", "login", "tag", "push"]);
  expect(engine[0]).toContain("--platform linux/arm64");
  expect(engine[1]).toMatch(/--password-stdin public\.ecr\.aws$/);
  expect(engine[3]).toMatch(/^docker push public\.ecr\.aws\/a1b2\/oleada-load-tester:[0-9a-f]{24}-arm64$/);
  // Public registries answer there alone.
  for (const call of first.calls.filter((each) => each.includes("ecr-public"))) expect(call).toMatch(/^aws ecr-public --region us-east-1 /);

  const second = machine.deploy("--config", file, "--publish-image");
  expect(second.code, second.said).toBe(0);
  expect(second.said).toContain(`oleada-load-tester@${DIGEST}`);
  expect(second.calls.filter((call) => /^docker|create-repository|get-login/.test(call))).toEqual([]);
});

test("nothing is published by halves", () => {
  const machine = new Machine();
  writeFileSync(join(machine.state, "docker"), "#!/bin/bash\necho \"docker $*\" >>\"$STATE/calls\"\n[ $1 != push ]\n");
  const failed = machine.deploy("--config", config("x86_64"), "--publish-image");
  expect(failed.code).not.toBe(0);
  expect(failed.said).not.toContain("is public");
  expect(existsSync(join(machine.state, "pushed"))).toBe(false);
});

test.each([[["--publish-image"]], [["--config", "x.json", "--dry-run", "--publish-image"]], [["--config", "x.json", "--now"]]])(
  "%j is not how it is called",
  (given) => {
    const { code, said } = new Machine().deploy(...given);
    expect(code).toBe(64);
    expect(said).toContain("usage: scripts/deploy");
  },
);
