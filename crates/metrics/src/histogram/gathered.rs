//! Counts that wait for their histogram.

use super::{Counter, Histogram, PAGE, PAGES, bucket};

/// The counts of many small records, which a histogram takes all at once.
///
/// A record of one second touches some fifty places of a histogram of 30 KB, and a merge has more histograms than a
/// processor's cache holds: each of these places would be waited for. These counters stay in the cache.
#[derive(Debug)]
pub(crate) struct Gathered {
    counters: Box<[u32; bucket::COUNT]>,
    /// The pages that were touched, a bit each.
    touched: u64,
    /// Each adds [`LARGEST`] to a counter at most.
    records: u16,
}

/// So many times `u16::MAX` fits a counter.
const LARGEST: u64 = u16::MAX as u64;

const _: () = assert!(PAGES <= u64::BITS as usize);

/// Another record could be too much for a counter.
#[derive(Debug)]
pub(super) struct Full;

impl Default for Gathered {
    fn default() -> Self {
        Self {
            counters: vec![0; bucket::COUNT]
                .try_into()
                .expect("it has so many counters"),
            touched: 0,
            records: 0,
        }
    }
}

impl Gathered {
    #[inline]
    pub(super) fn begin_record(&mut self) -> Result<(), Full> {
        self.records = self.records.checked_add(1).ok_or(Full)?;
        Ok(())
    }

    /// Adds a count of the open record, which has each bucket once; answers whether it was small enough.
    #[inline]
    pub(super) fn add(&mut self, index: usize, count: u64) -> bool {
        let is_small = count <= LARGEST;
        if is_small {
            self.counters[index] += count as u32;
            self.touched |= 1 << (index / PAGE);
        }
        is_small
    }
}

impl<C: Counter> Histogram<C> {
    /// Takes what waits.
    pub(crate) fn settle(&mut self, gathered: &mut Gathered) {
        let waiting = gathered.counters.as_chunks_mut::<PAGE>().0;
        for (number, (page, counters)) in self.pages.iter_mut().zip(waiting).enumerate() {
            if gathered.touched & 1 << number == 0 {
                continue;
            }
            let page = page.get_or_insert_with(|| Box::new([C::default(); PAGE]));
            for (counter, count) in page.iter_mut().zip(counters) {
                counter.add(u64::from(std::mem::take(count)));
            }
        }
        (gathered.touched, gathered.records) = (0, 0);
    }
}
