//! Counts the samples of one worker, and hands out closed seconds as live ticks and as segments.

mod errors;
mod live;
mod second;

use std::collections::BTreeMap;

use model::{Region, RunId, run::Warning};

use self::{errors::Errors, live::Live, second::Second};
use crate::{
    OTHER,
    cpu::Cpu,
    exchange::{Exchange, Failure},
    live::{Counts, Tick},
    names::{Dictionary, MOST_CODES, MOST_LABELS, Names},
    sample::{Kind, Sample},
    segment::{self, Builder, Encoded, Gauges, Head, Key, Name, Report},
};

/// No load phase and drain end later: 24 h and a generous rest. Samples that claim to are counted in this second.
const LAST_SECOND: u32 = 25 * 3600;

/// What a recorder needs to know before the first sample.
#[derive(Debug, Clone)]
pub struct Settings {
    pub run_id: RunId,
    pub region: Region,
    pub worker: u32,
    /// Milliseconds since the epoch.
    pub start_at_ms: i64,
    /// How long after its end a second is closed: the time that the engine takes to write a sample down.
    pub close_after_ms: u64,
    /// Whole seconds between two live ticks, from the plan.
    pub tick_seconds: u32,
    /// The longest line of the live feed; [`model::plan::LIVE_LINE_BYTES`].
    pub line_bytes: usize,
    /// Labels beside `*` whose cumulative counts are asked for.
    pub watched: Vec<String>,
}

/// How a worker's load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// Samples that were cut at the end of the drain.
    pub interrupted: u64,
    /// When the engine ended by itself before the load phase did, in milliseconds since the epoch.
    pub ended_early_ms: Option<i64>,
}

/// The counters of one worker.
#[derive(Debug)]
pub struct Recorder {
    settings: Settings,
    labels: Names<Vec<u8>>,
    transactions: Names<Vec<u8>>,
    codes: Names<Vec<u8>>,
    errors: Errors,
    open: BTreeMap<u32, Second>,
    /// Emptied seconds, kept for their memory.
    spare: Vec<Second>,
    /// The first second that was never closed.
    next: u32,
    virtual_users: u32,
    cpu: Cpu,
    rows: Builder,
    live: Live,
    exchanges: Vec<(u32, Exchange)>,
    sequence: u32,
    report: Report,
}

impl Recorder {
    pub fn new(settings: Settings) -> Self {
        let names = |limit| Names::new(limit, OTHER.as_bytes().to_vec());
        Self {
            labels: names(MOST_LABELS),
            transactions: names(MOST_LABELS),
            codes: names(MOST_CODES),
            errors: Errors::default(),
            open: BTreeMap::new(),
            spare: Vec::new(),
            next: 0,
            virtual_users: 0,
            cpu: Cpu::default(),
            rows: Builder::default(),
            live: Live::new(&settings),
            exchanges: Vec::new(),
            sequence: 0,
            report: Report::default(),
            settings,
        }
    }

    /// Counts a sample, whatever its second.
    #[inline]
    pub fn record(&mut self, sample: &Sample<'_>) {
        match sample.kind {
            Kind::Own => {}
            Kind::Setup => count(&mut self.report.phases.setup, sample),
            Kind::Teardown => count(&mut self.report.phases.teardown, sample),
            Kind::Request | Kind::Transaction => self.record_load(sample),
        }
    }

    fn record_load(&mut self, sample: &Sample<'_>) {
        let at_ms = sample.end_ms.saturating_sub(self.settings.start_at_ms).max(0) as u64;
        let second = u32::try_from(at_ms / 1_000).unwrap_or(u32::MAX).min(LAST_SECOND);
        let names = match sample.kind {
            Kind::Transaction => &mut self.transactions,
            _ => &mut self.labels,
        };
        let label = intern(names, sample.label);
        let code = intern(&mut self.codes, sample.code);
        // What failed within a transaction is in the errors already.
        let failed = !sample.success && sample.kind == Kind::Request;
        let error = failed.then(|| self.errors.number(sample));
        let spare = &mut self.spare;
        let open = self
            .open
            .entry(second)
            .or_insert_with(|| spare.pop().unwrap_or_default());
        open.add(sample, label, code, error, at_ms);
        if sample.kind == Kind::Request {
            self.report.requests += 1;
            self.report.failures += u64::from(!sample.success);
            self.report.late += u64::from(second < self.next);
        }
    }

    /// Keeps a failed exchange for its group, at most five of each. Gives it back while no failure of the group was
    /// recorded.
    pub fn capture(&mut self, failure: &Failure, exchange: Box<Exchange>) -> Result<(), Box<Exchange>> {
        let Some(number) = self.errors.known(failure) else {
            return Err(exchange);
        };
        if self.errors.wants_exchange(number) {
            self.exchanges.push((number, *exchange));
        }
        Ok(())
    }

    /// Closes the seconds that ended long enough before `now_ms`, and answers the ticks that are due.
    ///
    /// `cpu` is the share that the worker uses of what it was given; it is taken for that of the seconds that are closed.
    pub fn close(&mut self, now_ms: i64, cpu: Option<f64>) -> Vec<Tick> {
        let due = now_ms - self.settings.start_at_ms - self.settings.close_after_ms as i64;
        let until = u32::try_from(due.max(0) / 1_000)
            .unwrap_or(u32::MAX)
            .min(LAST_SECOND);
        self.cpu = Cpu::new(cpu);
        self.close_until(until);
        self.live.take(self.next, false, self.labels.as_slice(), cpu)
    }

    /// Everything closed since the last call, as a segment. `None` when nothing was.
    pub fn segment(&mut self) -> Option<Encoded> {
        (!self.rows.is_empty()).then(|| self.cut())
    }

    /// Closes everything: the last ticks and the last segment, which is there even without samples.
    pub fn finish(&mut self, ending: Ending, cpu: Option<f64>) -> (Vec<Tick>, Encoded) {
        let last = self
            .open
            .last_key_value()
            .map_or(self.next, |(second, _)| second + 1);
        self.cpu = Cpu::new(cpu);
        self.close_until(last.max(self.next));
        self.report.interrupted = ending.interrupted;
        self.report.ended_early_ms = ending
            .ended_early_ms
            .map(|at| (at - self.settings.start_at_ms).max(0) as u64);
        self.report.last = true;
        let ticks = self.live.take(self.next, true, self.labels.as_slice(), cpu);
        (ticks, self.cut())
    }

    /// Counts since the start of `*` and of the watched labels, for the heartbeat. They hold closed seconds only.
    pub fn cumulative(&self) -> BTreeMap<String, Counts> {
        self.live.cumulative()
    }

    /// The worker's own word on how it fares, as of the last closed second.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Virtual users as of the last closed second.
    pub fn virtual_users(&self) -> u32 {
        self.virtual_users
    }

    /// Takes the engine's own word on how many virtual users there are, for seconds in which none of their samples ends.
    pub fn set_virtual_users(&mut self, users: u32) {
        self.virtual_users = users;
    }

    pub fn set_start_skew_ms(&mut self, skew: i64) {
        self.report.start_skew_ms = Some(skew);
    }

    /// How many rows of the engine's file could not be read so far.
    pub fn set_malformed(&mut self, rows: u64) {
        self.report.malformed = rows;
    }

    /// Adds a warning that readers of the results must see, once.
    pub fn warn(&mut self, warning: Warning) {
        if !self.report.warnings.contains(&warning) {
            self.report.warnings.push(warning);
        }
    }

    fn close_until(&mut self, until: u32) {
        let until = until.max(self.next);
        // Late samples have opened seconds again that were closed; they go first.
        while let Some(entry) = self.open.first_entry()
            && *entry.key() < until
        {
            let (second, counted) = entry.remove_entry();
            self.gauge_until(second);
            if second >= self.next {
                self.virtual_users = counted.virtual_users().unwrap_or(self.virtual_users);
                self.gauge_until(second + 1);
            }
            self.write(second, counted);
        }
        self.gauge_until(until);
        self.report.complete_until = self.next;
        self.warn_of_overflow();
    }

    /// Writes the virtual users of every second before `until`, and how busy the worker is. A second without samples has the
    /// users that the engine told of since, or those of the one before: they are still there, waiting.
    fn gauge_until(&mut self, until: u32) {
        let gauges = Gauges {
            virtual_users: self.virtual_users.into(),
            cpu: self.cpu,
        };
        for second in self.next..until {
            self.rows.add(second, Key::Gauges, |out| gauges.encode(out));
            self.live.set_users(second, self.virtual_users);
            self.report.cpu.count(self.cpu);
        }
        self.next = self.next.max(until);
    }

    fn write(&mut self, second: u32, mut counted: Second) {
        counted.for_each(|key, cell| {
            self.rows.add(second, key, |out| cell.encode(out));
            if let Key::Request(label) = key {
                self.live.add(second, label, cell, self.labels.as_slice());
            }
        });
        counted.clear();
        self.spare.push(counted);
    }

    fn cut(&mut self) -> Encoded {
        let (blocks, body) = self.rows.cut();
        let name = Name {
            sequence: self.sequence,
            from: blocks.first().map_or(self.next, |block| block.from),
            to: blocks.last().map_or(self.next, |block| block.to),
        };
        let text = |names: &Names<Vec<u8>>| {
            names
                .as_slice()
                .iter()
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect()
        };
        let head = Head {
            run_id: self.settings.run_id,
            region: self.settings.region.clone(),
            worker: self.settings.worker,
            sequence: self.sequence,
            report: self.report.clone(),
            dictionary: Dictionary {
                labels: text(&self.labels),
                transactions: text(&self.transactions),
                codes: text(&self.codes),
                errors: self.errors.keys().to_vec(),
            },
            exchanges: std::mem::take(&mut self.exchanges),
            blocks,
        };
        self.sequence += 1;
        Encoded {
            name,
            bytes: segment::encode(&head, &body),
        }
    }

    fn warn_of_overflow(&mut self) {
        if self.labels.overflowed() || self.transactions.overflowed() {
            self.warn(crate::names::too_many_labels());
        }
    }
}

fn count(counts: &mut crate::results::PhaseCounts, sample: &Sample<'_>) {
    counts.requests += 1;
    counts.failures += u64::from(!sample.success);
}

/// The number of a name in whatever bytes the engine wrote. Invalid UTF-8 is replaced before it is compared.
#[inline]
fn intern(names: &mut Names<Vec<u8>>, name: &[u8]) -> u32 {
    match names.known(name) {
        Some(number) => number,
        None => names.number(&String::from_utf8_lossy(name).into_owned().into_bytes()),
    }
}

#[cfg(test)]
mod tests;
