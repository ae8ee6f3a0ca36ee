//! Values that wait for their histogram.

use super::{Counter, Histogram, PAGE, PAGES, bucket};

/// Counts the values of many small records before a histogram takes them all at once.
///
/// A record of one second touches some fifty places of a histogram of 30 KB, and a merge has more histograms than a
/// processor's cache holds. Two bytes a bucket, of the few thousand buckets that responses of one endpoint fall into, stay
/// in its nearest part.
#[derive(Debug)]
pub(crate) struct Singles {
    counters: Box<[u16; bucket::COUNT]>,
    /// The pages that were touched, a bit each.
    touched: u64,
    /// Each adds at most one to a counter.
    records: u16,
}

const _: () = assert!(PAGES <= u64::BITS as usize);

/// Another record could be too much for a counter.
#[derive(Debug)]
pub(super) struct Full;

impl Default for Singles {
    fn default() -> Self {
        Self {
            counters: Box::new([0; bucket::COUNT]),
            touched: 0,
            records: 0,
        }
    }
}

impl Singles {
    #[inline]
    pub(super) fn begin_record(&mut self) -> Result<(), Full> {
        self.records = self.records.checked_add(1).ok_or(Full)?;
        Ok(())
    }

    #[inline]
    pub(super) fn add(&mut self, index: usize) {
        self.counters[index] += 1;
        self.touched |= 1 << (index / PAGE);
    }
}

impl<C: Counter> Histogram<C> {
    /// Takes what waits.
    pub(crate) fn settle(&mut self, singles: &mut Singles) {
        let waiting = singles.counters.as_chunks_mut::<PAGE>().0;
        for (number, (page, counters)) in self.pages.iter_mut().zip(waiting).enumerate() {
            if singles.touched & 1 << number == 0 {
                continue;
            }
            let page = page.get_or_insert_with(|| Box::new([C::default(); PAGE]));
            for (counter, count) in page.iter_mut().zip(counters) {
                counter.add(u64::from(std::mem::take(count)));
            }
        }
        (singles.touched, singles.records) = (0, 0);
    }
}
