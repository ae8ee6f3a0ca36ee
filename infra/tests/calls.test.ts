import { readdirSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { exampleStacks, flat, ofType, only, source, statementsOf } from "./support.ts";

/** What each call of crates/aws needs to be allowed. <https://docs.aws.amazon.com/service-authorization/latest/reference/> */
const CALLS: Record<string, string[]> = {
  assume_role: ["sts:AssumeRole"],
  batch_get_item: ["dynamodb:BatchGetItem"],
  batch_write_item: ["dynamodb:BatchWriteItem"],
  delete_item: ["dynamodb:DeleteItem"],
  get_item: ["dynamodb:GetItem"],
  put_item: ["dynamodb:PutItem"],
  query: ["dynamodb:Query"],
  transact_write_items: ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  update_item: ["dynamodb:UpdateItem"],
  abort_multipart_upload: ["s3:AbortMultipartUpload"],
  complete_multipart_upload: ["s3:PutObject"],
  create_multipart_upload: ["s3:PutObject", "s3:PutObjectTagging"],
  delete_objects: ["s3:DeleteObject"],
  get_object: ["s3:GetObject"],
  head_object: ["s3:GetObject"],
  list_multipart_uploads: ["s3:ListBucketMultipartUploads"],
  list_objects_v2: ["s3:ListBucket"],
  list_parts: ["s3:ListMultipartUploadParts"],
  put_object: ["s3:PutObject", "s3:PutObjectTagging"],
  upload_part: ["s3:PutObject"],
  describe_task_definition: ["ecs:DescribeTaskDefinition"],
  describe_tasks: ["ecs:DescribeTasks"],
  list_tasks: ["ecs:ListTasks"],
  run_task: ["ecs:RunTask", "iam:PassRole"],
  stop_task: ["ecs:StopTask"],
  describe_execution: ["states:DescribeExecution"],
  start_execution: ["states:StartExecution"],
  get_aws_default_service_quota: ["servicequotas:GetAWSDefaultServiceQuota"],
  get_log_events: ["logs:GetLogEvents"],
  get_service_quota: ["servicequotas:GetServiceQuota"],
  publish: ["iot:Publish"],
  // One machine makes its own tables and bucket; on AWS the stacks do.
  create_bucket: [],
  create_table: [],
  describe_table: [],
  describe_time_to_live: [],
  scan: [],
  update_table: [],
  update_time_to_live: [],
};

/** What a role may do without a call of ours: a function writes its log, and asynchronous failures go to a queue. */
const OF_LAMBDA = ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];

function calls(): string[] {
  const folder = new URL("../../crates/aws/src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs"));
  const client = /(?:client|client\(site\)|publisher|tokens)\s*\.\s*([a-z][a-z0-9_]*)\(\)/g;
  const found = files.flatMap((file) => [...source(`crates/aws/src/${file}`).matchAll(client)].map(([, call]) => call ?? ""));
  return [...new Set(found)].filter((call) => call !== "clone").sort();
}

function granted(): string[] {
  const { hub, away } = exampleStacks();
  const ofFunctions = [hub, away].flatMap((template) =>
    ofType(template, "AWS::Lambda::Function").flatMap(([, fn]) => statementsOf(template, flat(fn.Properties.Role).replace(/^<(\w+)\.Arn>$/, "$1"))),
  );
  const [worker] = only(hub, "AWS::IAM::Role", (role) => role.RoleName === "oleada-worker");
  return [...new Set([...ofFunctions, ...statementsOf(hub, worker)].flatMap(({ actions }) => actions))].filter((action) => !OF_LAMBDA.includes(action));
}

describe("what crates/aws calls", () => {
  test("is known here, call by call", () => {
    expect(calls()).toEqual(Object.keys(CALLS).sort());
  });

  test("is allowed to somebody", () => {
    expect(granted()).toEqual(expect.arrayContaining(Object.values(CALLS).flat()));
  });

  test("is all that anybody is allowed", () => {
    expect(Object.values(CALLS).flat()).toEqual(expect.arrayContaining(granted()));
  });
});
