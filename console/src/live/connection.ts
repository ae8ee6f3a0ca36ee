import type { LiveAddress } from "../api/types";
import type { Message, Tick } from "./tick";

/** A client of one topic, as far as a {@link Connection} needs one. */
export interface Client {
  on(event: "message", listener: (topic: string, payload: Uint8Array) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "connect", listener: () => void): unknown;
  subscribeAsync(topic: string, options: { qos: 0 | 1 }): Promise<unknown>;
  end(force: boolean): unknown;
}

export type ConnectionState = "connecting" | "listening" | "lost";

export interface Listener {
  ticks(ticks: Tick[]): void;
  state(state: ConnectionState): void;
}

interface Surroundings {
  /** Where to connect; asked anew for every attempt, because an address is good for one connection, soon. */
  address(): Promise<LiveAddress>;
  connect(address: LiveAddress): Promise<Client>;
  later(callback: () => void, ms: number): () => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Listens to the live feed of a run until it is closed, over as many connections as that takes. */
export class Connection {
  readonly #listener: Listener;
  readonly #surroundings: Surroundings;
  #client: Client | null = null;
  #forgetTimer: (() => void) | null = null;
  #closed = false;
  #wait = FIRST_WAIT_MS;

  constructor(listener: Listener, surroundings: Surroundings) {
    this.#listener = listener;
    this.#surroundings = surroundings;
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#forgetTimer?.();
    this.#client?.end(true);
  }

  async #open(): Promise<void> {
    try {
      const address = await this.#surroundings.address();
      if (this.#closed) return;
      const client = await this.#surroundings.connect(address);
      if (this.#closed) {
        client.end(true);
        return;
      }
      this.#client = client;
      this.#listen(client, address.topic);
    } catch {
      this.#retry();
    }
  }

  #listen(client: Client, topic: string): void {
    client.on("message", (_, payload) => {
      const ticks = read(payload);
      if (ticks && this.#client === client) this.#listener.ticks(ticks);
    });
    // What is behind an error comes again as a close.
    client.on("error", () => undefined);
    client.on("close", () => this.#lose(client));
    client.on("connect", () => {
      client.subscribeAsync(topic, { qos: 1 }).then(
        () => {
          if (this.#client !== client) return;
          this.#wait = FIRST_WAIT_MS;
          this.#listener.state("listening");
        },
        () => this.#lose(client),
      );
    });
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end(true);
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    this.#listener.state("lost");
    this.#forgetTimer = this.#surroundings.later(() => void this.#open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }
}

const SCHEMA = "oleada.live/1";

function read(payload: Uint8Array): Tick[] | null {
  try {
    const message = JSON.parse(new TextDecoder().decode(payload)) as Message;
    return message.schema === SCHEMA ? message.ticks : null;
  } catch {
    return null;
  }
}
