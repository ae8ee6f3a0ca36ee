//! Everything that is counted of one label in one stretch of time.

use crate::{
    histogram::{Corrupt, Counter, Gathered, Histogram},
    varint,
};

/// Counters of a label, or of several. All of it adds up.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cell<C: Counter = u64> {
    pub successes: Histogram<C>,
    pub failures: Histogram<C>,
    pub ttfb: Histogram<C>,
    pub connect: Histogram<C>,
    pub bytes_received: u64,
    pub bytes_sent: u64,
    /// By number of the code.
    pub codes: Vec<u64>,
    /// By number of the group.
    pub errors: Vec<ErrorTally>,
}

/// What waits for the histograms of a cell, in the order of [`Cell::histograms`].
pub(crate) type Waiting = [Gathered; 4];

/// Failures of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ErrorTally {
    pub count: u64,
    /// Milliseconds from `startAt`; meaningless without a count.
    pub first_ms: u64,
    pub last_ms: u64,
}

impl ErrorTally {
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        self.count = self.count.saturating_add(other.count);
        self.first_ms = self.first_ms.min(other.first_ms);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// What the numbers of an encoded cell are in the reader's own count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renumber<'a> {
    pub codes: &'a [u32],
    pub errors: &'a [u32],
}

const HAS_FAILURES: u8 = 1;
const HAS_TTFB: u8 = 1 << 1;
const HAS_CONNECT: u8 = 1 << 2;
const HAS_ERRORS: u8 = 1 << 3;
const HAS_SUCCESSES: u8 = 1 << 4;

impl<C: Counter> Cell<C> {
    #[cfg(test)]
    pub(crate) fn requests(&self) -> u64 {
        self.successes.count() + self.failures.count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.successes.is_empty() && self.failures.is_empty()
    }

    pub(crate) fn add_code(&mut self, number: u32, count: u64) {
        let place = slot(&mut self.codes, number);
        *place = place.saturating_add(count);
    }

    pub(crate) fn add_error(&mut self, number: u32, tally: &ErrorTally) {
        slot(&mut self.errors, number).merge(tally);
    }

    pub(crate) fn merge<D: Counter>(&mut self, other: &Cell<D>) {
        self.merge_times(other);
        self.ttfb.merge(&other.ttfb);
        self.connect.merge(&other.connect);
        self.bytes_received = self.bytes_received.saturating_add(other.bytes_received);
        self.bytes_sent = self.bytes_sent.saturating_add(other.bytes_sent);
        for (number, count) in (0..).zip(&other.codes).filter(|(_, count)| **count > 0) {
            self.add_code(number, *count);
        }
        for (number, tally) in (0..).zip(&other.errors) {
            self.add_error(number, tally);
        }
    }

    /// The response times alone, which is all that a series over all labels shows.
    pub(crate) fn merge_times<D: Counter>(&mut self, other: &Cell<D>) {
        self.successes.merge(&other.successes);
        self.failures.merge(&other.failures);
    }

    /// Empties it, and keeps the memory for the next use.
    pub(crate) fn clear(&mut self) {
        self.histograms().into_iter().for_each(Histogram::clear);
        (self.bytes_received, self.bytes_sent) = (0, 0);
        self.codes.clear();
        self.errors.clear();
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let errors = self.errors.iter().filter(|tally| tally.count > 0).count();
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        out.push(
            flag(!self.successes.is_empty(), HAS_SUCCESSES)
                | flag(!self.failures.is_empty(), HAS_FAILURES)
                | flag(!self.ttfb.is_empty(), HAS_TTFB)
                | flag(!self.connect.is_empty(), HAS_CONNECT)
                | flag(errors > 0, HAS_ERRORS),
        );
        for histogram in [&self.successes, &self.failures, &self.ttfb, &self.connect] {
            if !histogram.is_empty() {
                histogram.encode(out);
            }
        }
        varint::put(out, self.bytes_received);
        varint::put(out, self.bytes_sent);
        varint::put(out, self.codes.iter().filter(|count| **count > 0).count() as u64);
        for (number, count) in (0..).zip(&self.codes).filter(|(_, count)| **count > 0) {
            varint::put(out, number);
            varint::put(out, *count);
        }
        if errors > 0 {
            varint::put(out, errors as u64);
        }
        for (number, tally) in (0..).zip(&self.errors).filter(|(_, tally)| tally.count > 0) {
            varint::put(out, number);
            varint::put(out, tally.count);
            varint::put(out, tally.first_ms);
            varint::put(out, tally.last_ms.saturating_sub(tally.first_ms));
        }
    }

    /// Adds an encoded cell, which must fill `bytes`.
    pub(crate) fn merge_encoded(&mut self, bytes: &[u8], renumber: Renumber<'_>) -> Result<(), Corrupt> {
        self.merge_record(bytes, renumber, |_, histogram, bytes| {
            histogram.merge_encoded(bytes)
        })
    }

    /// As [`Self::merge_encoded`], but complete only after [`Self::settle`].
    pub(crate) fn gather_encoded(
        &mut self,
        bytes: &[u8],
        renumber: Renumber<'_>,
        waiting: &mut Waiting,
    ) -> Result<(), Corrupt> {
        self.merge_record(bytes, renumber, |number, histogram, bytes| {
            histogram.gather_encoded(bytes, &mut waiting[number])
        })
    }

    /// Takes what waits.
    pub(crate) fn settle(&mut self, waiting: &mut Waiting) {
        for (histogram, gathered) in self.histograms().into_iter().zip(waiting) {
            histogram.settle(gathered);
        }
    }

    fn histograms(&mut self) -> [&mut Histogram<C>; 4] {
        [
            &mut self.successes,
            &mut self.failures,
            &mut self.ttfb,
            &mut self.connect,
        ]
    }

    #[inline]
    fn merge_record(
        &mut self,
        mut bytes: &[u8],
        renumber: Renumber<'_>,
        mut merge: impl FnMut(usize, &mut Histogram<C>, &mut &[u8]) -> Result<(), Corrupt>,
    ) -> Result<(), Corrupt> {
        let bytes = &mut bytes;
        let flags = varint::take_bytes(bytes, 1)?[0];
        let present = [HAS_SUCCESSES, HAS_FAILURES, HAS_TTFB, HAS_CONNECT];
        for (number, histogram) in self.histograms().into_iter().enumerate() {
            if flags & present[number] != 0 {
                merge(number, histogram, bytes)?;
            }
        }
        self.bytes_received = self.bytes_received.saturating_add(varint::take(bytes)?);
        self.bytes_sent = self.bytes_sent.saturating_add(varint::take(bytes)?);
        for _ in 0..varint::take(bytes)? {
            let number = renumbered(renumber.codes, bytes)?;
            self.add_code(number, varint::take(bytes)?);
        }
        if flags & HAS_ERRORS != 0 {
            for _ in 0..varint::take(bytes)? {
                let number = renumbered(renumber.errors, bytes)?;
                let (count, first_ms) = (varint::take(bytes)?, varint::take(bytes)?);
                let last_ms = first_ms.checked_add(varint::take(bytes)?).ok_or(Corrupt)?;
                self.add_error(
                    number,
                    &ErrorTally {
                        count,
                        first_ms,
                        last_ms,
                    },
                );
            }
        }
        if bytes.is_empty() { Ok(()) } else { Err(Corrupt) }
    }
}

fn renumbered(numbers: &[u32], bytes: &mut &[u8]) -> Result<u32, Corrupt> {
    numbers.get(varint::take_usize(bytes)?).copied().ok_or(Corrupt)
}

/// The place of a number in a list that grows as needed. Numbers come from [`crate::names`], which bounds them.
fn slot<T: Default + Clone>(list: &mut Vec<T>, number: u32) -> &mut T {
    let place = number as usize;
    if place >= list.len() {
        list.resize(place + 1, T::default());
    }
    &mut list[place]
}
