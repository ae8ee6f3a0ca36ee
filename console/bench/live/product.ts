import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { generate, parser } from "mqtt-packet";
import { WebSocketServer, type WebSocket } from "ws";

import type { Tick } from "../../src/live/tick.ts";
import { REGIONS, type Load, type Size } from "./load.ts";

const DIST = new URL("../../dist", import.meta.url).pathname;
const TOPIC = "oleada/runs/run_bench/live";
const TYPES: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
/** Workers upload their segments so often, so the stored series is that much behind. */
const STORED_EVERY = 10;

/** As much of the product as the page of one live run asks for: the built console, a few routes, and a broker. */
export class Product {
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  readonly #subscribed = new Set<WebSocket>();
  readonly #load: Load;
  readonly #size: Size;
  #now = 0;
  connections = 0;

  private constructor(load: Load, size: Size) {
    this.#load = load;
    this.#size = size;
    this.#server = createServer((request, response) => void this.#answer(request.url ?? "/", response));
    const sockets = new WebSocketServer({ server: this.#server, handleProtocols: () => "mqtt" });
    sockets.on("connection", (socket) => this.#speak(socket));
  }

  static async start(load: Load, size: Size): Promise<Product> {
    const product = new Product(load, size);
    await new Promise<void>((resolve) => product.#server.listen(0, "127.0.0.1", resolve));
    return product;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get isHeard(): boolean {
    return this.#subscribed.size > 0;
  }

  /** Sends what the workers said of a second, a message for each of them. */
  publish(second: number, byWorker: Tick[][]): void {
    this.#now = second + 1;
    byWorker.forEach((ticks, index) => {
      const payload = JSON.stringify({ schema: "oleada.live/1", ticks });
      const packet = generate({ cmd: "publish", topic: TOPIC, payload, qos: 0, dup: false, retain: false, messageId: index + 1 });
      for (const socket of this.#subscribed) socket.send(packet);
    });
  }

  /** Cuts every live connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  close(): void {
    this.drop();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #speak(socket: WebSocket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    const reader = parser({ protocolVersion: 4 });
    reader.on("packet", (packet) => {
      if (packet.cmd === "connect") {
        socket.send(generate({ cmd: "connack", returnCode: 0, sessionPresent: false }));
      } else if (packet.cmd === "subscribe") {
        socket.send(generate({ cmd: "suback", messageId: packet.messageId ?? 1, granted: [1] }));
        this.#subscribed.add(socket);
      } else if (packet.cmd === "pingreq") {
        socket.send(generate({ cmd: "pingresp" }));
      }
    });
    socket.on("message", (data) => reader.parse(data as Buffer));
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#subscribed.delete(socket);
    });
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(url, "http://127.0.0.1");
    if (pathname === "/config.json") return json(response, { auth: "session" });
    if (pathname.startsWith("/api/v1/")) return json(response, this.#route(pathname.slice("/api/v1".length)));
    const file = extname(pathname) === "" ? "/index.html" : pathname;
    const bytes = await readFile(join(DIST, file)).catch(() => null);
    response.writeHead(bytes ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "text/html" });
    response.end(bytes ?? "");
  }

  #route(path: string): unknown {
    if (path === "/me") return { principal: "person:bench", role: "admin" };
    if (path === "/runs/run_bench") return this.#run();
    if (path === "/runs/run_bench/series") return this.#series();
    if (path === "/runs/run_bench/live") {
      const url = `${this.origin.replace("http", "ws")}/mqtt`;
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      return { protocol: "mqtt", url, topic: TOPIC, clientId: `bench-${Date.now()}`, username: null, password: null, expiresAt };
    }
    if (path === "/runs/run_bench/workers") return { items: this.#workers(), nextCursor: null };
    return { items: [], nextCursor: null };
  }

  #run(): unknown {
    const { workers, labels, seconds } = this.#size;
    const startAt = new Date(this.#load.startAt).toISOString();
    const stage = (name: string, endedAt: string | null) => ({ name, startedAt: startAt, endedAt });
    return {
      runId: "run_bench",
      scenarioId: "scn_bench",
      scenarioVersion: 1,
      status: "running",
      trigger: "person",
      note: null,
      ref: null,
      reason: null,
      degraded: false,
      warnings: [],
      pinned: false,
      createdAt: startAt,
      startAt,
      endedAt: null,
      stages: [stage("plan", startAt), stage("launch", startAt), stage("watch", null)],
      workers: { planned: workers, ready: workers, running: workers, done: 0, lost: 0 },
      summary: null,
      scenario: {
        name: `${workers} workers, ${labels} labels`,
        description: "",
        tags: [],
        workload: { kind: "http", requests: this.#load.labels.map((label) => ({ label })) },
        shape: { kind: "users", rampUp: "0s", hold: `${seconds}s`, drain: "1s" },
        traffic: REGIONS.map((region) => ({ region, workers: workers / 2, virtualUsers: workers * 5 })),
        worker: { vcpu: 2, memoryGb: 4, heapPercent: 60, spot: false },
        start: { quorum: 1, timeout: "10m" },
        criteria: [],
        live: true,
      },
    };
  }

  #series(): unknown {
    const completeUntil = Math.floor(this.#now / STORED_EVERY) * STORED_EVERY;
    const times = { mean: 90, p50: 80, p90: 150, p95: 180, p99: 260, max: 400 };
    const points = this.#load.sums.slice(0, completeUntil).map(({ requests, failures }, t) => ({
      t,
      virtualUsers: this.#size.workers * 10,
      requests,
      failures,
      ...times,
    }));
    return { stepMs: 1_000, completeUntil, points };
  }

  #workers(): unknown[] {
    return Array.from({ length: this.#size.workers }, (_, worker) => ({
      region: this.#load.regionOf(worker),
      worker,
      state: "running",
      readyAt: new Date(this.#load.startAt).toISOString(),
      startSkewMs: worker % 12,
      cpu: 0.4 + (worker % 5) / 10,
      virtualUsers: 10,
      requests: this.#now * this.#size.labels * this.#size.samples,
      failures: this.#now * this.#size.labels,
      exit: null,
    }));
  }
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
