import { unzlibSync } from "fflate";

/**
 * Response times in microseconds, in the buckets of HdrHistogram with three digits: a value is known to 0.1 %.
 *
 * Only buckets that hold something are kept. A dense histogram of this range takes 184 KB, and a live page sees
 * thousands of them a second.
 */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  merge(other: Histogram): void {
    for (const [bucket, count] of other.#counts) {
      this.#add(bucket, count);
    }
  }

  /** Adds what a tick carries: base64 of a compressed HDR V2 histogram. Throws when the text is not one. */
  addEncoded(text: string): void {
    const words = plainWords(text);
    let bucket = 0;
    for (let at = 0; at < words.length; ) {
      let value = 0;
      let scale = 1;
      let byte: number;
      do {
        byte = words[at++] ?? refuse();
        value += (byte & 0x7f) * scale;
        scale *= 128;
      } while (byte >= 0x80);
      // ZigZag: even is a count, odd a run of empty buckets.
      if (value % 2 === 0) {
        this.#add(bucket, value / 2);
        bucket += 1;
      } else {
        bucket += (value + 1) / 2;
      }
    }
  }

  /** For each share the ⌈share·n⌉-th smallest value in microseconds, or null when the histogram is empty. */
  percentiles(shares: readonly number[]): (number | null)[] {
    if (this.#total === 0) {
      return shares.map(() => null);
    }
    const buckets = [...this.#counts].sort(([a], [b]) => a - b);
    return shares.map((share) => {
      // The epsilon keeps 0.95 × 20 from becoming 20.
      const rank = Math.max(1, Math.ceil(share * this.#total - 1e-9));
      let seen = 0;
      for (const [bucket, count] of buckets) {
        seen += count;
        if (seen >= rank) return highestValue(bucket);
      }
      return null;
    });
  }

  #add(bucket: number, count: number): void {
    if (count === 0) return;
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += count;
  }
}

const COMPRESSED = 0x1c849314;
const PLAIN = 0x1c849313;
const COMPRESSED_HEADER = 8;
const PLAIN_HEADER = 40;
/** With three digits a bucket of buckets has 2,048 of them, the lower half of which the one before covers. */
const HALF = 1_024;

/** As long as any plain form: a header, and nine bytes for each of the buckets. Growing one anew is 30 times slower. */
const scratch = new Uint8Array(PLAIN_HEADER + 9 * 24 * HALF);

/** Good until the next call. */
function plainWords(text: string): Uint8Array {
  const bytes = bytesOf(atob(text));
  if (bytes.length < COMPRESSED_HEADER || word(bytes, 0) !== COMPRESSED) refuse();
  const plain = unzlibSync(bytes.subarray(COMPRESSED_HEADER), { out: scratch });
  if (plain.length < PLAIN_HEADER || word(plain, 0) !== PLAIN || word(plain, 12) !== 3) refuse();
  return plain.subarray(PLAIN_HEADER, PLAIN_HEADER + word(plain, 4));
}

/** Faster than `Uint8Array.from` by far, and there are thousands a second. */
function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

function highestValue(bucket: number): number {
  const magnitude = Math.max(0, Math.floor(bucket / HALF) - 1);
  const width = 2 ** magnitude;
  return (bucket - magnitude * HALF) * width + width - 1;
}

function refuse(): never {
  throw new Error("not a compressed HDR V2 histogram with three digits");
}
