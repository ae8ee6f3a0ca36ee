/** Seconds of `90`, `1:30` or `1:02:03`, as on the axis of a chart; null for anything else. */
export function parseClock(text: string): number | null {
  const match = /^(?:(?:(\d+):)?(\d{1,2}):)?(\d+)$/.exec(text.trim());
  if (!match) return null;
  const [, hours = "0", minutes, seconds = ""] = match;
  if (minutes !== undefined && Number(seconds) > 59) return null;
  return Number(hours) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds);
}
