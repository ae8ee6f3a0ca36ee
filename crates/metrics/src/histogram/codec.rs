//! The stored form: moments as variable-length integers, then (bucket, count) pairs.
//!
//! A cell of one second of one worker holds some dozens of samples in as many buckets, a thousand workers send millions
//! of such cells, and reading them is what a merge does. So a pair takes one byte as a rule: the distance to the bucket
//! before, with a count of one understood.
//!
//! | bytes | meaning |
//! |---|---|
//! | `00`–`9F` | distance 1–160 |
//! | `A0`–`FB`, low byte | distance 161–23,712 |
//! | `FC`, `FD`, then a distance | the pair's count is 2, 3 |
//! | `FE`, byte, then a distance | the count is 4–259 |
//! | `FF`, varint, then a distance | any count |

use super::{Counter, Histogram, Moments, bucket};
use crate::varint;

/// Bytes that no encoder of ours has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the record is damaged")]
pub struct Corrupt;

const NEAR: usize = 160;
const FAR: u8 = 0xA0;
const TWO: u8 = 0xFC;
const THREE: u8 = 0xFD;
const SMALL: u8 = 0xFE;
const LARGE: u8 = 0xFF;

impl<C: Counter> Histogram<C> {
    /// Appends the stored form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let moments = &self.moments;
        let start = out.len();
        let (mut before, mut pairs) = (0, 0_u64);
        self.for_each(|index, count| {
            put_pair(out, index + 1 - before, count);
            before = index + 1;
            pairs += 1;
        });
        // How many pairs there are is known only now, and stands before them.
        let mut head = Vec::with_capacity(64);
        varint::put(&mut head, pairs << 1 | u64::from(moments.clamped > 0));
        if pairs > 0 {
            varint::put(&mut head, moments.min);
            varint::put(&mut head, moments.max - moments.min);
            varint::put_wide(&mut head, moments.sum);
            varint::put_wide(&mut head, moments.sum_of_squares);
        }
        if moments.clamped > 0 {
            varint::put(&mut head, moments.clamped);
        }
        out.splice(start..start, head);
    }

    /// Adds what was encoded at the head of `bytes`, and moves on past it. On an error some of it may have been added.
    pub fn merge_encoded(&mut self, bytes: &mut &[u8]) -> Result<(), Corrupt> {
        let head = varint::take(bytes)?;
        let pairs = head >> 1;
        if pairs == 0 {
            return Ok(());
        }
        let min = varint::take(bytes)?;
        let max = min
            .checked_add(varint::take(bytes)?)
            .filter(|max| *max <= bucket::HIGHEST_VALUE);
        let sum = varint::take_wide(bytes)?;
        let sum_of_squares = varint::take_wide(bytes)?;
        let clamped = if head & 1 == 1 { varint::take(bytes)? } else { 0 };
        let count = self.merge_pairs(bytes, pairs)?;
        let max = max.ok_or(Corrupt)?;
        self.moments.merge(&Moments {
            count,
            min,
            max,
            sum,
            sum_of_squares,
            clamped,
        });
        Ok(())
    }

    /// The hot loop of a merge. Answers the sum of the counts.
    fn merge_pairs(&mut self, bytes: &mut &[u8], pairs: u64) -> Result<u64, Corrupt> {
        let mut rest = *bytes;
        // One more than the bucket, so that the first distance counts from nothing.
        let mut place = 0_usize;
        let mut total = 0_u64;
        for _ in 0..pairs {
            let [first, tail @ ..] = rest else {
                return Err(Corrupt);
            };
            let mut code = *first;
            rest = tail;
            let mut count = 1;
            if code >= TWO {
                count = match code {
                    TWO => 2,
                    THREE => 3,
                    SMALL => {
                        let [low, tail @ ..] = rest else {
                            return Err(Corrupt);
                        };
                        rest = tail;
                        u64::from(*low) + 4
                    }
                    _ => varint::take(&mut rest)?,
                };
                let [next, tail @ ..] = rest else {
                    return Err(Corrupt);
                };
                (code, rest) = (*next, tail);
            }
            if code < FAR {
                place += usize::from(code) + 1;
            } else {
                let [low, tail @ ..] = rest else {
                    return Err(Corrupt);
                };
                rest = tail;
                place += NEAR + 1 + (usize::from(code - FAR) << 8 | usize::from(*low));
            }
            if place > bucket::COUNT {
                return Err(Corrupt);
            }
            total = total.saturating_add(count);
            self.add_to_bucket(place - 1, count);
        }
        *bytes = rest;
        Ok(total)
    }
}

#[inline]
fn put_pair(out: &mut Vec<u8>, distance: usize, count: u64) {
    match count {
        1 => {}
        2 => out.push(TWO),
        3 => out.push(THREE),
        4..=259 => out.extend([SMALL, (count - 4) as u8]),
        _ => {
            out.push(LARGE);
            varint::put(out, count);
        }
    }
    if distance <= NEAR {
        out.push((distance - 1) as u8);
    } else {
        let far = distance - NEAR - 1;
        out.extend([FAR + (far >> 8) as u8, far as u8]);
    }
}
