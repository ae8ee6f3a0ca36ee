//! The stored form: moments as variable-length integers, then the buckets, page by page where they are crowded and as
//! (bucket, count) pairs elsewhere.
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
//!
//! A merged cell has samples in most buckets of a few pages. Such a page is stored as its counters, each in 1, 2, 4 or
//! 8 bytes, which adds up many times faster than pairs do.

use super::{Counter, Gathered, Histogram, Moments, PAGE, bucket};
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
        let mut crowded = Vec::new();
        let (mut before, mut pairs) = (0, 0_u64);
        for (number, page) in self.pages.iter().enumerate() {
            let Some(page) = page else { continue };
            if let Some(width) = crowded_width(page) {
                crowded.push((number, width));
                continue;
            }
            for_each_counter(page, |place, count| {
                let index = number * PAGE + place;
                put_pair(out, index + 1 - before, count);
                before = index + 1;
                pairs += 1;
            });
        }
        // How many pairs there are is known only now, and stands before them.
        let mut head = Vec::with_capacity(64);
        let flags = u64::from(moments.clamped > 0) | u64::from(!crowded.is_empty()) << 1;
        varint::put(&mut head, pairs << 2 | flags);
        if !self.is_empty() {
            varint::put(&mut head, moments.min);
            varint::put(&mut head, moments.max - moments.min);
            varint::put_wide(&mut head, moments.sum);
            varint::put_wide(&mut head, moments.sum_of_squares);
        }
        if moments.clamped > 0 {
            varint::put(&mut head, moments.clamped);
        }
        out.splice(start..start, head);
        if !crowded.is_empty() {
            out.push(crowded.len() as u8);
        }
        for (number, width) in crowded {
            out.extend([number as u8, width as u8]);
            let page = self.pages[number].as_ref().expect("a crowded page is there");
            put_page(out, page, width);
        }
    }

    /// Adds what was encoded at the head of `bytes`, and moves on past it. On an error some of it may have been added.
    pub fn merge_encoded(&mut self, bytes: &mut &[u8]) -> Result<(), Corrupt> {
        self.merge_record(bytes, Self::add_to_bucket)
    }

    /// As [`Self::merge_encoded`], but what waits in `gathered` is in the histogram only after [`Self::settle`].
    pub(crate) fn gather_encoded(
        &mut self,
        bytes: &mut &[u8],
        gathered: &mut Gathered,
    ) -> Result<(), Corrupt> {
        if gathered.begin_record().is_err() {
            self.settle(gathered);
        }
        self.merge_record(bytes, |histogram, index, count| {
            if !gathered.add(index, count) {
                histogram.add_to_bucket(index, count);
            }
        })
    }

    /// `add` counts values in a bucket.
    fn merge_record(
        &mut self,
        bytes: &mut &[u8],
        add: impl FnMut(&mut Self, usize, u64),
    ) -> Result<(), Corrupt> {
        let head = varint::take(bytes)?;
        if head == 0 {
            return Ok(());
        }
        let (pairs, has_crowded, has_clamped) = (head >> 2, head & 2 != 0, head & 1 != 0);
        let min = varint::take(bytes)?;
        let max = min
            .checked_add(varint::take(bytes)?)
            .filter(|max| *max <= bucket::HIGHEST_VALUE);
        let sum = varint::take_wide(bytes)?;
        let sum_of_squares = varint::take_wide(bytes)?;
        let clamped = if has_clamped { varint::take(bytes)? } else { 0 };
        let mut count = self.merge_pairs(bytes, pairs, add)?;
        let crowded = if has_crowded { take_byte(bytes)? } else { 0 };
        for _ in 0..crowded {
            count = count.saturating_add(self.merge_page(bytes)?);
        }
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

    /// Adds a crowded page. Answers the sum of the counts.
    fn merge_page(&mut self, bytes: &mut &[u8]) -> Result<u64, Corrupt> {
        let number = usize::from(take_byte(bytes)?);
        let width = usize::from(take_byte(bytes)?);
        let page = self.pages.get_mut(number).ok_or(Corrupt)?;
        let page = page.get_or_insert_with(|| Box::new([C::default(); PAGE]));
        let counters = varint::take_bytes(bytes, width * PAGE)?;
        match width {
            1 => Ok(add_page(page, counters.iter().map(|byte| u64::from(*byte)))),
            2 => Ok(add_page(
                page,
                counters
                    .as_chunks()
                    .0
                    .iter()
                    .map(|word| u16::from_le_bytes(*word).into()),
            )),
            4 => Ok(add_page(
                page,
                counters
                    .as_chunks()
                    .0
                    .iter()
                    .map(|word| u32::from_le_bytes(*word).into()),
            )),
            8 => Ok(add_page(
                page,
                counters
                    .as_chunks()
                    .0
                    .iter()
                    .map(|word| u64::from_le_bytes(*word)),
            )),
            _ => Err(Corrupt),
        }
    }

    /// The hot loop of a merge. Answers the sum of the counts.
    #[inline]
    fn merge_pairs(
        &mut self,
        bytes: &mut &[u8],
        pairs: u64,
        mut add: impl FnMut(&mut Self, usize, u64),
    ) -> Result<u64, Corrupt> {
        let mut rest = *bytes;
        // One more than the bucket, so that the first distance counts from nothing.
        let mut place = 0_usize;
        let mut total = 0_u64;
        for _ in 0..pairs {
            let [code, tail @ ..] = rest else {
                return Err(Corrupt);
            };
            // Nearly all pairs of a worker's cell are of this kind.
            if *code < FAR {
                rest = tail;
                place += usize::from(*code) + 1;
                if place > bucket::COUNT {
                    return Err(Corrupt);
                }
                total += 1;
                add(self, place - 1, 1);
            } else {
                let (distance, count) = take_pair(&mut rest)?;
                place += distance;
                if place > bucket::COUNT {
                    return Err(Corrupt);
                }
                total = total.saturating_add(count);
                add(self, place - 1, count);
            }
        }
        *bytes = rest;
        Ok(total)
    }
}

/// Visits the counters that are not zero.
#[inline]
pub(super) fn for_each_counter<C: Counter>(page: &[C; PAGE], mut visit: impl FnMut(usize, u64)) {
    for (group, counters) in page.chunks_exact(8).enumerate() {
        // Most groups are empty. Without a way out of the comparison, eight counters are compared at once.
        if !counters
            .iter()
            .fold(false, |any, counter| any | (*counter != C::default()))
        {
            continue;
        }
        for (place, counter) in counters.iter().enumerate() {
            if *counter != C::default() {
                visit(group * 8 + place, counter.get());
            }
        }
    }
}

/// How many bytes each counter of a page needs, when storing all of them takes no more than pairs of three bytes would.
fn crowded_width<C: Counter>(page: &[C; PAGE]) -> Option<usize> {
    let used = page.iter().filter(|counter| **counter != C::default()).count();
    if used * 3 < PAGE {
        return None;
    }
    let most = page.iter().fold(0, |most, counter| counter.get().max(most));
    let width = match most {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFFFF_FFFF => 4,
        _ => 8,
    };
    (used * 3 >= width * PAGE).then_some(width)
}

fn put_page<C: Counter>(out: &mut Vec<u8>, page: &[C; PAGE], width: usize) {
    match width {
        1 => out.extend(page.iter().map(|counter| counter.get() as u8)),
        2 => out.extend(
            page.iter()
                .flat_map(|counter| (counter.get() as u16).to_le_bytes()),
        ),
        4 => out.extend(
            page.iter()
                .flat_map(|counter| (counter.get() as u32).to_le_bytes()),
        ),
        _ => out.extend(page.iter().flat_map(|counter| counter.get().to_le_bytes())),
    }
}

fn add_page<C: Counter>(page: &mut [C; PAGE], counts: impl Iterator<Item = u64>) -> u64 {
    let mut total = 0_u64;
    for (counter, count) in page.iter_mut().zip(counts) {
        counter.add(count);
        total = total.saturating_add(count);
    }
    total
}

/// A pair of any kind: the distance to the bucket before, and the count.
#[inline]
fn take_pair(rest: &mut &[u8]) -> Result<(usize, u64), Corrupt> {
    let mut code = take_byte(rest)?;
    let mut count = 1;
    if code >= TWO {
        count = match code {
            TWO => 2,
            THREE => 3,
            SMALL => u64::from(take_byte(rest)?) + 4,
            _ => varint::take(rest)?,
        };
        code = take_byte(rest)?;
    }
    if code < FAR {
        return Ok((usize::from(code) + 1, count));
    }
    let far = usize::from(code - FAR) << 8 | usize::from(take_byte(rest)?);
    Ok((NEAR + 1 + far, count))
}

#[inline]
fn take_byte(rest: &mut &[u8]) -> Result<u8, Corrupt> {
    let (byte, tail) = rest.split_first().ok_or(Corrupt)?;
    *rest = tail;
    Ok(*byte)
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
