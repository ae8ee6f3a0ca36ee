//! The exchange form of a live line: HdrHistogram V2, compressed, in base64.
//!
//! Written here because the buckets are HdrHistogram's own, so that no second histogram of 184 KB has to be filled to
//! write 200 bytes. See `V2EncodingCookieBase` in HdrHistogram's `AbstractHistogram`.

use std::io::{Read, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

use super::{Counter, Histogram, bucket};

/// HdrHistogram's cookies, for a compressed histogram and for the plain one within.
const COMPRESSED: u32 = 0x1c84_9304 | WORDS;
const PLAIN: u32 = 0x1c84_9303 | WORDS;
/// In a cookie: words of variable length.
const WORDS: u32 = 0x10;
const HEADER: usize = 40;
/// No plain form is longer: a header, and up to nine bytes a bucket.
const LONGEST: u64 = (HEADER + 9 * bucket::COUNT) as u64;

/// A text that is not a histogram of this range and precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a compressed HDR V2 histogram of 1 µs to 1 h with 3 digits")]
pub struct NotAHistogram;

/// Base64 of the compressed form. The exact moments are not part of it.
pub fn encode<C: Counter>(histogram: &Histogram<C>) -> String {
    let mut plain = Vec::with_capacity(256);
    for word in [PLAIN, 0, 0, 3] {
        plain.extend(word.to_be_bytes());
    }
    for word in [1, bucket::HIGHEST_VALUE, 1.0_f64.to_bits()] {
        plain.extend(word.to_be_bytes());
    }
    let mut next = 0;
    histogram.for_each(|index, count| {
        match index - next {
            0 => {}
            zeros => put_zigzag(&mut plain, -(zeros as i64)),
        }
        put_zigzag(&mut plain, i64::try_from(count).unwrap_or(i64::MAX));
        next = index + 1;
    });
    let length = (plain.len() - HEADER) as u32;
    plain[4..8].copy_from_slice(&length.to_be_bytes());
    let mut out = COMPRESSED.to_be_bytes().to_vec();
    out.extend([0; 4]);
    let mut encoder = ZlibEncoder::new(out, Compression::fast());
    let written = encoder.write_all(&plain).and_then(|()| encoder.finish());
    let mut out = written.expect("writing to memory does not fail");
    let length = (out.len() - 8) as u32;
    out[4..8].copy_from_slice(&length.to_be_bytes());
    STANDARD.encode(out)
}

/// Reads the buckets back. The moments are then those of the buckets' highest values, exact to 0.1 %.
pub fn decode(text: &str) -> Result<Histogram, NotAHistogram> {
    read(text).ok_or(NotAHistogram)
}

fn read(text: &str) -> Option<Histogram> {
    let bytes = STANDARD.decode(text).ok()?;
    let (head, body) = bytes.split_first_chunk::<8>()?;
    if head[..4] != COMPRESSED.to_be_bytes() {
        return None;
    }
    let mut plain = Vec::new();
    ZlibDecoder::new(body)
        .take(LONGEST)
        .read_to_end(&mut plain)
        .ok()?;
    let (head, mut words) = plain.split_at_checked(HEADER)?;
    let same_layout = head[..4] == PLAIN.to_be_bytes()
        && head[12..16] == 3_u32.to_be_bytes()
        && head[24..32] == bucket::HIGHEST_VALUE.to_be_bytes();
    if !same_layout {
        return None;
    }
    let mut histogram = Histogram::default();
    let mut index = 0_usize;
    while !words.is_empty() {
        match take_zigzag(&mut words)? {
            zeros @ ..=-1 => index = index.checked_add(usize::try_from(zeros.checked_neg()?).ok()?)?,
            count => {
                if index > bucket::index(bucket::HIGHEST_VALUE) {
                    return None;
                }
                histogram.add_many(index, count.unsigned_abs());
                index += 1;
            }
        }
    }
    Some(histogram)
}

impl Histogram {
    fn add_many(&mut self, index: usize, count: u64) {
        if count == 0 {
            return;
        }
        self.add_to_bucket(index, count);
        let value = bucket::highest(index).min(bucket::HIGHEST_VALUE);
        self.moments.merge(&super::Moments {
            count,
            min: value,
            max: value,
            sum: u128::from(value) * u128::from(count),
            sum_of_squares: u128::from(value * value) * u128::from(count),
            clamped: 0,
        });
    }

    /// What was counted since `earlier`, an older reading of the same cumulative histogram. Buckets that shrank, which
    /// none does unless the worker was replaced, count as 0.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut before = vec![0; bucket::COUNT];
        earlier.for_each(|index, count| before[index] = count);
        let mut difference = Self::default();
        self.for_each(|index, count| difference.add_many(index, count.saturating_sub(before[index])));
        difference
    }
}

/// LEB128 of the zigzag form, whose ninth byte carries eight bits.
fn put_zigzag(out: &mut Vec<u8>, value: i64) {
    let mut bits = ((value << 1) ^ (value >> 63)) as u64;
    for _ in 0..8 {
        if bits < 0x80 {
            out.push(bits as u8);
            return;
        }
        out.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    out.push(bits as u8);
}

fn take_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let mut bits = 0_u64;
    for place in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let payload = if place == 8 { *byte } else { byte & 0x7F };
        bits |= u64::from(payload) << (7 * place);
        if *byte < 0x80 || place == 8 {
            break;
        }
    }
    Some((bits >> 1) as i64 ^ -((bits & 1) as i64))
}
