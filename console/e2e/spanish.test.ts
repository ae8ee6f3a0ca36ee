import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Results } from "../src/api/types.ts";
import { Product } from "./product.ts";
import { Target } from "./target.ts";
import { Visit } from "./visit.ts";

const RUN_MS = 120_000;

let product: Product;
let target: Target;
let visit: Visit;

beforeAll(async () => {
  [product, target, visit] = await Promise.all([Product.start(), Target.start(), Visit.start("es-CO")]);
});

afterAll(async () => {
  target.stop();
  await visit.end();
  await product.stop();
});

describe("en español", () => {
  it("speaks the browser's language from the first page on", async () => {
    const { page } = visit;
    await page.goto(product.login);
    await page.getByRole("heading", { name: "Inicio" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    await visit.look("es-home");
  });

  it("writes a scenario and runs it", async () => {
    const { page } = visit;
    await page.getByRole("link", { name: "Crear escenario" }).first().click();
    await visit.field("Nombre").fill("ab");
    await visit.button("Guardar").click();
    await page.getByText("debe tener entre 3 y 255 caracteres").waitFor();
    await visit.field("Nombre").fill("Pago");
    await visit.field("URL").fill(`${target.origin}/pay`);
    await visit.field("Tiempo de reflexión").fill("100ms");
    await visit.field("Rampa de subida").fill("1s");
    await visit.field("Sostenimiento").fill("7s");
    await visit.look("es-editor");
    await visit.button("Guardar y ejecutar").click();
    await page.getByRole("heading", { name: "Ejecución de Pago" }).waitFor();
    await page.getByRole("tab", { name: "Criterios" }).waitFor({ timeout: RUN_MS });
    const { total } = await product.get<Results>(`/runs/${visit.runId}/results`);
    await page.getByText(total.requests.toLocaleString("es-CO"), { exact: true }).first().waitFor();
    await visit.look("es-run");
    await page.getByRole("tab", { name: /^Errores/ }).click();
    await page.getByRole("gridcell", { name: "503" }).waitFor();
    await visit.look("es-run-errors");
  });

  it("shows the rest, and changes the language in place", async () => {
    const { page } = visit;
    await page.getByRole("link", { name: "Pago", exact: true }).first().click();
    await page.getByRole("heading", { name: "Pago", exact: true }).waitFor();
    await visit.look("es-scenario");
    await page.goto(`${product.origin}/settings/regions`);
    await page.getByRole("heading", { name: "Regiones" }).waitFor();
    await visit.look("es-regions");
    await page.getByRole("button", { name: /^Idioma/ }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.getByRole("heading", { name: "Regions" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Regions" }).waitFor();
  });

  it("is accessible, and met no error on the way", () => {
    visit.expectAccessible();
    // The estimate of a scenario that is not finished is refused.
    visit.expectNoErrors(/status of 422.*(estimate|scenarios)/);
  });
});
