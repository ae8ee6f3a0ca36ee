import { runInNewContext } from "node:vm";

import { describe, expect, test } from "vitest";

import { example, exampleStacks, flat, ofType, only, source, synthesise } from "./support.ts";

const distribution = () => only(exampleStacks().hub, "AWS::CloudFront::Distribution")[1].Properties.DistributionConfig;

describe("CloudFront", () => {
  test("passes the API on as it is: nothing cached, its own host name, the stage's path", () => {
    const [api, ...others] = distribution().CacheBehaviors;
    expect(others).toEqual([]);
    // Managed by CloudFront: CachingDisabled, AllViewerExceptHostHeader.
    expect(api).toMatchObject({
      PathPattern: "/api/*",
      CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
      OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
      ViewerProtocolPolicy: "https-only",
    });
    expect(api.AllowedMethods).toEqual(expect.arrayContaining(["DELETE", "PATCH", "POST", "PUT"]));
    expect(api.FunctionAssociations).toBeUndefined();
    const origin = distribution().Origins.find((each: any) => each.Id === api.TargetOriginId);
    const [rest] = only(exampleStacks().hub, "AWS::ApiGateway::RestApi");
    const { StageName } = only(exampleStacks().hub, "AWS::ApiGateway::Stage")[1].Properties;
    expect(flat(origin.DomainName)).toBe(`<${rest}>.execute-api.us-east-1.<AWS::URLSuffix>`);
    expect(origin).toMatchObject({ OriginPath: `/${StageName}`, CustomOriginConfig: { OriginProtocolPolicy: "https-only", OriginSSLProtocols: ["TLSv1.2"] } });
  });

  test("keeps the API's own errors: no error document of the distribution", () => {
    expect(distribution().CustomErrorResponses).toBeUndefined();
  });

  test("answers pages with the document, by a function that is the default behaviour's alone", () => {
    const { hub } = exampleStacks();
    const [id, { Properties: fn }] = only(hub, "AWS::CloudFront::Function");
    expect(distribution().DefaultCacheBehavior.FunctionAssociations).toEqual([{ EventType: "viewer-request", FunctionARN: { "Fn::GetAtt": [id, "FunctionARN"] } }]);
    const answer = (uri: string) => runInNewContext(`${fn.FunctionCode}; handler({ request: { uri: ${JSON.stringify(uri)} } }).uri`);
    for (const page of ["/", "/scenarios", "/scenarios/scn_01KAR8Z6VBN6E1CT9W2QK0H3FM/edit", "/v1.2/page"]) expect.soft(answer(page), page).toBe("/index.html");
    for (const file of ["/config.json", "/assets/index-4f2.js", "/favicon.svg"]) expect.soft(answer(file), file).toBe(file);
  });

  test("reaches the files by an access control of its own, and they are nobody else's", () => {
    const { hub } = exampleStacks();
    const [bucket] = only(hub, "AWS::S3::Bucket", (each) => flat(each.BucketName ?? "").includes("-console-"));
    const { Statement } = only(hub, "AWS::S3::BucketPolicy", (policy) => flat(policy.Bucket) === `<${bucket}>`)[1].Properties.PolicyDocument;
    const reads = Statement.filter(({ Effect }: any) => Effect === "Allow");
    expect(reads).toHaveLength(1);
    expect(reads[0]).toMatchObject({ Action: "s3:GetObject", Principal: { Service: "cloudfront.amazonaws.com" } });
    const [id] = only(hub, "AWS::CloudFront::Distribution");
    expect(flat(reads[0].Condition.StringEquals["AWS:SourceArn"])).toContain(`distribution/<${id}>`);
  });

  test("names in its policy exactly where the console connects to", () => {
    const { hub } = exampleStacks();
    const headers = only(hub, "AWS::CloudFront::ResponseHeadersPolicy")[1].Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig;
    const policy = flat(headers.ContentSecurityPolicy.ContentSecurityPolicy);
    const connect = /connect-src ([^;]+)/.exec(policy)?.[1]?.split(" ");
    expect(connect).toEqual([
      "'self'",
      "https://oleada-<AWS::AccountId>-us-east-1.s3.us-east-1.<AWS::URLSuffix>",
      "wss://<LiveEndpoint>",
      "https://cognito-idp.us-east-1.<AWS::URLSuffix>",
      "https://oleada-<AWS::AccountId>.auth.us-east-1.amazoncognito.com",
    ]);
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe|[ ;]\*/);
    // A domain of one's own may be an apex, with other hosts below it.
    expect(headers.StrictTransportSecurity.IncludeSubdomains ?? false).toBe(false);
    expect(headers).toMatchObject({ FrameOptions: { FrameOption: "DENY" }, StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 } });
    expect(distribution().DefaultCacheBehavior.ResponseHeadersPolicyId).toBeDefined();
  });

  test("is left out where it is not wanted, with all that only it needs", () => {
    const hub = synthesise(example({ console: { kind: "none" } }))["oleada-hub"];
    if (hub === undefined) throw new Error("there is no hub");
    for (const type of ["AWS::CloudFront::Distribution", "AWS::CloudFront::Function", "AWS::Cognito::UserPoolDomain"]) expect.soft(ofType(hub, type), type).toEqual([]);
    expect(ofType(hub, "AWS::ApiGateway::RestApi")).toHaveLength(1);
    expect(JSON.stringify(ofType(hub, "AWS::S3::Bucket"))).not.toContain("AllowedOrigins");
  });

  test("tells the console how to log in", () => {
    const { hub } = exampleStacks();
    const config = JSON.parse(flat(hub.Outputs.ConsoleConfig?.Value));
    expect(config).toMatchObject({ auth: "oidc", authority: expect.stringContaining("cognito-idp"), clientId: expect.stringMatching(/^<Users/), loginUrl: expect.stringContaining(".auth.us-east-1.") });
    expect(source("infra/src/hub/identity.ts")).not.toMatch(/secretsmanager/i);
  });
});
