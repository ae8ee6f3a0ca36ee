//! The cells of an open window.

use std::{collections::BTreeSet, sync::Arc};

use super::Fault;
use crate::{
    cell::{Cell, Renumber, Waiting},
    segment::SegmentError,
};

/// A cell of the open window.
///
/// A window has hundreds of cells of some 30 KB, far more than a processor's cache, and a row touches fifty places of
/// one. So rows wait until there are enough of them to make it worth the way.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub cell: Cell<u32>,
    /// Encoded rows, one behind the other.
    bytes: Vec<u8>,
    /// Source and length of each.
    waiting: Vec<(usize, usize)>,
}

/// How many bytes wait for a cell.
const SETTLE_BYTES: usize = 48 * 1024;

impl Sum {
    /// Adds an encoded cell of the source with that place in `sources`.
    pub(super) fn add(
        &mut self,
        source: usize,
        row: &[u8],
        sources: &[Source],
        gathered: &mut Waiting,
        faults: &mut BTreeSet<Fault>,
    ) {
        self.waiting.push((source, row.len()));
        self.bytes.extend_from_slice(row);
        if self.bytes.len() >= SETTLE_BYTES {
            self.settle(sources, gathered, faults);
        }
    }

    /// Adds what waits. Until then the cell is not complete.
    pub(super) fn settle(
        &mut self,
        sources: &[Source],
        gathered: &mut Waiting,
        faults: &mut BTreeSet<Fault>,
    ) {
        let mut rest = self.bytes.as_slice();
        for (source, length) in self.waiting.drain(..) {
            let (row, behind) = rest.split_at(length);
            rest = behind;
            let Source { key, numbers } = &sources[source];
            let renumber = Renumber {
                codes: &numbers.codes,
                errors: &numbers.errors,
            };
            if self.cell.gather_encoded(row, renumber, gathered).is_err() {
                faults.insert(Fault {
                    key: key.clone(),
                    error: SegmentError::Row,
                });
            }
        }
        self.cell.settle(gathered);
        self.bytes.clear();
    }
}

/// Where rows come from.
#[derive(Debug)]
pub(super) struct Source {
    pub key: String,
    pub numbers: Arc<Numbers>,
}

/// What the numbers of a segment are in the result.
#[derive(Debug, PartialEq)]
pub(super) struct Numbers {
    pub region: u32,
    pub labels: Vec<u32>,
    pub transactions: Vec<u32>,
    pub codes: Vec<u32>,
    pub errors: Vec<u32>,
}
