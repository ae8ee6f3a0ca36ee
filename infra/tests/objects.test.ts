import { describe, expect, test } from "vitest";

import { EXPIRING } from "../src/hub/objects.ts";
import { example, exampleStacks, flat, ofType, only, source, statement, synthesise } from "./support.ts";

const data = () => only(exampleStacks().hub, "AWS::S3::Bucket", (bucket) => flat(bucket.BucketName ?? "") === "oleada-<AWS::AccountId>-us-east-1")[1];

describe("buckets", () => {
  test("are private, encrypted, and reached by TLS only", () => {
    const { hub } = exampleStacks();
    const buckets = ofType(hub, "AWS::S3::Bucket");
    expect(buckets).toHaveLength(3);
    for (const [id, bucket] of buckets) {
      expect.soft(bucket.Properties.PublicAccessBlockConfiguration, id).toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
      expect.soft(bucket.Properties.BucketEncryption, id).toBeDefined();
      const policy = only(hub, "AWS::S3::BucketPolicy", (each) => flat(each.Bucket) === `<${id}>`)[1].Properties.PolicyDocument;
      const denials = policy.Statement.map(statement).filter(({ effect }: any) => effect === "Deny");
      const plain = denials.find(({ condition }: any) => condition.Bool?.["aws:SecureTransport"] === "false");
      expect.soft(plain, id).toMatchObject({ actions: ["s3:*"], resources: [`<${id}.Arn>`, `<${id}.Arn>/*`] });
      expect.soft(denials.some(({ condition }: any) => condition.NumericLessThan?.["s3:TlsVersion"] === 1.2), id).toBe(true);
    }
  });

  test("take requests of the console's origin and of no other", () => {
    const [rule, ...others] = data().Properties.CorsConfiguration.CorsRules;
    expect(others).toEqual([]);
    const [console] = only(exampleStacks().hub, "AWS::CloudFront::Distribution");
    expect(rule.AllowedOrigins.map(flat)).toEqual([`https://<${console}.DomainName>`]);
    expect(rule.AllowedMethods).toEqual(["GET", "PUT", "HEAD"]);
    expect(rule.AllowedHeaders).not.toContain("*");
  });

  test("and tables that outlive a deployment have names that CloudFormation knows them by again", () => {
    const stack = synthesise(example(), "123456789012")["oleada-hub"];
    if (stack === undefined) throw new Error("there is no hub");
    const kept = Object.values(stack.Resources).filter(({ Type, DeletionPolicy }) => /^Retain/.test(DeletionPolicy ?? "") && /::(Table|Bucket)$/.test(Type));
    const names = kept.map(({ Properties }) => Properties.TableName ?? Properties.BucketName);
    // The bucket of access logs is a new one each time.
    expect(names.filter((name) => name !== undefined).sort()).toEqual([
      "oleada-123456789012-us-east-1",
      "oleada-runs",
      "oleada-scenarios",
      "oleada-settings",
      "oleada-workers",
    ]);
  });

  test("stay when their stack goes, unless it never stood", () => {
    const kept = ofType(exampleStacks().hub, "AWS::S3::Bucket").filter(([, { Properties }]) => !flat(Properties.BucketName ?? "").includes("-console-"));
    expect(kept.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(["RetainExceptOnCreate", "RetainExceptOnCreate"]);
  });

  test("are told where their access logs go, with a console and without one, also where they were there before", () => {
    const without = synthesise(example({ console: { kind: "none" } }))["oleada-hub"];
    for (const hub of [exampleStacks().hub, without]) {
      if (hub === undefined) throw new Error("there is no hub");
      const [, { Properties }] = only(hub, "AWS::S3::Bucket", (bucket) => flat(bucket.BucketName ?? "") === "oleada-<AWS::AccountId>-us-east-1");
      const { LoggingEnabled } = JSON.parse(flat(hub.Outputs.BucketLogging?.Value));
      expect(LoggingEnabled).toEqual({ TargetBucket: flat(Properties.LoggingConfiguration.DestinationBucketName), TargetPrefix: Properties.LoggingConfiguration.LogFilePrefix });
      expect(flat(hub.Outputs.Bucket?.Value)).toBe(flat(Properties.BucketName));
    }
    expect(source("scripts/deploy")).toContain('--bucket-logging-status "$(output BucketLogging)"');
  });

  test("are told where the console is, also where they were there before it", () => {
    const { Outputs } = exampleStacks().hub;
    const [rule] = data().Properties.CorsConfiguration.CorsRules;
    const { CORSRules } = JSON.parse(flat(Outputs.BucketCors?.Value));
    expect(CORSRules).toEqual([
      {
        AllowedOrigins: rule.AllowedOrigins.map(flat),
        AllowedMethods: rule.AllowedMethods,
        AllowedHeaders: rule.AllowedHeaders,
        ExposeHeaders: rule.ExposedHeaders,
        MaxAgeSeconds: rule.MaxAge,
      },
    ]);
    expect(source("scripts/deploy")).toContain('--cors-configuration "$(output BucketCors)"');
  });

  test("let raw samples go by their tag, and results stay", () => {
    const rules = data().Properties.LifecycleConfiguration.Rules;
    const expiring = rules.filter((rule: any) => rule.ExpirationInDays !== undefined);
    expect(expiring).toEqual([expect.objectContaining({ ExpirationInDays: 30, TagFilters: [{ Key: EXPIRING.key, Value: EXPIRING.value }], Status: "Enabled" })]);
    expect(source("crates/aws/src/objects/keys.rs")).toContain(`"${EXPIRING.key}=${EXPIRING.value}"`);
  });

  test("give up a broken upload only after the longest run, and bring back what was deleted for a week", () => {
    const rules = data().Properties.LifecycleConfiguration.Rules;
    expect(rules).toContainEqual(expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 9 } }));
    expect(rules).toContainEqual(expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 7 } }));
    expect(data().Properties.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(source("crates/aws/src/workers.rs")).toContain("Duration::from_secs(9 * 24 * 3600)");
  });
});
