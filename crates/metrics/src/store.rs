//! A stored result: every step of a run, label by label and region by region, as histograms that can still be added.
//!
//! Two data files and an index. `labels` has a cell for every (step, label, region), `totals` one for every
//! (step, region) with the response times alone, which is what a series over all labels reads. Both keep each cell at
//! four widths, 1, 10, 60 and 600 steps, so that any window is covered by few cells: wide ones in the middle, narrow
//! ones at its edges. What belongs to one [`Chunk`], the cells of one width within the next wider one, lies together.
//!
//! While a run goes on its result is in several such parts, each made of some segments. Everything adds up, so a query
//! reads them all as if they were one.

mod index;
mod query;
mod writer;

use std::ops::Range;

pub use index::{Fetch, Index};
pub use query::{Measured, Query};
pub(crate) use writer::Writer;

use crate::histogram::Corrupt;

/// The widths of cells, in steps. Each divides the next.
const WIDTHS: [u32; 4] = [1, 10, 60, 600];

/// Where the data of a part lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum File {
    Totals,
    Labels,
}

/// A stored result that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("not an index of this version")]
    NotAnIndex,
    #[error("the index is damaged")]
    DamagedIndex,
    #[error("{file:?} is damaged at byte {offset}")]
    Damaged { file: File, offset: u64 },
    #[error("{file:?} has {length} bytes for a range of {expected}")]
    WrongLength {
        file: File,
        length: usize,
        expected: u64,
    },
}

/// What a cell is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subject {
    /// All requests, response times alone.
    All,
    Request(u32),
    Transaction(u32),
}

/// What a cell is of, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    pub subject: Subject,
    pub region: u32,
}

impl Slot {
    fn file(self) -> File {
        match self.subject {
            Subject::All => File::Totals,
            Subject::Request(_) | Subject::Transaction(_) => File::Labels,
        }
    }
}

/// The cells of one width that lie within one cell of the next. An index has them in order of level and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub level: usize,
    /// Second from `startAt` at which it begins.
    pub from: u32,
    pub offset: u64,
    /// In the order of their bytes.
    pub runs: Vec<(Slot, u32)>,
}

/// The level of the widest cells that make up steps of so many steps.
pub(crate) fn widest_level(steps: u32) -> usize {
    WIDTHS
        .iter()
        .rposition(|width| steps.is_multiple_of(*width))
        .unwrap_or(0)
}

/// The seconds that a cell of a level covers.
fn width(level: usize, resolution: u32) -> u32 {
    WIDTHS[level] * resolution
}

/// The seconds that a chunk of a level covers. Of the widest cells each is a chunk of its own.
fn span(level: usize, resolution: u32) -> u32 {
    width((level + 1).min(WIDTHS.len() - 1), resolution)
}

/// The narrow begin, wide middle and narrow end that make up `seconds`: (level, begin) in order of time.
///
/// `extent` is where there are cells at all; a cell that reaches beyond it is as good as one that ends there.
fn cover(seconds: &Range<u32>, extent: &Range<u32>, resolution: u32) -> Vec<(usize, u32)> {
    let widest = width(WIDTHS.len() - 1, resolution);
    let from = if seconds.start <= extent.start {
        extent.start / widest * widest
    } else {
        seconds.start.next_multiple_of(resolution)
    };
    let to = if seconds.end >= extent.end {
        extent.end.next_multiple_of(widest)
    } else {
        seconds.end.next_multiple_of(resolution)
    };
    let mut cells = Vec::new();
    let mut at = from;
    while at < to {
        let fits = |level: &usize| {
            let width = width(*level, resolution);
            at.is_multiple_of(width) && at + width <= to
        };
        let level = (0..WIDTHS.len()).rev().find(fits).unwrap_or(0);
        cells.push((level, at));
        at += width(level, resolution);
    }
    cells
}

/// One cell of a [`Fetch`].
pub(crate) struct StoredRow<'a> {
    pub slot: Slot,
    /// Second from `startAt` at which it begins.
    pub second: u32,
    pub cell: &'a [u8],
}

impl Fetch {
    /// The cells that were asked for, in the bytes that were read.
    pub(crate) fn rows<'a>(&self, bytes: &'a [u8]) -> Result<Vec<StoredRow<'a>>, StoreError> {
        let expected = self.bytes.end - self.bytes.start;
        if bytes.len() as u64 != expected {
            return Err(StoreError::WrongLength {
                file: self.file,
                length: bytes.len(),
                expected,
            });
        }
        let mut rows = Vec::new();
        for wanted in &self.wanted {
            let offset = self.bytes.start + wanted.place.start as u64;
            let run = run_rows(&bytes[wanted.place.clone()], wanted.from, wanted.width);
            let run = run.map_err(|Corrupt| StoreError::Damaged {
                file: self.file,
                offset,
            })?;
            let asked = run
                .into_iter()
                .filter(|(second, _)| wanted.seconds.contains(second));
            rows.extend(asked.map(|(second, cell)| StoredRow {
                slot: wanted.slot,
                second,
                cell,
            }));
        }
        Ok(rows)
    }

    /// What to say of a cell that cannot be read although its checksum is right.
    pub(crate) fn damaged(&self) -> StoreError {
        StoreError::Damaged {
            file: self.file,
            offset: self.bytes.start,
        }
    }
}

/// The rows of a run: the second at which the cell begins, and its bytes.
fn run_rows(run: &[u8], chunk_from: u32, width: u32) -> Result<Vec<(u32, &[u8])>, Corrupt> {
    use crate::varint;
    let (mut rest, crc) = run.split_last_chunk::<4>().ok_or(Corrupt)?;
    if crc32fast::hash(rest) != u32::from_le_bytes(*crc) {
        return Err(Corrupt);
    }
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let place = varint::take_u32(&mut rest)?;
        let from = place
            .checked_mul(width)
            .and_then(|offset| chunk_from.checked_add(offset))
            .ok_or(Corrupt)?;
        let length = varint::take_usize(&mut rest)?;
        rows.push((from, varint::take_bytes(&mut rest, length)?));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_window_is_covered_without_hole_or_overlap(
            a in 0..5_000_u32, b in 0..5_000_u32, start in 0..100_u32, length in 0..5_000_u32,
            resolution in prop_oneof![Just(1_u32), Just(10)],
        ) {
            let seconds = a.min(b)..a.max(b);
            let extent = start..start + length;
            let cells = cover(&seconds, &extent, resolution);
            prop_assert!(cells.len() <= 60);
            for pair in cells.windows(2) {
                prop_assert_eq!(pair[0].1 + width(pair[0].0, resolution), pair[1].1);
            }
            // A step counts where it begins within the window.
            let covered = |step: u32| cells.iter().any(|(level, at)| (*at..at + width(*level, resolution)).contains(&step));
            for step in extent.step_by(resolution as usize).map(|second| second / resolution * resolution) {
                if step >= start {
                    prop_assert_eq!(covered(step), seconds.contains(&step), "step {}", step);
                }
            }
        }
    }
}
