const UNITS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const PATTERN = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a duration as the API writes it, such as `1h30m`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = text === "" ? null : PATTERN.exec(text);
  if (!match) return undefined;
  return Object.values(UNITS).reduce((sum, factor, i) => sum + Number(match[i + 1] ?? 0) * factor, 0);
}
