import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";

import type { Tick } from "../../src/live/tick.ts";

/** How much of everything the simulated run has. */
export interface Size {
  workers: number;
  labels: number;
  seconds: number;
  /** Of one label, worker and second. */
  samples: number;
}

export const REGIONS = ["us-east-1", "sa-east-1"];
const POOL = 500;
/** One tick of so many comes twice, and one second of so many is completed by a late tick. */
const EVERY = 50;

interface Second {
  requests: number;
  failures: number;
}

/** The ticks of a run, made as they are due, and what they add up to. */
export class Load {
  readonly startAt: number;
  readonly sums: Second[] = [];
  readonly #size: Size;
  readonly #histograms: string[];
  readonly #seq: number[];

  constructor(size: Size, startAt: number) {
    this.startAt = startAt;
    this.#size = size;
    this.#seq = Array.from({ length: size.workers }, () => 0);
    this.#histograms = Array.from({ length: POOL }, (_, i) => histogram(size.samples, i + 1));
  }

  get labels(): string[] {
    return Array.from({ length: this.#size.labels }, (_, i) => `GET /catalogue/section-${i}/items`);
  }

  regionOf(worker: number): string {
    return REGIONS[worker % REGIONS.length] ?? "";
  }

  /** What every worker says of a second: a tick, sometimes twice, sometimes with something late of the second before. */
  ticksOf(second: number): Tick[][] {
    return Array.from({ length: this.#size.workers }, (_, worker) => {
      const own = this.#tick(worker, second, this.labels);
      const ticks = [own];
      if ((worker + second) % EVERY === 0) ticks.push(own);
      if (second > 0 && (worker + second) % EVERY === 1) ticks.push(this.#tick(worker, second - 1, this.labels.slice(0, 1)));
      return ticks;
    });
  }

  #tick(worker: number, t: number, labels: string[]): Tick {
    const { samples } = this.#size;
    const sum = (this.sums[t] ??= { requests: 0, failures: 0 });
    sum.requests += samples * labels.length;
    sum.failures += labels.length;
    const seq = this.#seq[worker] ?? 0;
    this.#seq[worker] = seq + 1;
    const counts = (label: string, i: number) => ({
      requests: samples,
      failures: 1,
      bytes: 1_000 * samples,
      responseTime: this.#histograms[(worker * 31 + t * 17 + i) % POOL] ?? label,
    });
    return {
      runId: "run_bench",
      region: this.regionOf(worker),
      worker,
      seq,
      second: Math.floor(this.startAt / 1_000) + t,
      intervalMs: 1_000,
      part: 1,
      parts: 1,
      virtualUsers: 10,
      cpu: 0.4 + (worker % 5) / 10,
      labels: Object.fromEntries(labels.map((label, i) => [label, counts(label, i)])),
    };
  }
}

/** Response times spread like real ones, around 80 ms with a long tail; the same for the same seed. */
function histogram(samples: number, seed: number): string {
  const random = randomOf(seed);
  const made = build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3, bitBucketSize: 64 });
  for (let i = 0; i < samples; i += 1) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    // JMeter's resolution is 1 ms.
    made.recordValue(Math.max(1, Math.round(80 * Math.exp(0.5 * normal))) * 1_000);
  }
  return encodeIntoCompressedBase64(made);
}

/** Park and Miller's generator. */
function randomOf(seed: number): () => number {
  let state = seed * 7_919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
