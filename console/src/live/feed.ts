import type { Subject } from "../api/results";
import { Histogram } from "./histogram";
import type { Tick } from "./tick";

/** One interval of the feed, over the workers and labels asked for. Times are in milliseconds. */
export interface LivePoint {
  /** Seconds from `startAt`. */
  t: number;
  stepMs: number;
  virtualUsers: number;
  requests: number;
  failures: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Share of what the busiest worker was given; null where none was measured. */
  cpu: number | null;
}

/** The last intervals of one label. */
export interface LiveLabel extends Figures {
  label: string;
  /** The time that the figures are over. */
  stepMs: number;
}

/** What the feed has told so far of one subject: all that a page draws, small enough to be handed over every second. */
export interface Snapshot {
  subject: Subject;
  /** Where ticks are missing that were sent, oldest first. All others are in {@link points}. */
  holes: readonly Hole[];
  isEmpty: boolean;
  /** Ticks that could not be read. */
  broken: number;
  labels: readonly string[];
  /** The intervals that are over for every worker, oldest first. */
  points: LivePoint[];
  /** The newest of them together. */
  recent: LivePoint | null;
  /** The same by label, whatever the subject's label. */
  byLabel: readonly LiveLabel[];
}

/** Seconds from `startAt`, the end excluded. */
export interface Hole {
  from: number;
  to: number;
}

/** Seconds over which a live percentile is taken: enough samples, and still of now. */
export const RECENT_INTERVALS = 10;

interface Tally {
  requests: number;
  failures: number;
  times: Histogram;
}

interface Interval {
  stepMs: number;
  /** Changes with every tick, so that what was computed from it can be kept. */
  version: number;
  /** By region, then by label. */
  tallies: Map<string, Map<string, Tally>>;
  /** By worker. */
  workers: Map<number, { region: string; users: number; cpu: number | null }>;
  kept: { key: string; version: number; tally: Tally; point: LivePoint } | null;
}

interface WorkerFeed {
  region: string;
  seen: Set<number>;
  /** All of its ticks up to here, excluded, are in `seen` or were missed before a hole that is known. */
  next: number;
  /** Seconds from `startAt`, the end excluded, of its newest interval. */
  until: number;
  users: number;
}

/** A worker that is so many intervals behind the others is taken for silent: the others are shown without it. */
const PATIENCE = 5;

/**
 * What the live feed of a run has told since somebody listens.
 *
 * Ticks may come twice, late, in any order and with holes. A tick counts once, by (region, worker, seq); one that is late
 * is added to its second; what is missing is a hole.
 */
export class Feed {
  readonly #startSecond: number;
  readonly #workers = new Map<string, WorkerFeed>();
  readonly #intervals = new Map<number, Interval>();
  readonly #labels = new Set<string>();
  #holes: Hole[] = [];
  #forgotten = 0;
  #versions = 0;
  #labelList: readonly string[] = [];
  #broken = 0;

  constructor(startAt: string) {
    this.#startSecond = Math.floor(Date.parse(startAt) / 1_000);
  }

  /** What was forgotten is as good as never heard. */
  get holes(): readonly Hole[] {
    return this.#forgotten > 0 ? joined([{ from: 0, to: this.#forgotten }, ...this.#holes]) : this.#holes;
  }

  get labels(): readonly string[] {
    return this.#labelList;
  }

  /** Ticks that could not be read. */
  get broken(): number {
    return this.#broken;
  }

  get isEmpty(): boolean {
    return this.#workers.size === 0;
  }

  /** The second up to which all workers that are not silent have reported. */
  get until(): number {
    const ends = this.#heard().map(({ until }) => until);
    return ends.length === 0 ? 0 : Math.min(...ends);
  }

  take(ticks: readonly Tick[]): void {
    for (const tick of ticks) {
      if (!this.#isRepeat(tick)) this.#add(tick);
    }
  }

  snapshot(subject: Subject): Snapshot {
    return {
      subject,
      holes: this.holes,
      isEmpty: this.isEmpty,
      broken: this.#broken,
      labels: this.#labelList,
      points: this.points(0, subject),
      recent: this.recent(RECENT_INTERVALS, subject),
      byLabel: this.byLabel(RECENT_INTERVALS, subject.region),
    };
  }

  /** The intervals within [from, until), oldest first; the last of them is over for every worker. */
  points(from: number, subject: Subject): LivePoint[] {
    const until = this.until;
    const seconds = [...this.#intervals.keys()].filter((t) => t >= from && t < until).sort((a, b) => a - b);
    return seconds.map((t) => this.#computed(t, subject).point);
  }

  /** The virtual users that the workers last reported, but for those that fell silent. */
  virtualUsers(region: string | null): number {
    const workers = this.#heard().filter((worker) => region === null || worker.region === region);
    return workers.reduce((sum, { users }) => sum + users, 0);
  }

  /** Response times and counts of the last intervals together. */
  recent(intervals: number, { label, region }: Subject): LivePoint | null {
    const seconds = this.#last(intervals);
    const [first] = seconds;
    if (first === undefined) return null;
    const computed = seconds.map((t) => this.#computed(t, { label, region }));
    const tally = sum(computed.map((one) => one.tally));
    const stepMs = computed.reduce((ms, { point }) => ms + point.stepMs, 0);
    const cpu = highest(computed.map(({ point }) => point.cpu));
    return { t: first, stepMs, virtualUsers: this.virtualUsers(region), cpu, ...figures(tally) };
  }

  /** The last intervals together, label by label. */
  byLabel(intervals: number, region: string | null): LiveLabel[] {
    const parts = this.#last(intervals).flatMap((t) => this.#intervals.get(t) ?? []);
    const stepMs = parts.reduce((ms, interval) => ms + interval.stepMs, 0);
    return this.#labelList.map((label) => {
      const tallies = parts.flatMap((interval) => [...chosen(interval, label, region)]);
      return { label, stepMs, ...figures(sum(tallies)) };
    });
  }

  /** Drops the intervals before a second that the stored series covers. */
  forget(before: number): void {
    this.#forgotten = Math.max(this.#forgotten, before);
    for (const t of this.#intervals.keys()) {
      if (t < this.#forgotten) this.#intervals.delete(t);
    }
    this.#holes = this.#holes.filter(({ to }) => to > this.#forgotten);
  }

  /** The workers that are not silent. */
  #heard(): WorkerFeed[] {
    const workers = [...this.#workers.values()];
    const newest = Math.max(...workers.map(({ until }) => until));
    const step = Math.max(1, ...[...this.#intervals.values()].slice(-1).map(({ stepMs }) => stepMs / 1_000));
    return workers.filter(({ until }) => until > newest - PATIENCE * step);
  }

  #last(intervals: number): number[] {
    const until = this.until;
    return [...this.#intervals.keys()].filter((t) => t < until).sort((a, b) => a - b).slice(-intervals);
  }

  #isRepeat({ region, worker, seq, second, intervalMs }: Tick): boolean {
    const key = `${region} ${worker}`;
    const end = second - this.#startSecond + intervalMs / 1_000;
    let feed = this.#workers.get(key);
    if (!feed) {
      feed = { region, seen: new Set(), next: 0, until: 0, users: 0 };
      this.#workers.set(key, feed);
    }
    if (feed.seen.has(seq)) return true;
    feed.seen.add(seq);
    if (seq > feed.next) {
      // Something before this tick was not received: it is of after what was heard, and of before the tick's end.
      this.#holes = joined([...this.#holes, { from: Math.min(feed.until, end), to: end }]);
    }
    feed.until = Math.max(feed.until, end);
    feed.next = Math.max(feed.next, seq + 1);
    return false;
  }

  #add(tick: Tick): void {
    const t = tick.second - this.#startSecond;
    const key = `${tick.region} ${tick.worker}`;
    const feed = this.#workers.get(key);
    if (feed && t + tick.intervalMs / 1_000 >= feed.until) feed.users = tick.virtualUsers;
    for (const label of Object.keys(tick.labels)) this.#name(label);
    if (t < this.#forgotten) return;
    let interval = this.#intervals.get(t);
    if (!interval) {
      interval = { stepMs: tick.intervalMs, version: 0, tallies: new Map(), workers: new Map(), kept: null };
      this.#intervals.set(t, interval);
    }
    interval.version = ++this.#versions;
    // The second part of a tick may come without what the first has measured.
    const cpu = tick.cpu ?? interval.workers.get(tick.worker)?.cpu ?? null;
    interval.workers.set(tick.worker, { region: tick.region, users: tick.virtualUsers, cpu });
    for (const [label, counts] of Object.entries(tick.labels)) {
      const tally = tallyOf(interval, tick.region, label);
      tally.requests += counts.requests;
      tally.failures += counts.failures;
      try {
        tally.times.addEncoded(counts.responseTime);
      } catch {
        this.#broken += 1;
      }
    }
  }

  #name(label: string): void {
    if (this.#labels.has(label)) return;
    this.#labels.add(label);
    this.#labelList = [...this.#labels].sort();
  }

  /** The sums of an interval; computed anew only when a tick has changed them. */
  #computed(t: number, { label, region }: Subject): { tally: Tally; point: LivePoint } {
    const interval = this.#intervals.get(t);
    if (!interval) throw new Error(`no interval begins at second ${t}`);
    const key = JSON.stringify([label, region]);
    if (interval.kept?.key === key && interval.kept.version === interval.version) {
      return interval.kept;
    }
    const workers = [...interval.workers.values()].filter((worker) => region === null || worker.region === region);
    const virtualUsers = workers.reduce((total, worker) => total + worker.users, 0);
    const cpu = highest(workers.map((worker) => worker.cpu));
    const tally = sum(chosen(interval, label, region));
    const point = { t, stepMs: interval.stepMs, virtualUsers, cpu, ...figures(tally) };
    interval.kept = { key, version: interval.version, tally, point };
    return interval.kept;
  }
}

/** Oldest first, and as one where they touch. */
function joined(holes: readonly Hole[]): Hole[] {
  const one: Hole[] = [];
  for (const { from, to } of holes.toSorted((a, b) => a.from - b.from)) {
    const last = one.at(-1);
    if (last && from <= last.to) one[one.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else one.push({ from, to });
  }
  return one;
}

function tallyOf(interval: Interval, region: string, label: string): Tally {
  let labels = interval.tallies.get(region);
  if (!labels) {
    labels = new Map();
    interval.tallies.set(region, labels);
  }
  let tally = labels.get(label);
  if (!tally) {
    tally = emptyTally();
    labels.set(label, tally);
  }
  return tally;
}

function emptyTally(): Tally {
  return { requests: 0, failures: 0, times: new Histogram() };
}

function* chosen(interval: Interval, label: string | null, region: string | null): Generator<Tally> {
  for (const [name, labels] of interval.tallies) {
    if (region !== null && region !== name) continue;
    if (label === null) {
      yield* labels.values();
    } else {
      const tally = labels.get(label);
      if (tally) yield tally;
    }
  }
}

function sum(tallies: Iterable<Tally>): Tally {
  const total = emptyTally();
  for (const { requests, failures, times } of tallies) {
    total.requests += requests;
    total.failures += failures;
    total.times.merge(times);
  }
  return total;
}

function highest(shares: readonly (number | null)[]): number | null {
  return shares.reduce((most, share) => (share === null || (most !== null && most >= share) ? most : share), null);
}

type Figures = Pick<LivePoint, "requests" | "failures" | "p50" | "p95" | "p99">;

function figures({ requests, failures, times }: Tally): Figures {
  const [p50 = null, p95 = null, p99 = null] = times
    .percentiles([0.5, 0.95, 0.99])
    .map((micros) => (micros === null ? null : micros / 1_000));
  return { requests, failures, p50, p95, p99 };
}
