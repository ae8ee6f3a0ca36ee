import { expect, test } from "vitest";

import { example, flat, ofType, statementsOf, synthesise, type Statement, type Template } from "./support.ts";

/** A name and a hub that occur nowhere by themselves, so that what depends on them can be told. */
const NAME = "deployment-name";
const HUB = "eu-west-3";

/** What Lambda does with a function's role, and no code of ours. */
const OF_LAMBDA = ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];

/** A value of a template with `${…}` for what is different elsewhere. */
function neutral(value: unknown): string {
  return flat(value)
    .replaceAll("<AWS::Partition>", "${Partition}")
    .replaceAll(`${NAME}-<AWS::AccountId>-${HUB}`, "${Bucket}")
    .replaceAll("<AWS::AccountId>", "${Account}")
    .replaceAll(HUB, "${Hub}")
    .replaceAll(NAME, "${Name}");
}

/** The names of roles that our code has, by their logical ids: a function's is that of the function. */
function rolesOf(template: Template): [string, string][] {
  const functions = ofType(template, "AWS::Lambda::Function").map(
    ([, fn]) => [flat(fn.Properties.Role).replace(/^<(\w+)\.Arn>$/, "$1"), fn.Properties.FunctionName] as const,
  );
  const named = ofType(template, "AWS::IAM::Role").map(([id, role]) => [id, role.Properties.RoleName] as const);
  return [...functions, ...named.filter(([, name]) => name === `${NAME}-worker` || name === `${NAME}-live-reader`)].map(
    ([id, name]) => [id, String(name).slice(NAME.length + 1)],
  );
}

/** The ARN of a role of the template, which is the same on one machine. */
function written(template: Template, value: unknown): string {
  const text = neutral(value);
  const role = /^<(\w+)\.Arn>$/.exec(text)?.[1];
  const name = role === undefined ? undefined : template.Resources[role]?.Properties.RoleName;
  return name === undefined ? text : `arn:\${Partition}:iam::\${Account}:role/${neutral(name)}`;
}

function policy(template: Template, { effect, actions, resources, condition }: Statement) {
  const ours = actions.filter((action) => !OF_LAMBDA.includes(action));
  const conditions = Object.entries(condition).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, [values].flat().map(neutral)])),
  ]);
  return {
    Effect: effect,
    Action: ours.toSorted(),
    Resource: resources.map((resource) => written(template, resource)).toSorted(),
    ...(conditions.length === 0 ? {} : { Condition: Object.fromEntries(conditions) }),
  };
}

/** To write it anew: `vitest run -u tests/permissions.test.ts`. */
test("roles.json, which one machine enforces, is what the templates say", async () => {
  const config = example({ name: NAME, hub: HUB });
  const regions = [HUB, "sa-east-1"].map((region, index) => ({ ...config.regions[index]!, region }));
  const templates = Object.values(synthesise({ ...config, regions }));
  const roles: Record<string, unknown> = {};
  for (const template of templates) {
    for (const [id, name] of rolesOf(template)) {
      const statements = statementsOf(template, id).map((statement) => policy(template, statement));
      const said = statements.filter(({ Action }) => Action.length > 0);
      // The functions of a region are the same in all.
      if (roles[name] !== undefined) expect.soft(said, name).toEqual(roles[name]);
      roles[name] = said;
    }
  }
  const sorted = Object.fromEntries(Object.entries(roles).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify(sorted, null, 2)}\n`;
  expect(text, "an intrinsic function that nobody resolved").not.toMatch(/<|Fn::/);
  await expect(text).toMatchFileSnapshot("../roles.json");
});
