import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Of so many requests to `/pay` one fails. */
const FAILS_EVERY = 5;

/** What is put under load: a server on loopback that counts what it is asked. */
export class Target {
  readonly #server: Server;
  #requests = 0;
  #payments = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#requests += 1;
      const fails = request.url?.startsWith("/pay") === true && (this.#payments += 1) % FAILS_EVERY === 0;
      request.resume().on("end", () => {
        response.writeHead(fails ? 503 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(fails ? { error: "the till is closed", till: 7 } : { ok: true }));
      });
    });
  }

  static async start(): Promise<Target> {
    const target = new Target();
    await new Promise<void>((resolve) => target.#server.listen(0, "127.0.0.1", resolve));
    return target;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Since the last call. */
  takeCount(): number {
    const counted = this.#requests;
    this.#requests = 0;
    return counted;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
