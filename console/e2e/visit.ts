import { expect } from "vitest";
import type { Browser, Page } from "playwright-core";

import { launch, photograph, violations } from "./browser.ts";

/** Somebody at the console: a browser window, and what went wrong in it. */
export class Visit {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #errors: string[] = [];
  readonly #violations: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on("pageerror", (error) => this.#errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.#errors.push(`${message.text()} ${message.location().url}`);
    });
  }

  static async start(locale: string): Promise<Visit> {
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 }, locale });
    return new Visit(browser, page);
  }

  /** Takes the page's picture, and keeps what axe finds for the end, so that one flaw does not hide the rest. */
  async look(name: string): Promise<void> {
    await photograph(this.page, name);
    this.#violations.push(...(await violations(this.page)).map((violation) => `${name}: ${violation}`));
  }

  button(name: string | RegExp) {
    return this.page.getByRole("button", { name, exact: true });
  }

  field(name: string) {
    return this.page.getByRole("textbox", { name, exact: true });
  }

  get runId(): string {
    return /run_[0-9A-Z]+/.exec(this.page.url())?.[0] ?? "";
  }

  /** Everything that was looked at meets WCAG AA. */
  expectAccessible(): void {
    expect(this.#violations).toEqual([]);
  }

  /** Nothing went wrong but what the browser notes by itself of answers that are part of the story. */
  expectNoErrors(...expected: RegExp[]): void {
    expect(this.#errors.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  }

  async end(): Promise<void> {
    await this.#browser.close();
  }
}
