import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = setting("OLEADA_BIN", "the oleada program");
const engines = setting("OLEADA_ENGINES", "the directory of the load engines");
/** Collecting and cleaning up takes a stopping product this long at most. */
const PATIENCE_MS = 20_000;

/** A product of the test's own: a fresh data directory, a free port, the console as it was built. */
export class Product {
  /** Its data directory. */
  readonly data: string;
  #process: ChildProcess | null = null;
  origin = "";
  /** Good for one use. */
  login = "";

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  private constructor(data: string) {
    this.data = data;
  }

  static async start(): Promise<Product> {
    const product = new Product(await mkdtemp(join(tmpdir(), "oleada-e2e-")));
    await product.#launch("0");
    return product;
  }

  /** As if the machine lost its power. Workers are on their own from here on. */
  async kill(): Promise<void> {
    const gone = this.#process && once(this.#process, "exit");
    this.#process?.kill("SIGKILL");
    await gone;
    this.#process = null;
  }

  /** At the same address, with the same data. */
  async restart(): Promise<void> {
    await this.#launch(new URL(this.origin).port);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running && running.exitCode === null) {
      const gone = once(running, "exit");
      running.kill("SIGTERM");
      const timer = setTimeout(() => running.kill("SIGKILL"), PATIENCE_MS);
      await gone;
      clearTimeout(timer);
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** An answer of the API to a script, which the console's figures must agree with. */
  async get<T>(path: string): Promise<T> {
    const token = (await readFile(join(this.data, "admin-token"), "utf8")).trim();
    const response = await fetch(`${this.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async #launch(port: string): Promise<void> {
    const given = ["up", "--engines", engines, "--port", port, "--data", this.data, "--console", "dist"];
    const running = spawn(binary, given, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = running;
    const lines = createInterface({ input: running.stdout });
    for await (const line of lines) {
      const link = /http:\/\/\S+\/login\?\S+/.exec(line)?.[0];
      if (!link) continue;
      this.login = link;
      this.origin = new URL(link).origin;
      running.stdout.resume();
      return;
    }
    throw new Error(`oleada up ended before it was up, with code ${running.exitCode}`);
  }
}

function setting(name: string, what: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name} to ${what}`);
  return value;
}
