import { readFileSync } from "node:fs";
import { env } from "node:process";

import { build } from "./src/app.ts";
import { parseConfig } from "./src/config.ts";

/** Paths are given by the scripts; a deployment has no others. */
function given(variable: string): string {
  const value = env[variable];
  if (value === undefined || value === "") throw new Error(`${variable} is not set: use scripts/deploy`);
  return value;
}

const { app } = build({
  config: parseConfig(JSON.parse(readFileSync(given("OLEADA_DEPLOYMENT"), "utf8"))),
  bootstraps: given("OLEADA_BOOTSTRAPS"),
  hasLogRole: env.OLEADA_HAS_LOG_ROLE === "true",
  imageTag: given("OLEADA_IMAGE_TAG"),
  account: env.CDK_DEFAULT_ACCOUNT,
});
app.synth();
