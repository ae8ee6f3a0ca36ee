//! What is exact beside the buckets.

use super::bucket;

/// Count, extremes and power sums of values in microseconds. Integers, so that no order of merging changes a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    pub count: u64,
    /// Meaningless while `count` is 0, as is `max`.
    pub min: u64,
    pub max: u64,
    pub sum: u128,
    pub sum_of_squares: u128,
    /// How many values were above an hour and count as an hour.
    pub clamped: u64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            min: u64::MAX,
            max: 0,
            sum: 0,
            sum_of_squares: 0,
            clamped: 0,
        }
    }
}

impl Moments {
    /// Counts a value, and answers it clamped to an hour.
    #[inline]
    pub(super) fn record(&mut self, micros: u64) -> u64 {
        let value = micros.min(bucket::HIGHEST_VALUE);
        self.count += 1;
        self.clamped += u64::from(micros > bucket::HIGHEST_VALUE);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += u128::from(value);
        self.sum_of_squares += u128::from(value * value);
        value
    }

    /// Saturates where no run can get to, so that a damaged record cannot stop the merge.
    #[inline]
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum = self.sum.saturating_add(other.sum);
        self.sum_of_squares = self.sum_of_squares.saturating_add(other.sum_of_squares);
        self.clamped = self.clamped.saturating_add(other.clamped);
    }

    /// In microseconds; `None` without samples.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The population's standard deviation in microseconds; `None` without samples.
    pub fn stdev(&self) -> Option<f64> {
        let mean = self.mean()?;
        let count = u128::from(self.count);
        // n·Σx² − (Σx)² loses nothing in integers; a run large enough to overflow has enough samples for floats.
        let exact = count
            .checked_mul(self.sum_of_squares)
            .zip(self.sum.checked_mul(self.sum));
        let variance = match exact {
            Some((squares, square)) => squares.saturating_sub(square) as f64 / (count as f64 * count as f64),
            None => (self.sum_of_squares as f64 / count as f64 - mean * mean).max(0.0),
        };
        Some(variance.sqrt())
    }
}
