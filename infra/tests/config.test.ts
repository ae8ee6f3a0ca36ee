import { describe, expect, test } from "vitest";

import { parseConfig } from "../src/config.ts";
import { source } from "./support.ts";

const example = (): Record<string, any> => JSON.parse(source("infra/deployment.example.json"));

describe("the deployment file", () => {
  test("names every mistake with its place, at once", () => {
    const wrong = { ...example(), name: "Oleada!", hub: "mars", regions: [{ region: "us-east-1", network: { kind: "public", cidr: "10.0.0.0/24" } }], colour: 1 };
    expect(() => parseConfig(wrong)).toThrow(/name must[^]*hub must[^]*regions\[0\]\.network\.cidr must[^]*colour is not known/);
  });

  test("refuses a name whose bucket another deployment may have", () => {
    expect(() => parseConfig({ ...example(), name: "oleada-console" })).toThrow(/name must not end in -console/);
  });

  test("means x86_64 where it names no processor", () => {
    const { architecture, ...rest } = example();
    expect(architecture).toBe("x86_64");
    const config = parseConfig({ ...rest, image: { kind: "built" } });
    expect([config.architecture, config.image.architecture]).toEqual(["x86_64", "x86_64"]);
    expect(() => parseConfig({ ...example(), architecture: "riscv" })).toThrow(/architecture must be one of x86_64, arm64/);
  });

  test("refuses a region that is named twice", () => {
    const twice = example();
    twice.regions[1].region = twice.regions[0].region;
    expect(() => parseConfig(twice)).toThrow(/regions names a region twice/);
  });

  test("takes two zones of the region, and no others", () => {
    const zones = (...zones: string[]) => ({ ...example(), regions: [{ region: "us-east-1", network: { kind: "public", cidr: "10.0.0.0/16", zones } }] });
    expect(parseConfig(zones("us-east-1b", "us-east-1d")).regions[0]?.network).toMatchObject({ zones: ["us-east-1b", "us-east-1d"] });
    expect(() => parseConfig(zones("us-east-1b"))).toThrow(/zones must be a list of 2 to 2/);
    expect(() => parseConfig(zones("us-east-1b", "us-east-1b"))).toThrow(/zones names a zone twice/);
    expect(() => parseConfig(zones("us-east-1b", "us-west-2a"))).toThrow(/zones must be of us-east-1/);
  });

  test("refuses what a partition does not have", () => {
    const china = { ...example(), hub: "cn-north-1" };
    expect(() => parseConfig(china)).toThrow(/console\.kind must be none[^]*identity\.kind must be oidc[^]*regions must be of the hub's partition/);
  });

  test("takes a public image by its digest only", () => {
    const image = (uri: string) => ({ ...example(), image: { kind: "public", architecture: "x86_64", uri } });
    expect(() => parseConfig(image("public.ecr.aws/oleada/load-tester:latest"))).toThrow(/image\.uri/);
    expect(parseConfig(image(`public.ecr.aws/oleada/load-tester@sha256:${"0".repeat(64)}`)).image.kind).toBe("public");
  });

  test("asks for a second factor unless it says otherwise, and only of a user pool of its own", () => {
    const identity = (identity: object) => parseConfig({ ...example(), identity }).identity;
    expect(identity({ kind: "cognito" })).toEqual({ kind: "cognito", mfa: "required" });
    expect(identity({ kind: "cognito", mfa: "off" })).toEqual({ kind: "cognito", mfa: "off" });
    expect(() => identity({ kind: "cognito", mfa: "optional" })).toThrow(/identity\.mfa must be one of required, off/);
    const other = { kind: "oidc", issuer: "https://login.example.com", audience: "a", clientId: "c" };
    expect(() => identity({ ...other, mfa: "off" })).toThrow(/identity\.mfa is not known/);
  });

  test("does not take an issuer over plain HTTP", () => {
    const identity = { kind: "oidc", issuer: "http://login.example.com", audience: "a", groupsClaim: "groups", clientId: "c" };
    expect(() => parseConfig({ ...example(), identity })).toThrow(/identity\.issuer/);
  });

  test("takes origins of an issuer, and no more than origins", () => {
    const identity = (...origins: string[]) => ({ kind: "oidc", issuer: "https://login.example.com", audience: "a", clientId: "c", origins });
    expect(parseConfig({ ...example(), identity: identity("https://tokens.example.com:8443") }).identity).toMatchObject({ origins: ["https://tokens.example.com:8443"] });
    for (const origin of ["http://tokens.example.com", "https://tokens.example.com/token", "https://*", "https://a.example.com; script-src *"]) {
      expect(() => parseConfig({ ...example(), identity: identity(origin) }), origin).toThrow(/identity\.origins\[0\]/);
    }
  });
});
