import { afterAll, beforeAll, expect, it } from "vitest";

import type { Results } from "../src/api/types.ts";
import { Product } from "./product.ts";
import { Target } from "./target.ts";
import { Visit } from "./visit.ts";

const RUN_MS = 150_000;

let product: Product;
let target: Target;
let visit: Visit;

beforeAll(async () => {
  [product, target, visit] = await Promise.all([Product.start(), Target.start(), Visit.start("en-US")]);
});

afterAll(async () => {
  target.stop();
  await visit.end();
  await product.stop();
});

it("goes on by itself when the product was killed under a live run and started again", async () => {
  const { page } = visit;
  await page.goto(product.login);
  await page.getByRole("link", { name: "Create scenario" }).first().click();
  await visit.field("Name").fill("Survivor");
  await visit.field("URL").fill(`${target.origin}/cart`);
  await visit.field("Think time").fill("200ms");
  await visit.field("Ramp-up").fill("1s");
  await visit.field("Hold").fill("29s");
  await visit.field("Drain").fill("2s");
  await visit.button("Save and run").click();
  await page.getByRole("img", { name: /^Requests: Requests [1-9]/ }).waitFor({ timeout: RUN_MS });

  await product.kill();
  await page.getByText("The live connection was lost. Reconnecting…").waitFor();
  await visit.look("run-lost");
  await product.restart();

  await page.getByText("The live connection was lost. Reconnecting…").waitFor({ state: "detached", timeout: RUN_MS });
  await page.getByRole("tab", { name: "Criteria" }).waitFor({ timeout: RUN_MS });
  const { total, interrupted } = await product.get<Results>(`/runs/${visit.runId}/results`);
  expect(target.takeCount()).toBe(total.requests + interrupted);
  await page.getByText(total.requests.toLocaleString("en"), { exact: true }).first().waitFor();
  visit.expectAccessible();
}, RUN_MS * 3);
