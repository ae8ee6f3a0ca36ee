const NONE = "–";
/** Keeps a figure and its unit on one line. */
const SPACE = "\u00a0";

/** Figures and instants as a reader of this locale expects them, each with its unit. */
export class Format {
  readonly #locale: string;
  readonly #numbers = new Map<number, Intl.NumberFormat>();
  readonly #dollars: Intl.NumberFormat;
  readonly #prices: Intl.NumberFormat;
  readonly #when: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #zone: Intl.DateTimeFormat;

  constructor(locale: string) {
    this.#locale = locale;
    this.#dollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });
    this.#prices = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: 10 });
    this.#when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
    this.#time = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      hourCycle: "h23",
    });
    this.#zone = new Intl.DateTimeFormat(locale, { timeZoneName: "short" });
  }

  integer(value: number | null | undefined): string {
    return value == null ? NONE : this.#number(value, 0);
  }

  /** With three significant digits, more if it is a large number. */
  number(value: number | null | undefined): string {
    return value == null ? NONE : this.#number(value, decimals(value));
  }

  ms(value: number | null | undefined): string {
    if (value == null) return NONE;
    if (Math.abs(value) < 1_000) return `${this.#number(value, decimals(value))}${SPACE}ms`;
    const seconds = value / 1_000;
    return `${this.#number(seconds, decimals(seconds))}${SPACE}s`;
  }

  rate(perSecond: number | null | undefined): string {
    return perSecond == null ? NONE : `${this.number(perSecond)}/s`;
  }

  /** A share between 0 and 1. */
  percent(share: number | null | undefined): string {
    if (share == null) return NONE;
    const percent = share * 100;
    return `${this.#almost(percent) ?? this.#number(percent, decimals(percent))}${SPACE}%`;
  }

  /** US dollars; less than a cent is said to be that. */
  dollars(value: number | null | undefined): string {
    if (value == null) return NONE;
    const isTiny = value > 0 && value < 0.01;
    return `${isTiny ? "<" + SPACE : ""}${this.#dollars.format(isTiny ? 0.01 : value)}`;
  }

  /** US dollars to the last digit that a price list has. */
  price(value: number): string {
    return this.#prices.format(value);
  }

  /**
   * What the API writes with its unit, such as `9.821%`, `1.5s` or `12/s`; other text as it is.
   *
   * To the last digit: whoever compares it with a bound must see on which side of it it is.
   */
  measured(text: string): string {
    const [, figure, unit] = /^(\d+(?:\.\d+)?)(%|ms|s|\/s)?$/.exec(text) ?? [];
    if (figure === undefined) return text;
    const number = this.#number(Number(figure), 3);
    if (unit === undefined || unit === "/s") return `${number}${unit ?? ""}`;
    return `${number}${SPACE}${unit}`;
  }

  bytes(bytes: number | null | undefined): string {
    if (bytes == null) return NONE;
    let value = bytes;
    let unit = "B";
    for (const larger of ["kB", "MB", "GB", "TB"]) {
      if (value < 1_000) break;
      value /= 1_000;
      unit = larger;
    }
    return `${this.#number(value, unit === "B" ? 0 : decimals(value))}${SPACE}${unit}`;
  }

  /** A length of time to the second, as `1 h 02 min 03 s`. */
  duration(ms: number | null | undefined): string {
    if (ms == null) return NONE;
    if (ms < 1_000) return `${Math.max(0, Math.round(ms))}${SPACE}ms`;
    const total = Math.round(ms / 1_000);
    const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
    const two = (n: number) => String(n).padStart(2, "0");
    const spaced = (...parts: (string | number)[]) => parts.join(SPACE);
    if (hours > 0) return spaced(hours, "h", two(minutes), "min", two(seconds), "s");
    return minutes > 0 ? spaced(minutes, "min", two(seconds), "s") : spaced(seconds, "s");
  }

  /** Seconds since the start of a run, as on the axis of a chart. */
  clock(seconds: number): string {
    const total = Math.max(0, Math.round(seconds));
    const two = (n: number) => String(n).padStart(2, "0");
    const [hours, minutes] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60];
    return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
  }

  /** In the reader's zone. */
  instant(at: string | null | undefined): string {
    if (at == null) return NONE;
    const parts = this.#when.formatToParts(new Date(at));
    const time = parts.findIndex(({ type }) => type === "hour");
    // In a narrow column the date may stand above the time, but not a half of the clock below the other.
    return parts.map(({ value }, i) => (i > time ? value.replace(/\s/g, SPACE) : value)).join("");
  }

  /** The time of the day in the reader's zone, to the millisecond. */
  time(at: string): string {
    return this.#time.format(new Date(at));
  }

  /** The reader's zone as it was then, such as `GMT-3`. */
  zone(at: string): string {
    return this.#zone.formatToParts(new Date(at)).find(({ type }) => type === "timeZoneName")?.value ?? "";
  }

  /** The same instant for comparison with logs. */
  utc(at: string): string {
    return `${at.replace("T", " ").replace("Z", "")} UTC`;
  }

  /** Of a percentage that is near to none or to all, as much as tells it from them. */
  #almost(percent: number): string | null {
    if (percent > 0 && percent < 0.0005) return `<${SPACE}${this.#number(0.001, 3)}`;
    if (percent < 99.95 || percent >= 100) return null;
    const digits = [2, 3].find((count) => Number(percent.toFixed(count)) < 100);
    return digits === undefined ? `>${SPACE}${this.#number(99.999, 3)}` : this.#number(percent, digits);
  }

  #number(value: number, digits: number): string {
    let format = this.#numbers.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(this.#locale, { maximumFractionDigits: digits });
      this.#numbers.set(digits, format);
    }
    return format.format(value);
  }
}

function decimals(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return 0;
  if (size >= 10) return 1;
  return size >= 1 ? 2 : 3;
}
