import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";

import type { Config } from "./config.ts";
import { Hub } from "./hub/hub.ts";
import type { Fleet } from "./lambda.ts";
import { Names } from "./names.ts";
import { Region } from "./region/region.ts";

export interface Inputs {
  config: Config;
  /** Where the functions' binaries are; see `Fleet`. */
  bootstraps: string;
  /** See `Fleet`; absent, there is none. */
  hasLogRole?: boolean;
  /** Of the load-tester image in this deployment's repositories. */
  imageTag: string;
  /** Absent while nobody deploys: the templates are the same for every account. */
  account: string | undefined;
  /** Where the cloud assembly goes. */
  outdir?: string;
  context?: Record<string, unknown>;
}

/** The hub, and a stack for each region. Synthesis fails on a finding of the AWS Solutions rules that nobody explains. */
export function build({ config, bootstraps, hasLogRole = false, imageTag, account, outdir, context }: Inputs): {
  app: App;
  hub: Hub;
  regions: Region[];
} {
  const app = new App({
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
    ...(context === undefined ? {} : { context }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const fleet: Fleet = { config, names: new Names(config, account), bootstraps, hasLogRole };
  const hub = new Hub(app, fleet, account);
  const regions = config.regions.map((region) => {
    const stack = new Region(app, fleet, region, account, imageTag);
    stack.addStackDependency(hub);
    return stack;
  });
  return { app, hub, regions };
}
