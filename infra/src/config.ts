/** What a team decides about its deployment: one JSON file, kept beside its own code. */
export interface Config {
  /** The first word of every name; several deployments in an account differ in it. */
  name: string;
  /** The region of tables, bucket, state machine, API and console. Workers run wherever `regions` says. */
  hub: string;
  /** Invited as the first administrator, and told of alarms. */
  administratorEmail: string;
  /** Of the Lambda functions. */
  architecture: Architecture;
  identity: Identity;
  console: Console;
  image: Image;
  logRetentionDays: number;
  /** After how many days the raw samples of a run go; its results stay. */
  rawSampleDays: number;
  regions: RegionConfig[];
}

/** `x86_64` where the file says nothing. */
export type Architecture = "x86_64" | "arm64";

/** Who knows the users. */
export type Identity =
  /** `mfa` is `required` where the file says nothing. */
  | { kind: "cognito"; mfa: "required" | "off" }
  | {
      kind: "oidc";
      /** As it stands in the tokens, to the letter: Auth0's ends with a slash, most do not. */
      issuer: string;
      /** What a token's `aud`, or `client_id`, must say. */
      audience: string;
      /** The claim with the groups `viewer`, `operator`, `admin`. */
      groupsClaim: string;
      /** The console's, which is a public client: it has no secret. */
      clientId: string;
      /** Where the console asks for tokens, when that is not the issuer's own origin, which it may always ask. */
      origins: string[];
      /** What the console asks for, such as a scope of the API whose token it wants. */
      scope: string;
      /** What else the issuer wants to be told when somebody logs in, such as `audience` or `resource`. */
      parameters: Record<string, string>;
    };

/** `none` where there is no CloudFront, as in GovCloud: the API is served all the same. */
export type Console = { kind: "cloudfront"; domain?: Domain } | { kind: "none" };

export interface Domain {
  name: string;
  /** Of a certificate in us-east-1, as CloudFront wants it. */
  certificateArn: string;
}

/** Where tasks get the load-tester image from. */
export type Image =
  /** A repository of this deployment in each region, filled by scripts/deploy. */
  | {
      kind: "built";
      architecture: Architecture;
      /** Part of the image's name: the same sources under another one are built anew, with what Debian has mended since. */
      revision?: string;
    }
  /** A public image, pinned by its digest. */
  | { kind: "public"; architecture: Architecture; uri: string };

export interface RegionConfig {
  region: string;
  network: Network;
}

export type Network =
  /**
   * A new VPC whose tasks have public addresses. It costs nothing at rest. Its `zones` are the first two unless they are
   * named: Fargate is not in every zone, and their letters differ by account.
   */
  | { kind: "public"; cidr: string; zones?: string[] }
  /** A new VPC whose tasks leave by NAT gateways: the targets see the same two addresses in every run. */
  | { kind: "private"; cidr: string; zones?: string[] }
  | { kind: "existing"; vpcId: string; subnetIds: string[]; publicIp: boolean };

/** As crates/model/src/region.rs reads it. */
const REGION = /^[a-z]{2}(-[a-z]{1,12}){1,2}-\d{1,2}$/;
const NAME = /^[a-z][a-z0-9-]{1,18}[a-z0-9]$/;
const ZONE = /^[a-z]{2}(-[a-z]{1,12}){1,2}-\d{1,2}[a-z]$/;
const CIDR = /^\d{1,3}(\.\d{1,3}){3}\/(16|17|18)$/;
const ORIGIN = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/;
/** Words of a scope, as RFC 6749 (3.3) has them. */
const SCOPE = /^[!#-[\]-~]{1,200}( [!#-[\]-~]{1,200}){0,19}$/;
/** What the console's requests say by themselves. */
const SAID = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt"];
const DIGEST = /@sha256:[0-9a-f]{64}$/;
/** Of a tag, which is longer than this by the digest of the sources. */
const REVISION = /^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$/;
const VPC = /^vpc-[0-9a-f]{8,17}$/;
const SUBNET = /^subnet-[0-9a-f]{8,17}$/;
/** S3 keeps these for itself: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>. */
const KEPT = ["xn--", "sthree", "amzn-s3-demo"];
/** Of a user pool's domain, which must not contain these words. */
const TAKEN = ["aws", "amazon", "cognito"];
/** What CloudWatch Logs can keep for; <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>. */
const RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** Reads a deployment file. Every mistake is named with its place. */
export function parseConfig(document: unknown): Config {
  const read = new Reader();
  const root = read.object("", document);
  const config: Config = {
    name: read.text("name", root.name, NAME, "3 to 20 lower-case letters, digits and dashes"),
    hub: read.text("hub", root.hub, REGION, "a region such as us-east-1"),
    administratorEmail: read.text("administratorEmail", root.administratorEmail, /^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"),
    architecture: architecture(read, "architecture", root.architecture),
    identity: identity(read, root.identity),
    console: consoleOf(read, root.console),
    image: image(read, root.image),
    logRetentionDays: read.number("logRetentionDays", root.logRetentionDays, (days) => RETENTION.includes(days), `one of ${RETENTION.join(", ")}`),
    rawSampleDays: read.number("rawSampleDays", root.rawSampleDays, (days) => days >= 1 && days <= 3650, "1 to 3650"),
    regions: read.list("regions", root.regions, 1, 20).map((each, index) => regionOf(read, `regions[${index}]`, each)),
  };
  read.known("", root, Object.keys(config));
  if (TAKEN.some((word) => config.name.includes(word))) read.wrong("name", `must not contain ${TAKEN.join(", ")}`);
  if (KEPT.some((start) => config.name.startsWith(start))) read.wrong("name", `must not begin with ${KEPT.join(", ")}`);
  // A repository of images is not called so.
  if (config.name.includes("--")) read.wrong("name", "must not contain two dashes in a row");
  // Every account has a cluster and a group of schedules of this name, which are not ours to change or delete.
  if (config.name === "default") read.wrong("name", "must not be default");
  // The bucket of files of a deployment `x` is called as the one of data of `x-console` would be.
  if (config.name.endsWith("-console")) read.wrong("name", "must not end in -console");
  if (/^(us-gov|cn|us-iso)/.test(config.hub) && config.console.kind !== "none") {
    read.wrong("console.kind", `must be none in ${config.hub}, which CloudFront does not serve`);
  }
  if (config.hub.startsWith("cn-") && config.identity.kind !== "oidc") {
    read.wrong("identity.kind", `must be oidc in ${config.hub}, which has no Cognito user pools`);
  }
  const partitions = new Set([config.hub, ...config.regions.map((each) => each.region)].map(partition));
  if (partitions.size > 1) read.wrong("regions", "must be of the hub's partition");
  const names = config.regions.map((each) => each.region);
  if (new Set(names).size !== names.length) read.wrong("regions", "names a region twice");
  read.finish();
  return config;
}

function partition(region: string): string {
  return /^(us-gov|cn|us-iso[a-z]*)-/.exec(region)?.[1] ?? "aws";
}

function architecture(read: Reader, at: string, value: unknown): Architecture {
  return value === undefined ? "x86_64" : read.oneOf(at, value, ["x86_64", "arm64"]);
}

function identity(read: Reader, value: unknown): Identity {
  const object = read.object("identity", value);
  if (read.oneOf("identity.kind", object.kind, ["cognito", "oidc"]) === "cognito") {
    read.known("identity", object, ["kind", "mfa"]);
    return { kind: "cognito", mfa: object.mfa === undefined ? "required" : read.oneOf("identity.mfa", object.mfa, ["required", "off"]) };
  }
  read.known("identity", object, ["kind", "issuer", "audience", "groupsClaim", "clientId", "origins", "scope", "parameters"]);
  return {
    kind: "oidc",
    issuer: read.text("identity.issuer", object.issuer, /^https:\/\/[^\s?#/][^\s?#]*$/, "an https address, as it stands in the tokens"),
    audience: read.text("identity.audience", object.audience, /^\S{1,512}$/, "the audience of the tokens"),
    groupsClaim: read.text("identity.groupsClaim", object.groupsClaim ?? "groups", /^\S{1,128}$/, "the name of a claim"),
    clientId: read.text("identity.clientId", object.clientId, /^\S{1,512}$/, "the console's client id"),
    origins: read
      .list("identity.origins", object.origins ?? [], 0, 5)
      .map((origin, index) => read.text(`identity.origins[${index}]`, origin, ORIGIN, "an https origin without a path")),
    scope: scope(read, object.scope),
    parameters: parameters(read, object.parameters),
  };
}

function scope(read: Reader, value: unknown): string {
  const words = read.text("identity.scope", value ?? "openid profile email", SCOPE, "words with a space between them");
  // Without it the issuer says nothing of who somebody is.
  if (words !== "" && !words.split(" ").includes("openid")) read.wrong("identity.scope", "must contain openid");
  return words;
}

function parameters(read: Reader, value: unknown): Record<string, string> {
  const object = read.object("identity.parameters", value ?? {});
  const names = Object.keys(object);
  if (names.length > 10) read.wrong("identity.parameters", "must be ten at most");
  for (const name of names) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) read.wrong(`identity.parameters.${name}`, "must be named by letters, digits, dots, dashes and underscores");
    if (SAID.includes(name)) read.wrong(`identity.parameters.${name}`, "is the console's own");
  }
  return Object.fromEntries(names.map((name) => [name, read.text(`identity.parameters.${name}`, object[name], /^[!-~]([ -~]{0,510}[!-~])?$/, "a text of up to 512 characters")]));
}

function consoleOf(read: Reader, value: unknown): Console {
  const object = read.object("console", value);
  if (read.oneOf("console.kind", object.kind, ["cloudfront", "none"]) === "none") {
    read.known("console", object, ["kind"]);
    return { kind: "none" };
  }
  read.known("console", object, ["kind", "domain"]);
  if (object.domain === undefined) return { kind: "cloudfront" };
  const domain = read.object("console.domain", object.domain);
  read.known("console.domain", domain, ["name", "certificateArn"]);
  return {
    kind: "cloudfront",
    domain: {
      name: read.text("console.domain.name", domain.name, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a host name"),
      certificateArn: read.text(
        "console.domain.certificateArn",
        domain.certificateArn,
        /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/\S+$/,
        "the ARN of a certificate in us-east-1",
      ),
    },
  };
}

function image(read: Reader, value: unknown): Image {
  const object = read.object("image", value);
  const kind = read.oneOf("image.kind", object.kind, ["built", "public"]);
  const processor = architecture(read, "image.architecture", object.architecture);
  read.known("image", object, kind === "built" ? ["kind", "architecture", "revision"] : ["kind", "architecture", "uri"]);
  if (kind === "built") {
    if (object.revision === undefined) return { kind, architecture: processor };
    return { kind, architecture: processor, revision: read.text("image.revision", object.revision, REVISION, "up to 32 letters, digits, dots and dashes") };
  }
  return { kind, architecture: processor, uri: read.text("image.uri", object.uri, DIGEST, "an image with its digest, …@sha256:…") };
}

function regionOf(read: Reader, at: string, value: unknown): RegionConfig {
  const object = read.object(at, value);
  read.known(at, object, ["region", "network"]);
  const region = read.text(`${at}.region`, object.region, REGION, "a region such as us-east-1");
  return { region, network: network(read, `${at}.network`, region, object.network) };
}

function network(read: Reader, at: string, region: string, value: unknown): Network {
  const object = read.object(at, value);
  const kind = read.oneOf(`${at}.kind`, object.kind, ["public", "private", "existing"]);
  if (kind !== "existing") {
    read.known(at, object, ["kind", "cidr", "zones"]);
    const cidr = read.text(`${at}.cidr`, object.cidr, CIDR, "a network such as 10.40.0.0/16; /18 at the smallest");
    if (object.zones === undefined) return { kind, cidr };
    const zones = read
      .list(`${at}.zones`, object.zones, 2, 2)
      .map((each, index) => read.text(`${at}.zones[${index}]`, each, ZONE, "a zone such as us-east-1a"));
    if (zones[0] === zones[1]) read.wrong(`${at}.zones`, "names a zone twice");
    if (zones.some((zone) => zone.slice(0, -1) !== region)) read.wrong(`${at}.zones`, `must be of ${region}`);
    return { kind, cidr, zones };
  }
  read.known(at, object, ["kind", "vpcId", "subnetIds", "publicIp"]);
  if (typeof object.publicIp !== "boolean") read.wrong(`${at}.publicIp`, "must be true or false");
  return {
    kind,
    vpcId: read.text(`${at}.vpcId`, object.vpcId, VPC, "a VPC such as vpc-0123456789abcdef0"),
    subnetIds: read
      .list(`${at}.subnetIds`, object.subnetIds, 1, 16)
      .map((each, index) => read.text(`${at}.subnetIds[${index}]`, each, SUBNET, "a subnet such as subnet-0123456789abcdef0")),
    publicIp: object.publicIp === true,
  };
}

/** Gathers what is wrong, so that a file is corrected once. */
class Reader {
  private readonly problems: string[] = [];

  wrong(at: string, problem: string): void {
    this.problems.push(`${at === "" ? "the file" : at} ${problem}`);
  }

  object(at: string, value: unknown): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.wrong(at, "must be an object");
    return {};
  }

  known(at: string, object: Record<string, unknown>, keys: string[]): void {
    for (const key of Object.keys(object)) {
      if (!keys.includes(key)) this.wrong(at === "" ? key : `${at}.${key}`, "is not known");
    }
  }

  text(at: string, value: unknown, pattern: RegExp, wanted: string): string {
    if (typeof value === "string" && pattern.test(value)) return value;
    this.wrong(at, `must be ${wanted}`);
    return "";
  }

  oneOf<T extends string>(at: string, value: unknown, words: [T, ...T[]]): T {
    const word = words.find((each) => each === value);
    if (word === undefined) this.wrong(at, `must be one of ${words.join(", ")}`);
    return word ?? words[0];
  }

  number(at: string, value: unknown, isFit: (value: number) => boolean, wanted: string): number {
    if (typeof value === "number" && Number.isInteger(value) && isFit(value)) return value;
    this.wrong(at, `must be ${wanted}`);
    return 1;
  }

  list(at: string, value: unknown, least: number, most: number): unknown[] {
    if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
    this.wrong(at, `must be a list of ${least} to ${most}`);
    return [];
  }

  finish(): void {
    if (this.problems.length > 0) throw new Error(`the deployment file is not right:\n  ${this.problems.join("\n  ")}`);
  }
}
