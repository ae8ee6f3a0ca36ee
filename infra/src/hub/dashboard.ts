import { Duration } from "aws-cdk-lib";
import { AlarmStatusWidget, Dashboard as CloudWatchDashboard, GraphWidget, Metric, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";

import type { Config } from "../config.ts";
import type { Names } from "../names.ts";
import type { Alarms } from "./alarms.ts";
import type { Api } from "./api.ts";
import type { Run } from "./run.ts";

const PERIOD = Duration.minutes(5);

/** One page for whoever operates the stack. */
export class Dashboard extends Construct {
  constructor(scope: Construct, config: Config, names: Names, alarms: Alarms, api: Api, run: Run) {
    super(scope, "Dashboard");
    const page = new CloudWatchDashboard(this, "Page", { dashboardName: names.prefix, defaultInterval: Duration.days(1) });
    const product = (metricName: string, statistic: string) =>
      new Metric({ namespace: "Oleada", metricName, statistic, period: PERIOD });
    page.addWidgets(
      new TextWidget({ markdown: "# Oleada\nWhat each alarm means, and what to do: `docs/operations.md`.", width: 6, height: 6 }),
      new AlarmStatusWidget({ title: "Alarms", alarms: alarms.all, width: 18, height: 6 }),
    );
    page.addWidgets(
      new GraphWidget({
        title: "Runs",
        left: [run.machine.metricStarted({ period: PERIOD }), run.machine.metricSucceeded({ period: PERIOD }), run.machine.metricFailed({ period: PERIOD })],
        width: 8,
      }),
      new GraphWidget({ title: "Requests of runs that ended", left: [product("requests", "Sum")], right: [product("failureRate", "Maximum")], width: 8 }),
      new GraphWidget({ title: "Workers lost", left: [product("workersLost", "Sum")], width: 8 }),
    );
    page.addWidgets(
      new GraphWidget({
        title: "API",
        left: [api.rest.metricCount({ period: PERIOD }), api.rest.metricClientError({ period: PERIOD }), api.rest.metricServerError({ period: PERIOD })],
        right: [api.rest.metricLatency({ statistic: "p50", period: PERIOD }), api.rest.metricLatency({ statistic: "p99", period: PERIOD })],
        width: 8,
      }),
      new GraphWidget({
        title: "Errors of functions",
        left: [api.api, ...run.functions].map((each) => each.lambda.metricErrors({ period: PERIOD })),
        width: 8,
      }),
      new GraphWidget({
        title: "Live feed: deliveries that failed",
        left: config.regions.map(
          ({ region }) =>
            new Metric({
              namespace: "AWS/Lambda",
              metricName: "Errors",
              dimensionsMap: { FunctionName: names.lambda("publish-live") },
              statistic: "Sum",
              period: PERIOD,
              region,
              label: region,
            }),
        ),
        width: 8,
      }),
    );
  }
}
