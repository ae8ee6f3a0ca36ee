//! The live view of one worker: ticks of whole intervals, and counts since the start.

use std::collections::BTreeMap;

use super::Settings;
use crate::{
    cell::Cell,
    live::{self, Counts, Tally, Tick},
};

/// One line an interval: the plan's tick interval counts on it.
const MOST_PARTS: usize = 1;

#[derive(Debug)]
pub(super) struct Live {
    /// The next tick as far as it is known before.
    blank: Tick,
    start_at_ms: i64,
    interval: u32,
    line_bytes: usize,
    /// By number of the interval: what was counted and has not gone out.
    pending: BTreeMap<u32, Interval>,
    virtual_users: u32,
    total: Tally,
    watched: BTreeMap<String, Tally>,
}

#[derive(Debug, Default)]
struct Interval {
    /// By number of the label.
    labels: BTreeMap<u32, Tally>,
    virtual_users: Option<u32>,
}

impl Live {
    pub(super) fn new(settings: &Settings) -> Self {
        let interval = settings.tick_seconds.max(1);
        Self {
            blank: Tick {
                run_id: settings.run_id,
                region: settings.region.clone(),
                worker: settings.worker,
                seq: 0,
                second: 0,
                interval_ms: u64::from(interval) * 1_000,
                part: 1,
                parts: 1,
                virtual_users: 0,
                cpu: None,
                labels: BTreeMap::new(),
            },
            start_at_ms: settings.start_at_ms,
            interval,
            line_bytes: settings.line_bytes,
            pending: BTreeMap::new(),
            virtual_users: 0,
            total: Tally::default(),
            watched: settings
                .watched
                .iter()
                .map(|label| (label.clone(), Tally::default()))
                .collect(),
        }
    }

    pub(super) fn set_users(&mut self, second: u32, users: u32) {
        self.pending
            .entry(second / self.interval)
            .or_default()
            .virtual_users = Some(users);
    }

    pub(super) fn add(&mut self, second: u32, label: u32, cell: &Cell<u32>, names: &[Vec<u8>]) {
        let interval = self.pending.entry(second / self.interval).or_default();
        interval.labels.entry(label).or_default().add(cell);
        self.total.add(cell);
        if !self.watched.is_empty()
            && let Ok(name) = std::str::from_utf8(&names[label as usize])
            && let Some(tally) = self.watched.get_mut(name)
        {
            tally.add(cell);
        }
    }

    /// The ticks of all intervals that are over: those whose seconds are all before `closed`, or every one at the end.
    pub(super) fn take(&mut self, closed: u32, end: bool, names: &[Vec<u8>], cpu: Option<f64>) -> Vec<Tick> {
        let over = if end {
            closed.div_ceil(self.interval)
        } else {
            closed / self.interval
        };
        let later = self.pending.split_off(&over);
        let due = std::mem::replace(&mut self.pending, later);
        let mut ticks = Vec::new();
        for (number, interval) in due {
            self.virtual_users = interval.virtual_users.unwrap_or(self.virtual_users);
            let from_ms = self.start_at_ms + i64::from(number * self.interval) * 1_000;
            self.blank.second = from_ms.div_euclid(1_000);
            self.blank.virtual_users = self.virtual_users;
            self.blank.cpu = cpu;
            let labels: Vec<_> = interval
                .labels
                .iter()
                .map(|(label, tally)| (String::from_utf8_lossy(&names[*label as usize]), tally))
                .collect();
            let labels: Vec<_> = labels
                .iter()
                .map(|(label, tally)| (label.as_ref(), *tally))
                .collect();
            for mut tick in live::split(&self.blank, &labels, self.line_bytes, MOST_PARTS) {
                tick.seq = self.blank.seq;
                self.blank.seq += 1;
                ticks.push(tick);
            }
        }
        ticks
    }

    pub(super) fn cumulative(&self) -> BTreeMap<String, Counts> {
        let watched = self
            .watched
            .iter()
            .map(|(label, tally)| (label.clone(), tally.counts()));
        watched.chain([("*".to_owned(), self.total.counts())]).collect()
    }
}

impl Tally {
    fn add(&mut self, cell: &Cell<u32>) {
        self.failures += cell.failures.count();
        self.bytes += cell.bytes_received;
        self.times.merge(&cell.successes);
        self.times.merge(&cell.failures);
    }
}
