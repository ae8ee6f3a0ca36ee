import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";

import { allow } from "../src/findings.ts";

/** Whether a role that may do this passes the rules. */
function passes(action: string, resource: string): boolean {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), "oleada-findings-")) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new Stack(app, "Stack");
  const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  allow(role, new PolicyStatement({ actions: [action], resources: [resource] }));
  const before = process.exitCode;
  try {
    app.synth();
    return process.exitCode === before;
  } catch {
    return false;
  } finally {
    process.exitCode = before;
  }
}

test("a wildcard without a reason fails the synthesis", () => {
  expect(passes("s3:GetObject", "arn:aws:s3:::some-bucket/key")).toBe(true);
  expect(passes("s3:GetObject", "arn:aws:s3:::some-bucket/scripts/*")).toBe(true);
  expect(passes("s3:GetObject", "arn:aws:s3:::some-bucket/*")).toBe(false);
  expect(passes("dynamodb:GetItem", "*")).toBe(false);
  expect(passes("s3:*", "arn:aws:s3:::some-bucket/key")).toBe(false);
});
