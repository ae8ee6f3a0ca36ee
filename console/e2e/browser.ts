import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";

const SCREENSHOTS = "screenshots";
const NARROW = 800;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The page in light and in dark, and in a narrow window, to be looked at. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.evaluate(() => window.scrollTo(0, 0));
  const wide = page.viewportSize();
  for (const mode of ["dark", "light"] as const) {
    await show(page, mode);
    await page.screenshot({ path: `${SCREENSHOTS}/${name}-${mode}.png`, fullPage: true });
  }
  if (!wide) return;
  await page.setViewportSize({ ...wide, width: NARROW });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}-narrow.png`, fullPage: true });
  await page.setViewportSize(wide);
}

async function show(page: Page, mode: "dark" | "light"): Promise<void> {
  await page.emulateMedia({ colorScheme: mode, reducedMotion: "reduce" });
  await page.waitForFunction((dark) => document.body.classList.contains("awsui-dark-mode") === dark, mode === "dark");
}

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/** What axe finds wrong by WCAG A and AA in light and in dark, a line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found: string[] = [];
  for (const mode of ["dark", "light"] as const) {
    await show(page, mode);
    found.push(...(await violationsNow(page)).map((violation) => `${mode}: ${violation}`));
  }
  return found;
}

async function violationsNow(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(scope: Document, options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
