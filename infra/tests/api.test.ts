import { describe, expect, test } from "vitest";

import type { Identity } from "../src/config.ts";
import { example, exampleStacks, flat, ofType, only, source, synthesise, type Template } from "./support.ts";

describe("the gateway", () => {
  test("asks the function authorize for every request but one, and keeps no answer", () => {
    const { hub } = exampleStacks();
    const [authorizer, { Properties: asks }] = only(hub, "AWS::ApiGateway::Authorizer");
    expect(asks).toMatchObject({ Type: "TOKEN", AuthorizerResultTtlInSeconds: 0, IdentitySource: "method.request.header.Authorization" });
    const [fn] = only(hub, "AWS::Lambda::Function", (each) => each.FunctionName === "oleada-authorize");
    expect(flat(asks.AuthorizerUri)).toContain(`<${fn}.Arn>`);
    const methods = ofType(hub, "AWS::ApiGateway::Method").map(([, { Properties: method }]) => [
      flat(method.ResourceId),
      method.HttpMethod,
      method.AuthorizationType,
      method.AuthorizerId === undefined ? undefined : flat(method.AuthorizerId),
    ]);
    const [proxy] = only(hub, "AWS::ApiGateway::Resource", (each) => each.PathPart === "{proxy+}");
    const [document] = only(hub, "AWS::ApiGateway::Resource", (each) => each.PathPart === "openapi.json");
    expect(methods).toHaveLength(2);
    expect(methods).toContainEqual([`<${proxy}>`, "ANY", "CUSTOM", `<${authorizer}>`]);
    expect(methods).toContainEqual([`<${document}>`, "GET", "NONE", undefined]);
  });

  test("lets the credentials through that the product knows, and nothing that is none", () => {
    const { hub } = exampleStacks();
    const pattern = new RegExp(only(hub, "AWS::ApiGateway::Authorizer")[1].Properties.IdentityValidationExpression);
    const api = source("crates/api/src/token.rs");
    expect(api).toContain("olt_");
    for (const fine of ["Bearer olt_01KAR8Z6VBN6E1CT9W2QK0H3FM_aZ09-_", "bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_", "Bearer  x "]) expect.soft(pattern.test(fine), fine).toBe(true);
    for (const wrong of ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", `Bearer ${"a".repeat(9_000)}`, 'Bearer "x"', "Bearer x\u00e9"]) expect.soft(pattern.test(wrong), wrong).toBe(false);
  });

  test("answers its own errors as problems", () => {
    const { hub } = exampleStacks();
    const responses = ofType(hub, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);
    expect(responses.map(({ ResponseType }) => ResponseType)).toEqual(expect.arrayContaining(["DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"]));
    for (const { ResponseType, ResponseParameters, ResponseTemplates, StatusCode } of responses) {
      expect.soft(ResponseParameters["gatewayresponse.header.Content-Type"], ResponseType).toBe("'application/problem+json'");
      const text = ResponseTemplates["application/json"].replace("$context.error.messageString", '"why"').replace("$context.requestId", "id");
      const problem = JSON.parse(text);
      expect.soft(problem, ResponseType).toMatchObject({ type: "about:blank", detail: "why", requestId: "id" });
      if (StatusCode !== undefined) expect.soft(String(problem.status), ResponseType).toBe(StatusCode);
    }
    const [unauthorized] = responses.filter(({ ResponseType }) => ResponseType === "UNAUTHORIZED");
    expect(unauthorized?.ResponseParameters["gatewayresponse.header.WWW-Authenticate"]).toBe("'Bearer'");
  });

  test("is regional, throttled, and logs who asked for what, but no body and no credential", () => {
    const { hub } = exampleStacks();
    expect(only(hub, "AWS::ApiGateway::RestApi")[1].Properties.EndpointConfiguration.Types).toEqual(["REGIONAL"]);
    const stage = only(hub, "AWS::ApiGateway::Stage")[1].Properties;
    expect(stage.MethodSettings).toEqual([
      expect.objectContaining({ HttpMethod: "*", ResourcePath: "/*", DataTraceEnabled: false, LoggingLevel: "ERROR", ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }),
    ]);
    const line = JSON.parse(stage.AccessLogSetting.Format);
    expect(line).toMatchObject({ principal: "$context.authorizer.principal", status: "$context.status", requestId: "$context.requestId" });
    expect(stage.AccessLogSetting.Format).not.toMatch(/authorization|\$input/i);
  });

  test("speaks TLS 1.2 at least, where the partition lets it be said", () => {
    const of = (hub: Template) => only(hub, "AWS::ApiGateway::RestApi")[1].Properties;
    expect(of(exampleStacks().hub)).toMatchObject({ SecurityPolicy: expect.stringMatching(/^SecurityPolicy_TLS13_1_2_/), EndpointAccessMode: "BASIC" });
    const network = { kind: "public", cidr: "10.40.0.0/16" } as const;
    const elsewhere = synthesise(example({ hub: "us-gov-west-1", console: { kind: "none" }, regions: [{ region: "us-gov-west-1", network }] }))["oleada-hub"];
    if (elsewhere === undefined) throw new Error("there is no hub");
    expect(of(elsewhere)).not.toHaveProperty("SecurityPolicy");
    expect(of(elsewhere)).not.toHaveProperty("EndpointAccessMode");
  });

  test("has its own log before it would make one that nobody deletes", () => {
    const { hub } = exampleStacks();
    const [rest] = only(hub, "AWS::ApiGateway::RestApi");
    const [, stage] = only(hub, "AWS::ApiGateway::Stage");
    const [id, { Properties, DeletionPolicy }] = only(hub, "AWS::Logs::LogGroup", (logs) => flat(logs.LogGroupName).startsWith("API-Gateway-Execution-Logs_"));
    expect(flat(Properties.LogGroupName)).toBe(`API-Gateway-Execution-Logs_<${rest}>/${stage.Properties.StageName}`);
    expect(Properties.RetentionInDays).toBe(30);
    expect(DeletionPolicy).toBe("Delete");
    expect(stage.DependsOn).toContain(id);
  });

  test("brings the account's role for the logs of gateways where there is none, and leaves alone what is there", () => {
    const roles = (hub: Template) => ofType(hub, "AWS::IAM::Role").filter(([, { Properties }]) => JSON.stringify(Properties).includes("AmazonAPIGatewayPushToCloudWatchLogs"));
    const { hub } = exampleStacks();
    expect([ofType(hub, "AWS::ApiGateway::Account").length, roles(hub).length]).toEqual([1, 1]);
    const other = synthesise(example(), undefined, true)["oleada-hub"];
    if (other === undefined) throw new Error("there is no hub");
    expect([ofType(other, "AWS::ApiGateway::Account"), roles(other)]).toEqual([[], []]);
    expect(only(other, "AWS::ApiGateway::Stage")[1].DependsOn).toContain(only(other, "AWS::Logs::LogGroup", (logs) => flat(logs.LogGroupName).startsWith("API-Gateway-Execution-Logs_"))[0]);
  });

  test("tells authorize whose tokens count", () => {
    const of = (template: ReturnType<typeof exampleStacks>["hub"]) =>
      only(template, "AWS::Lambda::Function", (fn) => fn.FunctionName === "oleada-authorize")[1].Properties.Environment.Variables;
    const { hub } = exampleStacks();
    const [pool] = only(hub, "AWS::Cognito::UserPool");
    const [client] = only(hub, "AWS::Cognito::UserPoolClient");
    expect(flat(of(hub).OLEADA_TOKEN_ISSUER)).toBe(`https://cognito-idp.us-east-1.<AWS::URLSuffix>/<${pool}>`);
    expect(flat(of(hub).OLEADA_TOKEN_AUDIENCE)).toBe(`<${client}>`);
    const identity: Identity = { kind: "oidc", issuer: "https://login.example.com/", audience: "oleada", groupsClaim: "roles", clientId: "console", origins: ["https://tokens.example.com"], scope: "openid email", parameters: { audience: "oleada" } };
    const other = synthesise(example({ identity }))["oleada-hub"];
    if (other === undefined) throw new Error("there is no hub");
    expect(of(other)).toMatchObject({ OLEADA_TOKEN_ISSUER: identity.issuer, OLEADA_TOKEN_AUDIENCE: "oleada", OLEADA_TOKEN_GROUPS_CLAIM: "roles" });
    // The same text, to the letter: tokens are compared with it.
    expect(JSON.parse(flat(other.Outputs.ConsoleConfig?.Value))).toEqual({ auth: "oidc", authority: identity.issuer, clientId: "console", scope: "openid email", parameters: { audience: "oleada" } });
    expect(ofType(other, "AWS::Cognito::UserPool")).toEqual([]);
    expect(JSON.stringify(only(other, "AWS::CloudFront::ResponseHeadersPolicy"))).toContain("https://login.example.com https://tokens.example.com");
  });
});

describe("users", () => {
  test("are invited, have the product's roles as groups, and a second factor unless the file says otherwise", () => {
    const { hub } = exampleStacks();
    expect(only(hub, "AWS::Cognito::UserPool")[1].Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: "ON",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
    });
    const without = synthesise(example({ identity: { kind: "cognito", mfa: "off" } }))["oleada-hub"];
    if (without === undefined) throw new Error("there is no hub");
    expect(only(without, "AWS::Cognito::UserPool")[1].Properties.MfaConfiguration).toBe("OFF");
    const roles = [...source("crates/model/src/role.rs").matchAll(/^ {4}(\w+),$/gm)].map(([, role]) => role?.toLowerCase());
    expect(roles).toHaveLength(3);
    expect(ofType(hub, "AWS::Cognito::UserPoolGroup").map(([, group]) => group.Properties.GroupName)).toEqual(roles);
    const [first] = only(hub, "AWS::Cognito::UserPoolUser");
    expect(only(hub, "AWS::Cognito::UserPoolUserToGroupAttachment")[1].Properties).toMatchObject({ GroupName: "admin", Username: { Ref: first } });
  });

  test("log in by the authorisation code flow, without a secret in the browser", () => {
    const { hub } = exampleStacks();
    const client = only(hub, "AWS::Cognito::UserPoolClient")[1].Properties;
    expect(client).toMatchObject({ AllowedOAuthFlows: ["code"], GenerateSecret: false, PreventUserExistenceErrors: "ENABLED" });
    expect(client.ExplicitAuthFlows).toEqual(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
  });

  test("get a token by the account's administrators where there is no console to log in by", () => {
    const hub = synthesise(example({ console: { kind: "none" } }))["oleada-hub"];
    if (hub === undefined) throw new Error("there is no hub");
    const client = only(hub, "AWS::Cognito::UserPoolClient")[1].Properties;
    expect(client.ExplicitAuthFlows).toEqual(expect.arrayContaining(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]));
    expect(client.ExplicitAuthFlows).not.toContain("ALLOW_USER_PASSWORD_AUTH");
  });

  test("stay when another one becomes the first administrator", () => {
    for (const type of ["AWS::Cognito::UserPoolUser", "AWS::Cognito::UserPoolUserToGroupAttachment"]) {
      expect.soft(only(exampleStacks().hub, type)[1], type).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
    }
    expect(only(exampleStacks().hub, "AWS::Cognito::UserPool")[1].DeletionPolicy).toBe("Delete");
  });

  test("are what they were for ten minutes at most, as docs/operations.md says", () => {
    const client = only(exampleStacks().hub, "AWS::Cognito::UserPoolClient")[1].Properties;
    expect(client).toMatchObject({ AccessTokenValidity: 10, IdTokenValidity: 10, TokenValidityUnits: { AccessToken: "minutes", IdToken: "minutes" } });
    expect(source("docs/operations.md")).toMatch(/goes on as before for ten\s+minutes at most/);
  });
});
