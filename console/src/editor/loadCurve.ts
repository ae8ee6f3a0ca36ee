import type { Draft } from "./draft";
import { parseDuration } from "./duration";

/** The planned virtual users over the time of a run. */
export interface LoadCurve {
  users: number;
  rampUpMs: number;
  holdMs: number;
  /** Milliseconds from the start, and users; straight lines between them. */
  corners: { ms: number; users: number }[];
}

/** The curve of what has been typed so far; null as long as there is none. */
export function loadCurve({ shape, traffic }: Pick<Draft, "shape" | "traffic">): LoadCurve | null {
  if (shape.kind !== "users") return null;
  const rampUpMs = parseDuration(shape.rampUp.trim());
  const holdMs = parseDuration(shape.hold.trim());
  const { virtualUsers: users } = totals(traffic);
  if (rampUpMs === undefined || holdMs === undefined || holdMs === 0 || users === 0) return null;
  const end = rampUpMs + holdMs;
  const corners = [
    { ms: 0, users: rampUpMs === 0 ? users : 0 },
    ...(rampUpMs > 0 ? [{ ms: rampUpMs, users }] : []),
    { ms: end, users },
  ];
  return { users, rampUpMs, holdMs, corners };
}

/** The sums over all regions of what can be read as a number. */
export function totals(traffic: Draft["traffic"]): { workers: number; virtualUsers: number } {
  const sum = (texts: string[]) =>
    texts.map(Number).reduce((total, value) => total + (Number.isInteger(value) && value > 0 ? value : 0), 0);
  return {
    workers: sum(traffic.map(({ workers }) => workers)),
    virtualUsers: sum(traffic.map(({ virtualUsers }) => virtualUsers)),
  };
}
