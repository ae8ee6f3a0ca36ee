import { CfnOutput, Stack, type App } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";

import { allow } from "../findings.ts";
import type { Fleet } from "../lambda.ts";
import { Permissions } from "../permissions.ts";
import { Administrator } from "./administrator.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { Console, securityHeaders } from "./console.ts";
import { Dashboard } from "./dashboard.ts";
import { issuer, loginOrigins } from "./identity.ts";
import { Live } from "./live.ts";
import { Objects } from "./objects.ts";
import { Run } from "./run.ts";
import { Tables } from "./tables.ts";
import { Upkeep } from "./upkeep.ts";
import { WorkerRoles } from "./worker-roles.ts";

/** All that a deployment has once: what is kept, the API, the state machine, the console. */
export class Hub extends Stack {
  constructor(app: App, fleet: Fleet, account: string | undefined) {
    const { config, names } = fleet;
    super(app, `${names.prefix}-hub`, {
      env: { region: config.hub, ...(account === undefined ? {} : { account }) },
      description: "Oleada: distributed load tests. The hub: what is kept, the API, the state machine, the console.",
      terminationProtection: true,
    });
    const may = new Permissions(this, names);
    new Tables(this, names);
    const objects = new Objects(this);
    new WorkerRoles(this, names, may);
    const run = new Run(this, fleet, may);
    const upkeep = new Upkeep(this, fleet, may, run);
    const api = new Api(this, fleet, may);
    const live = new Live(this, names, api.api.role);
    api.api.lambda.addEnvironment("OLEADA_LIVE_ADDRESS", `wss://${live.endpoint}/mqtt`);
    api.api.lambda.addEnvironment("OLEADA_LIVE_ROLE_ARN", live.reader.roleArn);
    allow(api.api.role, new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [live.reader.roleArn] }));

    let consoleUrl: string | undefined;
    if (config.console.kind === "cloudfront") {
      const bucket = `https://${names.bucket}.s3.${config.hub}.${this.urlSuffix}`;
      const headers = securityHeaders(this, names, [bucket, `wss://${live.endpoint}`, ...loginOrigins(this, config, names)]);
      consoleUrl = new Console(this, names, config.console.domain, api.rest, headers, objects.accessLogs).url;
    }
    objects.keep(config, names, consoleUrl);
    const known = issuer(this, config, names, consoleUrl);
    for (const [name, value] of Object.entries(known.environment)) api.authorize.lambda.addEnvironment(name, value);
    new CfnOutput(this, "ConsoleConfig", { value: this.toJsonString(known.console) }).overrideLogicalId("ConsoleConfig");

    new Administrator(this, names, known.userPoolArn);
    const alarms = new Alarms(this, config, names, api, run, upkeep);
    new Dashboard(this, config, names, alarms, api, run);
  }
}
