import { Fn, Stack, type App } from "aws-cdk-lib";

import type { RegionConfig } from "../config.ts";
import type { Fleet } from "../lambda.ts";
import { Permissions } from "../permissions.ts";
import { Events } from "./events.ts";
import { Live } from "./live.ts";
import { Network } from "./network.ts";
import { Registration } from "./registration.ts";
import { Workers } from "./workers.ts";

/** What a region needs for workers to run in it. The hub's own region has one of these too. */
export class Region extends Stack {
  private readonly zones: string[] | undefined;

  constructor(app: App, fleet: Fleet, { region, network }: RegionConfig, account: string | undefined, imageTag: string) {
    const { config, names } = fleet;
    super(app, `${names.prefix}-${region}`, {
      env: { region, ...(account === undefined ? {} : { account }) },
      description: `Oleada: distributed load tests. Workers in ${region}.`,
    });
    this.zones = network.kind === "existing" ? undefined : network.zones;
    const may = new Permissions(this, names);
    const live = new Live(this, fleet, may);
    const place = new Network(this, network, names, config.logRetentionDays);
    const workers = new Workers(this, config, names, place.vpc, live.logs, imageTag);
    if (region !== names.hub) new Events(this, names);
    // Last: a region is on offer once everything is there.
    const registration = new Registration(this, fleet, may, region, place);
    registration.node.addDependency(workers, place, live);
  }

  /** The first zones of the region unless they are named, whoever deploys: asking for them would need credentials. */
  override get availabilityZones(): string[] {
    return this.zones ?? [0, 1].map((zone) => Fn.select(zone, Fn.getAzs()));
  }
}
