//! The bucket layout of HdrHistogram for values from 1 to 3,600,000,000 with 3 significant digits.
//!
//! Values below 2,048 have a bucket each. Above, every power of two is cut into 1,024 buckets, so a bucket is at most
//! 1/1,024 of its values wide. See <https://hdrhistogram.github.io/HdrHistogram/>.

/// One hour in microseconds. Values above are clamped to it.
pub const HIGHEST_VALUE: u64 = 3_600_000_000;

/// Number of buckets that HdrHistogram has for this range, some of them above [`HIGHEST_VALUE`].
pub const COUNT: usize = 23 * HALF;

const HALF: usize = 1_024;
/// log2 of the 2,048 values that have a bucket of their own.
const UNIT_BITS: u32 = 11;

/// The bucket of a value that is not above [`HIGHEST_VALUE`].
#[inline]
pub fn index(value: u64) -> usize {
    let shift = u64::BITS - UNIT_BITS - (value | (2 * HALF as u64 - 1)).leading_zeros();
    shift as usize * HALF + (value >> shift) as usize
}

/// The smallest value of a bucket.
pub fn lowest(index: usize) -> u64 {
    let shift = shift(index);
    ((index - shift * HALF) as u64) << shift
}

/// The largest value that shares a bucket.
#[inline]
pub fn highest(index: usize) -> u64 {
    lowest(index) + (1 << shift(index)) - 1
}

#[inline]
fn shift(index: usize) -> usize {
    (index / HALF).saturating_sub(1)
}
