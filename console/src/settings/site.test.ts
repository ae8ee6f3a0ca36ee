import { expect, it } from "vitest";

import type { Region } from "../api/types";
import { emptySite, requestOf, siteOf } from "./site";

const site = {
  cluster: "oleada",
  taskDefinition: "worker",
  container: "worker",
  subnets: ["subnet-1", "subnet-2"],
  securityGroups: [],
  publicIp: true,
  logGroup: "/oleada/workers",
  logPrefix: "worker",
  machine: null,
};

it("reads ids however they are parted", () => {
  const { subnets } = requestOf({ ...emptySite(), subnets: " subnet-1,subnet-2\n subnet-3 , " });
  expect(subnets).toEqual(["subnet-1", "subnet-2", "subnet-3"]);
});

it("sends an unchanged region as it came, and keeps its machine", () => {
  const { machine: _, ...rest } = site;
  expect(requestOf(siteOf({ name: "us-east-1", site } as unknown as Region))).toEqual(rest);
  const machine = { vcpu: 4, memoryGb: 16 };
  expect(requestOf(siteOf({ name: "local", site: { ...site, machine } } as unknown as Region))).toMatchObject({ machine });
});
