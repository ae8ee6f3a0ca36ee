//! Response times in the buckets of HdrHistogram: 1 µs to 1 h with 3 significant digits.
//!
//! Buckets make percentiles exact to 0.1 %; what must be exact beyond that (count, minimum, maximum, mean, standard
//! deviation) is carried beside them in [`Moments`]. Everything is an integer, so merging is addition: associative, and
//! blind to the order.

pub mod bucket;
mod codec;
mod gathered;
pub mod hdr;
mod moments;

pub use codec::Corrupt;
pub(crate) use gathered::Gathered;
pub use moments::Moments;

/// Counters of one page. Responses of one endpoint fall within a few powers of two, so most pages never exist.
const PAGE: usize = 512;
const PAGES: usize = bucket::COUNT / PAGE;

/// The counter of a bucket: `u32` where a histogram holds one second of one label, `u64` for everything longer.
pub trait Counter: Copy + Default + Eq + Send + Sync + 'static {
    /// Adds what fits; a counter stays at its maximum rather than wrap.
    fn add(&mut self, count: u64);
    fn get(self) -> u64;
}

impl Counter for u32 {
    #[inline]
    fn add(&mut self, count: u64) {
        *self = self.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    #[inline]
    fn get(self) -> u64 {
        self.into()
    }
}

impl Counter for u64 {
    #[inline]
    fn add(&mut self, count: u64) {
        *self = self.saturating_add(count);
    }

    #[inline]
    fn get(self) -> u64 {
        self
    }
}

/// A quantile as a fraction of 1,000, so that its rank is computed in integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantile(u16);

impl Quantile {
    pub const P50: Self = Self(500);
    pub const P75: Self = Self(750);
    pub const P90: Self = Self(900);
    pub const P95: Self = Self(950);
    pub const P99: Self = Self(990);
    pub const P999: Self = Self(999);

    /// `thousandths` of the samples lie at or below the value; more than 1,000 counts as 1,000.
    pub const fn thousandths(thousandths: u16) -> Self {
        Self(if thousandths > 1_000 { 1_000 } else { thousandths })
    }

    /// The nearest rank, from 1: ⌈q·n⌉.
    pub fn rank(self, count: u64) -> u64 {
        let rank = (u128::from(count) * u128::from(self.0)).div_ceil(1_000);
        u64::try_from(rank).unwrap_or(u64::MAX).max(1)
    }
}

/// A histogram of microseconds.
#[derive(Debug, Clone)]
pub struct Histogram<C: Counter = u64> {
    pages: [Option<Box<[C; PAGE]>>; PAGES],
    moments: Moments,
}

impl<C: Counter> Default for Histogram<C> {
    fn default() -> Self {
        Self {
            pages: [const { None }; PAGES],
            moments: Moments::default(),
        }
    }
}

impl<C: Counter> Histogram<C> {
    /// Counts one value. Above an hour it is clamped, and counted as such.
    #[inline]
    pub fn record(&mut self, micros: u64) {
        let value = self.moments.record(micros);
        self.add_to_bucket(bucket::index(value), 1);
    }

    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    pub fn count(&self) -> u64 {
        self.moments.count
    }

    pub fn is_empty(&self) -> bool {
        self.moments.count == 0
    }

    /// Adds all of `other`.
    pub fn merge<D: Counter>(&mut self, other: &Histogram<D>) {
        other.for_each(|index, count| self.add_to_bucket(index, count));
        self.moments.merge(&other.moments);
    }

    /// The value at the nearest rank: its bucket's highest equivalent value, capped by the exact maximum. `None` when
    /// there are no samples.
    pub fn percentile(&self, quantile: Quantile) -> Option<u64> {
        self.percentiles([quantile])[0]
    }

    /// Several percentiles in one pass; quantiles must ascend.
    pub fn percentiles<const N: usize>(&self, quantiles: [Quantile; N]) -> [Option<u64>; N] {
        let mut found = [None; N];
        if self.is_empty() {
            return found;
        }
        let ranks = quantiles.map(|quantile| quantile.rank(self.moments.count));
        let (mut seen, mut next) = (0_u64, 0);
        self.for_each(|index, count| {
            seen += count;
            while next < N && seen >= ranks[next] {
                found[next] = Some(bucket::highest(index).min(self.moments.max));
                next += 1;
            }
        });
        found
    }

    /// Empties it, and keeps the memory for the next use.
    pub fn clear(&mut self) {
        if self.is_empty() {
            return;
        }
        for page in self.pages.iter_mut().flatten() {
            page.fill(C::default());
        }
        self.moments = Moments::default();
    }

    /// Every bucket with samples, in ascending order.
    #[inline]
    pub fn for_each(&self, mut visit: impl FnMut(usize, u64)) {
        for (number, page) in self.pages.iter().enumerate() {
            if let Some(page) = page {
                codec::for_each_counter(page, |place, count| visit(number * PAGE + place, count));
            }
        }
    }

    #[inline]
    fn add_to_bucket(&mut self, index: usize, count: u64) {
        let page = self.pages[index / PAGE].get_or_insert_with(|| Box::new([C::default(); PAGE]));
        page[index % PAGE].add(count);
    }
}

impl<C: Counter> PartialEq for Histogram<C> {
    fn eq(&self, other: &Self) -> bool {
        let buckets = |histogram: &Self| {
            let mut buckets = Vec::new();
            histogram.for_each(|index, count| buckets.push((index, count)));
            buckets
        };
        self.moments == other.moments && buckets(self) == buckets(other)
    }
}

#[cfg(test)]
mod tests;
