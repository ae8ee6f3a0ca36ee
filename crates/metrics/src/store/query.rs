//! The exact figures of a window.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use model::Timestamp;

use super::{Fetch, File, Index, Slot, StoreError, Subject};
use crate::{
    OTHER,
    cell::{Cell, ErrorTally, Renumber},
    histogram::Corrupt,
    names::{ErrorKey, MOST_CODES, MOST_ERRORS, Names},
    results::{Brief, ErrorGroup, Figures, ResponseTime, Times, Window},
};

/// Adds up a window over all parts of a result.
///
/// Ask [`Query::fetches`] of every part, read what it names, and give it to [`Query::add`].
#[derive(Debug)]
pub struct Query {
    seconds: Range<u32>,
    labels: BTreeMap<String, Cell>,
    transactions: BTreeMap<String, Cell>,
    regions: BTreeMap<String, Cell>,
    /// By region and second.
    users: BTreeMap<String, BTreeMap<u32, u64>>,
    /// Parts number their names each for themselves.
    codes: Names<String>,
    errors: Names<ErrorKey>,
}

/// What a window measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub window: Window,
    pub total: Figures,
    pub by_label: BTreeMap<String, Figures>,
    pub by_region: BTreeMap<String, Figures>,
    pub transactions: BTreeMap<String, Figures>,
    pub errors: Vec<ErrorGroup>,
}

impl Query {
    /// A query over the steps that begin within the window, whose bounds are in milliseconds from `startAt`. So windows
    /// that follow each other share no sample and miss none. `resolution` is that of the parts.
    pub fn new(window: &Range<u64>, resolution: u32) -> Self {
        let step = |ms: u64| {
            let seconds = u32::try_from(ms.div_ceil(1_000)).unwrap_or(u32::MAX - 3_600);
            seconds.min(u32::MAX - 3_600).next_multiple_of(resolution.max(1))
        };
        Self {
            seconds: step(window.start)..step(window.end).max(step(window.start)),
            labels: BTreeMap::new(),
            transactions: BTreeMap::new(),
            regions: BTreeMap::new(),
            users: BTreeMap::new(),
            codes: Names::new(MOST_CODES, OTHER.to_owned()),
            errors: Names::new(MOST_ERRORS, ErrorKey::other()),
        }
    }

    /// A query over everything.
    pub fn whole(resolution: u32) -> Self {
        Self::new(&(0..u64::MAX), resolution)
    }

    /// What to read of a part's `labels` file.
    pub fn fetches(&mut self, index: &Index) -> Vec<Fetch> {
        let users = index.regions.iter().zip(&index.users);
        for (region, users) in users {
            let of_region = self.users.entry(region.clone()).or_default();
            for (second, users) in (index.seconds.start..).zip(users) {
                if self.seconds.contains(&second) {
                    *of_region.entry(second).or_default() += users;
                }
            }
        }
        index.window(File::Labels, &self.seconds, |_| true)
    }

    /// Adds what was read of the part of `index`: all of it, or, where that would not fit into memory, one by one.
    pub fn add(&mut self, index: &Index, fetched: &[(Fetch, Vec<u8>)]) -> Result<(), StoreError> {
        let codes = self.codes.numbers(&index.dictionary.codes);
        let errors = self.errors.numbers(&index.dictionary.errors);
        let renumber = Renumber {
            codes: &codes,
            errors: &errors,
        };
        let mut rows = Vec::new();
        for (fetch, bytes) in fetched {
            rows.extend(fetch.rows(bytes)?.into_iter().map(|row| (row, fetch)));
        }
        // A cell that is read adds up faster than one that is a sum already: each slot becomes a sum once.
        rows.sort_by_key(|(row, _)| row.slot);
        for of_slot in rows.chunk_by(|(a, _), (b, _)| a.slot == b.slot) {
            let mut sum = Cell::default();
            for (row, fetch) in of_slot {
                sum.merge_encoded(row.cell, renumber)
                    .map_err(|Corrupt| fetch.damaged())?;
            }
            self.add_cell(index, of_slot[0].0.slot, &sum);
        }
        Ok(())
    }

    fn add_cell(&mut self, index: &Index, slot: Slot, sum: &Cell) {
        let names = &index.dictionary;
        match slot.subject {
            Subject::All => {}
            Subject::Request(label) => {
                let region = index.regions[slot.region as usize].clone();
                self.regions.entry(region).or_default().merge(sum);
                self.labels
                    .entry(names.labels[label as usize].clone())
                    .or_default()
                    .merge(sum);
            }
            Subject::Transaction(label) => {
                let name = names.transactions[label as usize].clone();
                self.transactions.entry(name).or_default().merge(sum);
            }
        }
    }

    /// The figures, once everything is added.
    ///
    /// `start_at` places the errors in time. `until_ms` is how long the load phase took, or how far it is known by now:
    /// rates are over the part of the window that lies before it.
    pub fn finish(self, start_at: Timestamp, until_ms: u64) -> Measured {
        let window = Window {
            from_ms: u64::from(self.seconds.start) * 1_000,
            to_ms: (u64::from(self.seconds.end) * 1_000)
                .min(until_ms.max(u64::from(self.seconds.start) * 1_000)),
        };
        let duration_ms = window.to_ms - window.from_ms;
        let mut all = Cell::default();
        self.regions.values().for_each(|cell| all.merge(cell));
        let mut users: BTreeMap<u32, u64> = BTreeMap::new();
        for (second, of_region) in self.users.values().flatten() {
            *users.entry(*second).or_default() += of_region;
        }
        let most = |users: &BTreeMap<u32, u64>| users.values().copied().max().unwrap_or(0);
        let users_max = most(&users);
        let codes = self.codes.as_slice();
        let figures = |cell: &Cell, users| figures(cell, codes, duration_ms, users);
        let each = |cells: &BTreeMap<String, Cell>| {
            cells
                .iter()
                .map(|(name, cell)| (name.clone(), figures(cell, users_max)))
                .collect()
        };
        Measured {
            window,
            total: figures(&all, users_max),
            by_label: each(&self.labels),
            by_region: self
                .users
                .iter()
                .map(|(region, users)| {
                    let none = Cell::default();
                    let cell = self.regions.get(region).unwrap_or(&none);
                    (region.clone(), figures(cell, most(users)))
                })
                .collect(),
            transactions: each(&self.transactions),
            errors: groups(&all.errors, self.errors.as_slice(), start_at),
        }
    }
}

fn figures(cell: &Cell, codes: &[String], duration_ms: u64, virtual_users_max: u64) -> Figures {
    let (successes, failures) = (cell.successes.count(), cell.failures.count());
    let requests = successes + failures;
    let mut all = cell.successes.clone();
    all.merge(&cell.failures);
    Figures {
        requests,
        successes,
        failures,
        failure_rate: (requests > 0).then(|| failures as f64 / requests as f64),
        codes: codes
            .iter()
            .zip(&cell.codes)
            .filter(|(_, count)| **count > 0)
            .map(|(code, count)| (code.clone(), *count))
            .collect(),
        throughput: (duration_ms > 0).then(|| requests as f64 * 1_000.0 / duration_ms as f64),
        bytes_received: cell.bytes_received,
        bytes_sent: cell.bytes_sent,
        virtual_users_max,
        response_time_ms: ResponseTime {
            all: Times::from(&all),
            successful: Times::from(&cell.successes),
        },
        ttfb_ms: Brief::from(&cell.ttfb),
        connect_ms: Brief::from(&cell.connect),
    }
}

/// The most frequent first.
fn groups(tallies: &[ErrorTally], keys: &[ErrorKey], start_at: Timestamp) -> Vec<ErrorGroup> {
    let at = |ms| start_at.plus(model::Duration::from_ms(ms));
    let mut groups: Vec<_> = keys
        .iter()
        .zip(tallies)
        .filter(|(_, tally)| tally.count > 0)
        .map(|(key, tally)| ErrorGroup {
            label: key.label.clone(),
            code: key.code.clone(),
            message: key.message.clone(),
            assertion: key.assertion.clone(),
            count: tally.count,
            first_at: at(tally.first_ms),
            last_at: at(tally.last_ms),
            sample: None,
            samples: Vec::new(),
        })
        .collect();
    groups.sort_by(|a, b| {
        let key = |group: &ErrorGroup| (Reverse(group.count), group.first_at);
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.label, &a.code, &a.message).cmp(&(&b.label, &b.code, &b.message)))
    });
    groups
}
