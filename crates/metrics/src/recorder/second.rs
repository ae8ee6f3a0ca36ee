//! One open second of one worker.

use crate::{
    cell::{Cell, ErrorTally},
    sample::{Kind, Sample},
    segment::Key,
};

/// Cells by number of the label.
#[derive(Debug, Default)]
pub(super) struct Second {
    requests: Vec<Option<Box<Cell<u32>>>>,
    transactions: Vec<Option<Box<Cell<u32>>>>,
    virtual_users: Option<u32>,
}

impl Second {
    #[inline]
    pub(super) fn add(&mut self, sample: &Sample<'_>, label: u32, code: u32, error: Option<u32>, at_ms: u64) {
        let cells = match sample.kind {
            Kind::Transaction => &mut self.transactions,
            _ => &mut self.requests,
        };
        let place = label as usize;
        if place >= cells.len() {
            cells.resize_with(place + 1, || None);
        }
        let cell = cells[place].get_or_insert_default();
        let times = if sample.success {
            &mut cell.successes
        } else {
            &mut cell.failures
        };
        times.record(sample.elapsed);
        if let Some(ttfb) = sample.ttfb {
            cell.ttfb.record(ttfb);
        }
        if let Some(connect) = sample.connect {
            cell.connect.record(connect);
        }
        cell.bytes_received += sample.bytes_received;
        cell.bytes_sent += sample.bytes_sent;
        cell.add_code(code, 1);
        if let Some(error) = error {
            cell.add_error(
                error,
                &ErrorTally {
                    count: 1,
                    first_ms: at_ms,
                    last_ms: at_ms,
                },
            );
        }
        self.virtual_users = self.virtual_users.max(sample.virtual_users);
    }

    /// The most that any sample of the second saw.
    pub(super) fn virtual_users(&self) -> Option<u32> {
        self.virtual_users
    }

    /// Every cell with samples.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Key, &Cell<u32>)) {
        let requests = (0..)
            .zip(&self.requests)
            .map(|(label, cell)| (Key::Request(label), cell));
        let transactions = (0..)
            .zip(&self.transactions)
            .map(|(label, cell)| (Key::Transaction(label), cell));
        for (key, cell) in requests.chain(transactions) {
            if let Some(cell) = cell.as_ref().filter(|cell| !cell.is_empty()) {
                visit(key, cell);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.requests
            .iter_mut()
            .chain(&mut self.transactions)
            .flatten()
            .for_each(|cell| cell.clear());
        self.virtual_users = None;
    }
}
