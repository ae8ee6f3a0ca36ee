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
  const { status, verdict, validity, interrupted, window } = results;
  const passed = verdict.outcome === "passed";
  const figures = figuresOf(results, subject);
  const times = figures?.responseTimeMs;
  // What is of the whole run says so where the other figures are of a part of it.
  const ofWhole = (text: string) => (window ? `${text} (${messages.run.ofWhole})` : text);
  return [
    {
      name: messages.run.requests,
      value: format.integer(figures?.requests),
      ...(interrupted > 0 && { note: ofWhole(messages.run.interrupted(format.integer(interrupted))) }),
    },
    { name: messages.run.throughput, value: format.rate(figures?.throughput) },
    {
      name: messages.run.failureShare,
      value: format.percent(figures?.failureRate),
      ...(figures && { note: messages.run.failuresOf(figures.failures) }),
    },
    { name: messages.run.virtualUsers, value: format.integer(figures?.virtualUsersMax), note: messages.run.max },
    { name: messages.run.p50, value: format.ms(times?.p50) },
    { name: messages.run.p95, value: format.ms(times?.p95) },
    { name: messages.run.p99, value: format.ms(times?.p99) },
    {
      name: messages.run.verdict,
      value: messages.runs[verdict.outcome],
      // What was cancelled has passed nothing, however it went until then.
      ...((!passed || status === "completed") && { isGood: passed }),
      note: ofWhole(`${messages.run.validityTitle}: ${messages.run.validity[validity.grade]}`),
    },
  ];
}

/** Of which samples there are figures: results have none of one label in one region. */
export function subjectOfResults({ label, region }: Subject): Subject {
  return label !== null && region !== null ? { label, region: null } : { label, region };
}

/** Undefined where nothing of the subject ended in the window: another subject's figures are no answer. */
function figuresOf({ total, byLabel, byRegion }: Results, { label, region }: Subject): Figures | undefined {
  if (label !== null) return byLabel[label];
  return region === null ? total : byRegion[region];
}
