import type { Region, SiteRequest } from "../api/types";

/** Where a region's workers run, as it is being typed. */
export interface SiteDraft {
  name: string;
  cluster: string;
  taskDefinition: string;
  container: string;
  /** Ids, parted by blanks or commas. */
  subnets: string;
  securityGroups: string;
  publicIp: boolean;
  logGroup: string;
  logPrefix: string;
  machine: Region["site"]["machine"];
}

export const emptySite = (): SiteDraft => ({
  name: "",
  cluster: "",
  taskDefinition: "",
  container: "",
  subnets: "",
  securityGroups: "",
  publicIp: false,
  logGroup: "",
  logPrefix: "",
  machine: null,
});

export function siteOf({ name, site }: Region): SiteDraft {
  return { ...site, name, subnets: site.subnets.join(", "), securityGroups: site.securityGroups.join(", ") };
}

export function requestOf({ name: _, subnets, securityGroups, machine, ...rest }: SiteDraft): SiteRequest {
  return { ...rest, subnets: ids(subnets), securityGroups: ids(securityGroups), ...(machine && { machine }) };
}

function ids(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== "");
}
