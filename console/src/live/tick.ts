// The live feed is no part of the REST API's document: this is its contract, version `oleada.live/1`.

/** What a subscriber receives. */
export interface Message {
  schema: string;
  ticks: Tick[];
}

/** One interval of one worker. */
export interface Tick {
  runId: string;
  region: string;
  worker: number;
  /** Counts the ticks of the worker from 0, without gaps. */
  seq: number;
  /** The first second of the interval, since the epoch. */
  second: number;
  intervalMs: number;
  part: number;
  parts: number;
  virtualUsers: number;
  /** Share of what the worker was given; null before it was first measured. */
  cpu: number | null;
  labels: Record<string, Counts>;
}

export interface Counts {
  requests: number;
  failures: number;
  bytes: number;
  /** Base64 of an HdrHistogram V2, compressed, in microseconds. */
  responseTime: string;
}
