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

  test.each(["default", "sthree-load", "xn--load", "amzn-s3-demo-a", "load--tests"])("refuses the name %s, which AWS refuses or has in use", (name) => {
    expect(() => parseConfig({ ...example(), name })).toThrow(/name must not/);
    expect(parseConfig({ ...example(), name: "a-default" }).name).toBe("a-default");
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

  const oidc = (changes: object) => parseConfig({ ...example(), identity: { kind: "oidc", issuer: "https://login.example.com", audience: "a", clientId: "c", ...changes } }).identity;

  test("takes an issuer as it stands in tokens, with a slash at its end or without, and not over plain HTTP", () => {
    for (const issuer of ["https://team.eu.auth0.com/", "https://login.example.com/realms/team"]) expect(oidc({ issuer })).toMatchObject({ issuer });
    for (const issuer of ["http://login.example.com", "https://", "https:///", "https://login.example.com/?tenant=1", "https://login.example.com/#a"]) {
      expect(() => oidc({ issuer }), issuer).toThrow(/identity\.issuer must be/);
    }
  });

  test("asks an issuer for a scope that says who somebody is, and for more where the file says so", () => {
    expect(oidc({})).toMatchObject({ scope: "openid profile email", parameters: {} });
    const more = { scope: "openid offline_access api://1f6b/use", parameters: { audience: "https://oleada.example" } };
    expect(oidc(more)).toMatchObject(more);
    for (const scope of ["", "openid  profile", " openid", 'openid "', 7]) expect(() => oidc({ scope }), String(scope)).toThrow(/identity\.scope must be/);
    expect(() => oidc({ scope: "profile email" })).toThrow(/identity\.scope must contain openid/);
  });

  test("tells an issuer texts, and nothing that the console says itself", () => {
    for (const parameters of [[], "audience=a", 1]) expect(() => oidc({ parameters })).toThrow(/identity\.parameters must be an object/);
    for (const value of ["", 7, null, "a\nb", "x".repeat(513)]) expect(() => oidc({ parameters: { resource: value } })).toThrow(/identity\.parameters\.resource must be a text/);
    expect(() => oidc({ parameters: { "a b": "c" } })).toThrow(/identity\.parameters\.a b must be named/);
    expect(() => oidc({ parameters: { redirect_uri: "https://else.example" } })).toThrow(/identity\.parameters\.redirect_uri is the console's own/);
    expect(() => oidc({ parameters: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, "v"])) })).toThrow(/identity\.parameters must be ten at most/);
    expect(() => parseConfig({ ...example(), identity: { kind: "cognito", scope: "openid" } })).toThrow(/identity\.scope is not known/);
  });

  test("takes a revision of an image that is built, and of no other", () => {
    const image = (image: object) => parseConfig({ ...example(), image }).image;
    expect(image({ kind: "built", revision: "2026-11.1" })).toMatchObject({ revision: "2026-11.1" });
    for (const revision of ["", "a b", "-1", "a/b", "x".repeat(33), 1]) expect(() => image({ kind: "built", revision }), String(revision)).toThrow(/image\.revision must be/);
    expect(() => image({ kind: "public", uri: `a@sha256:${"0".repeat(64)}`, revision: "1" })).toThrow(/image\.revision is not known/);
  });

  test("takes origins of an issuer, and no more than origins", () => {
    const identity = (...origins: string[]) => ({ kind: "oidc", issuer: "https://login.example.com", audience: "a", clientId: "c", origins });
    expect(parseConfig({ ...example(), identity: identity("https://tokens.example.com:8443") }).identity).toMatchObject({ origins: ["https://tokens.example.com:8443"] });
    for (const origin of ["http://tokens.example.com", "https://tokens.example.com/token", "https://*", "https://a.example.com; script-src *"]) {
      expect(() => parseConfig({ ...example(), identity: identity(origin) }), origin).toThrow(/identity\.origins\[0\]/);
    }
  });
});
