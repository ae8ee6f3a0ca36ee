import { expect, test } from "vitest";

import type { Config, Identity } from "../src/config.ts";
import { example, exampleStacks, ofType, synthesise } from "./support.ts";

const network = { kind: "public", cidr: "10.40.0.0/16" } as const;
const oidc = { kind: "oidc", issuer: "https://login.example.com", audience: "a", groupsClaim: "groups", clientId: "c", origins: [], scope: "openid", parameters: {} } satisfies Identity;
const elsewhere: Partial<Config>[] = [
  { hub: "us-gov-west-1", console: { kind: "none" }, regions: [{ region: "us-gov-east-1", network }] },
  { hub: "cn-north-1", console: { kind: "none" }, identity: oidc, regions: [{ region: "cn-northwest-1", network }] },
  { hub: "eu-central-2", regions: [{ region: "ap-southeast-4", network }] },
];

test.each(elsewhere)("nothing assumes a partition: hub in $hub", (changes) => {
  const stacks = Object.values(synthesise(example(changes)));
  expect(stacks).toHaveLength(2);
  for (const stack of stacks) {
    const text = JSON.stringify(stack.Resources);
    expect(text).not.toMatch(/arn:aws[:-]/);
    expect(text).not.toMatch(/us-east-1/);
    // Principals are named alike everywhere, without a region; addresses are not.
    const principals = ["delivery.logs.amazonaws.com", "logging.s3.amazonaws.com"];
    const addresses = (text.match(/[a-z0-9.-]*amazonaws\.com[a-z.]*/g) ?? []).filter((name) => !/^[a-z-]+\.amazonaws\.com$/.test(name));
    expect(addresses.filter((name) => !principals.includes(name))).toEqual([]);
  }
});

test.each([
  "a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com",
  "a1b2c3d4e5f6g7-ats.iot.us-gov-west-1.amazonaws.com",
  "a1b2c3d4e5f6g7.ats.iot.cn-north-1.amazonaws.com.cn",
])("the address of IoT Core may be %s", (endpoint) => {
  const pattern = exampleStacks().hub.Parameters.LiveEndpoint?.AllowedPattern as string;
  expect(endpoint).toMatch(new RegExp(pattern));
  expect(`${endpoint}.example.com`).not.toMatch(new RegExp(pattern));
});

test("two deployments may live in one account", () => {
  const names = (name: string) =>
    Object.values(synthesise(example({ name }))).flatMap((stack) =>
      Object.values(stack.Resources).flatMap(({ Properties, Type }) => {
        const [named] = Object.entries(Properties ?? {}).filter(([key]) => /^(\w*Name|Family)$/.test(key) && !/^(AttributeName|StageName|GroupName|MetricName|ContainerName|FilterName|PolicyName|ClientName|PoolName|FunctionName)$/.test(key));
        return named === undefined ? [] : [`${Type} ${JSON.stringify(named[1])}`];
      }),
    );
  const [first, second] = [new Set(names("oleada")), names("staging")];
  expect(second.filter((name) => name.includes('"')).filter((name) => first.has(name) && !/\{/.test(name))).toEqual([]);
  expect(ofType(Object.values(synthesise(example({ name: "staging" })))[0]!, "AWS::IAM::Role").length).toBeGreaterThan(10);
});
