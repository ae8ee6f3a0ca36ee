import type { Subject } from "../api/results";
import type { LiveAddress } from "../api/types";
import { Connection, type Client, type ConnectionState } from "./connection";
import { Feed, type Snapshot } from "./feed";
import type { Tick } from "./tick";

/** What the page asks of the worker that listens for it. */
export type Asked =
  | { kind: "startAt"; startAt: string }
  | { kind: "subject"; subject: Subject }
  /** The stored series covers everything before this second. */
  | { kind: "forget"; before: number }
  /** Answers an `address`; null when there is none at the moment. */
  | { kind: "address"; address: LiveAddress | null };

export type Told =
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "state"; state: ConnectionState }
  /** The page knows who is logged in, so it asks the API. */
  | { kind: "address" };

interface Surroundings {
  tell(told: Told): void;
  connect(address: LiveAddress): Promise<Client>;
  later(callback: () => void, ms: number): () => void;
}

/** So often a page hears of new ticks: workers send one a second, so more would say the same twice. */
const TELL_MS = 1_000;

/** Listens to a run and adds up, away from the page that draws. */
export class Session {
  readonly #surroundings: Surroundings;
  #feed: Feed | null = null;
  /** Heard before it was known when the run starts. */
  #early: Tick[] = [];
  #subject: Subject = { label: null, region: null };
  #isTelling = false;
  #answer: ((address: LiveAddress | null) => void) | null = null;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    new Connection(
      {
        ticks: (ticks) => this.#take(ticks),
        state: (state) => surroundings.tell({ kind: "state", state }),
      },
      { ...surroundings, address: () => this.#address() },
    );
  }

  asked(asked: Asked): void {
    switch (asked.kind) {
      case "startAt":
        this.#feed = new Feed(asked.startAt);
        this.#feed.take(this.#early);
        this.#early = [];
        this.#tell();
        break;
      case "subject":
        this.#subject = asked.subject;
        this.#tell();
        break;
      case "forget":
        this.#feed?.forget(asked.before);
        break;
      case "address":
        this.#answer?.(asked.address);
        this.#answer = null;
    }
  }

  #take(ticks: readonly Tick[]): void {
    if (this.#feed) this.#feed.take(ticks);
    else this.#early.push(...ticks);
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#surroundings.later(() => {
      this.#isTelling = false;
      this.#tell();
    }, TELL_MS);
  }

  #tell(): void {
    if (this.#feed) this.#surroundings.tell({ kind: "snapshot", snapshot: this.#feed.snapshot(this.#subject) });
  }

  async #address(): Promise<LiveAddress> {
    const address = await new Promise<LiveAddress | null>((resolve) => {
      this.#answer = resolve;
      this.#surroundings.tell({ kind: "address" });
    });
    if (address === null) throw new Error("the API gives no address at the moment");
    return address;
  }
}
