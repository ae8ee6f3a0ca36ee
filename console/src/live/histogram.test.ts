import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";

import { Histogram } from "./histogram";

function referee(values: number[]) {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
  });
  values.forEach((value) => histogram.recordValue(value));
  return histogram;
}

/** Deterministic values from 1 µs to an hour, evenly over the magnitudes. */
function spread(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.max(1, Math.floor(Math.exp((state / 2_147_483_647) * Math.log(3_600_000_000))));
  });
}

const SHARES = [0, 0.01, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

describe("a histogram of the live feed", () => {
  it("gives the percentiles that the reference implementation gives", () => {
    for (const count of [1, 2, 20, 999, 5_000]) {
      const values = spread(count, count);
      const expected = referee(values);
      const histogram = new Histogram();
      histogram.addEncoded(encodeIntoCompressedBase64(expected));
      expect(histogram.total).toBe(count);
      const sorted = values.toSorted((a, b) => a - b);
      histogram.percentiles(SHARES).forEach((value, i) => {
        const rank = Math.max(1, Math.ceil((SHARES[i] ?? 0) * count - 1e-9));
        expect(value).toBe(referee([sorted[rank - 1] ?? -1]).getValueAtPercentile(100));
      });
    }
  });

  it("merges into what one histogram of all values is", () => {
    const [a, b] = [spread(700, 3), spread(1_300, 5)];
    const merged = new Histogram();
    const other = new Histogram();
    merged.addEncoded(encodeIntoCompressedBase64(referee(a)));
    other.addEncoded(encodeIntoCompressedBase64(referee(b)));
    merged.merge(other);
    const whole = new Histogram();
    whole.addEncoded(encodeIntoCompressedBase64(referee([...a, ...b])));
    expect(merged.total).toBe(2_000);
    expect(merged.percentiles(SHARES)).toEqual(whole.percentiles(SHARES));
  });

  it("has no percentiles when it is empty", () => {
    expect(new Histogram().percentiles([0.5, 1])).toEqual([null, null]);
  });

  it("refuses what is not a histogram", () => {
    expect(() => new Histogram().addEncoded("!")).toThrow();
    expect(() => new Histogram().addEncoded(btoa("plain text"))).toThrow("not a compressed");
  });
});
