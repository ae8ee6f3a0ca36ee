import type { Subject } from "../api/results";
import type { Figures, Results } from "../api/types";
import type { Messages } from "../i18n/en";
import type { Format } from "../i18n/format";

export interface Tile {
  name: string;
  value: string;
  note?: string;
  /** Of a judgement instead of a figure. */
  isGood?: boolean;
}

/** The headline figures of a run that is over, or of a window of it. */
export function resultTiles(results: Results, subject: Subject, messages: Messages, format: Format): Tile[] {
  const { verdict, validity, interrupted } = results;
  const total = figuresOf(results, subject);
  const times = total.responseTimeMs;
  return [
    {
      name: messages.run.requests,
      value: format.integer(total.requests),
      ...(interrupted > 0 && { note: messages.run.interrupted(format.integer(interrupted)) }),
    },
    { name: messages.run.throughput, value: format.rate(total.throughput) },
    { name: messages.run.failureShare, value: format.percent(total.failureRate), note: messages.run.failuresOf(format.integer(total.failures)) },
    { name: messages.run.virtualUsers, value: format.integer(total.virtualUsersMax), note: messages.run.max },
    { name: messages.run.p50, value: format.ms(times.p50) },
    { name: messages.run.p95, value: format.ms(times.p95) },
    { name: messages.run.p99, value: format.ms(times.p99) },
    {
      name: messages.run.verdict,
      value: messages.runs[verdict.outcome],
      isGood: verdict.outcome === "passed",
      note: `${messages.run.validityTitle}: ${messages.run.validity[validity.grade]}`,
    },
  ];
}

/** Of which samples there are figures: results have none of one label in one region. */
export function subjectOfResults({ label, region }: Subject): Subject {
  return label !== null && region !== null ? { label, region: null } : { label, region };
}

function figuresOf({ total, byLabel, byRegion }: Results, { label, region }: Subject): Figures {
  if (label !== null) return byLabel[label] ?? total;
  return region === null ? total : (byRegion[region] ?? total);
}
