//! Adds the segments of all workers up, exactly, into a stored result.
//!
//! A merge goes through the run window by window. For each window it is given, one by one, the segments that have
//! something to say of it, and adds their cells into dense ones; then it writes those down and begins anew. So it holds
//! one window and one segment at a time, however many workers there were.

mod sum;
mod windows;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    ops::Range,
    sync::Arc,
};

use model::{Region, run::Warning};
use serde::{Deserialize, Serialize};

use self::sum::{Numbers, Source, Sum};
pub use self::windows::{SegmentRef, WINDOW_SECONDS, Window, windows};
use crate::{
    OTHER,
    cell::{Cell, Waiting},
    cpu::Cpu,
    exchange::{Exchange, MOST_OF_A_GROUP},
    histogram::Corrupt,
    names::{Dictionary, ErrorKey, MOST_CODES, MOST_ERRORS, MOST_LABELS, Names, too_many_labels},
    segment::{self, Gauges, Head, Key, Report, Segment, SegmentError},
    store::{self, Fetch, File, Index, Slot, StoreError, Subject},
};

/// A part of a segment that was left out because it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where the segment lies.
    pub key: String,
    pub error: SegmentError,
}

/// What is known of a worker from its segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerReport {
    pub region: Region,
    pub worker: u32,
    /// Of the newest segment.
    pub sequence: u32,
    pub report: Report,
}

/// Everything beside the data files.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub index: Index,
    /// By index of the worker.
    pub workers: Vec<WorkerReport>,
    /// Failed exchanges of the error groups.
    pub exchanges: BTreeMap<ErrorKey, Vec<Exchange>>,
    pub warnings: Vec<Warning>,
    pub faults: Vec<Fault>,
}

/// A merge in progress.
#[derive(Debug)]
pub struct Merger<W> {
    resolution: u32,
    labels: Names<String>,
    transactions: Names<String>,
    codes: Names<String>,
    errors: Names<ErrorKey>,
    regions: Names<String>,
    window: Range<u32>,
    /// By step of the open window.
    steps: Vec<BTreeMap<Slot, Sum>>,
    spare: Vec<Sum>,
    gathered: Waiting,
    /// What the open window was given, for the rows that wait in its sums.
    sources: Vec<Source>,
    /// By region: the users of every second from 0.
    users: Vec<Vec<u64>>,
    /// By region: the busiest worker of every step from 0.
    cpu: Vec<Vec<Cpu>>,
    /// Where there are samples or users.
    extent: Option<Range<u32>>,
    writer: store::Writer<W>,
    workers: BTreeMap<u32, WorkerReport>,
    /// By number of the error group.
    exchanges: BTreeMap<u32, Vec<Exchange>>,
    /// Segments whose exchanges were taken, by worker and sequence.
    noted: BTreeSet<(u32, u32)>,
    /// A segment is read for every window that it has something of, and named once.
    faults: BTreeSet<Fault>,
    block: Vec<u8>,
}

impl<W: Write> Merger<W> {
    /// `resolution` is the stored result's step in seconds; windows must be multiples of it. The result's data go to
    /// `totals` and `labels`.
    pub fn new(resolution: u32, totals: W, labels: W) -> Self {
        let names = |limit| Names::new(limit, OTHER.to_owned());
        let resolution = resolution.max(1);
        Self {
            resolution,
            labels: names(MOST_LABELS),
            transactions: names(MOST_LABELS),
            codes: names(MOST_CODES),
            errors: Names::new(MOST_ERRORS, ErrorKey::other()),
            regions: names(usize::MAX),
            window: 0..0,
            steps: Vec::new(),
            spare: Vec::new(),
            gathered: Waiting::default(),
            sources: Vec::new(),
            users: Vec::new(),
            cpu: Vec::new(),
            extent: None,
            writer: store::Writer::new(resolution, totals, labels),
            workers: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            noted: BTreeSet::new(),
            faults: BTreeSet::new(),
            block: Vec::new(),
        }
    }

    /// Begins a window. Windows must follow each other in time.
    pub fn open(&mut self, seconds: Range<u32>) {
        let steps = (seconds.end - seconds.start).div_ceil(self.resolution);
        self.steps.resize_with(steps as usize, BTreeMap::new);
        self.window = seconds;
    }

    /// Adds what a segment has of the open window. A damaged one costs what is damaged of it, and is named in
    /// [`Merged::faults`].
    pub fn add(&mut self, key: &str, bytes: &[u8]) {
        let segment = match Segment::parse(bytes) {
            Ok(segment) => segment,
            Err(error) => return self.fault(key, error),
        };
        let numbers = self.numbers(&segment.head);
        let source = self.source(key, numbers);
        let mut block = std::mem::take(&mut self.block);
        for (number, place) in segment.head.blocks.iter().enumerate() {
            if place.from >= self.window.end || place.to <= self.window.start {
                continue;
            }
            let read = segment.unpack(number, &mut block);
            let read = read.and_then(|()| {
                self.add_block(&block, source)
                    .map_err(|_| segment.corrupt(number))
            });
            if let Err(error) = read {
                self.fault(key, error);
            }
        }
        self.block = block;
        self.note_head(segment.head);
    }

    /// Takes the report of a segment, and none of its samples.
    pub fn note(&mut self, key: &str, bytes: &[u8]) {
        match Segment::parse(bytes) {
            Ok(segment) => self.note_head(segment.head),
            Err(error) => self.fault(key, error),
        }
    }

    /// What to read of another result's `labels` file to add what it has of the open window.
    pub fn part_fetches(&self, part: &Index) -> Vec<Fetch> {
        part.level(File::Labels, 0, &self.window, |_| true)
    }

    /// Adds a fetch of another result, which is called `key` in faults. The parts of a run that goes on become fewer
    /// and larger by this.
    pub fn add_part(
        &mut self,
        key: &str,
        part: &Index,
        fetch: &Fetch,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let numbers = self.dictionary_numbers(0, &part.dictionary);
        let regions = self.regions.numbers(&part.regions);
        let source = self.source(key, numbers);
        for row in fetch.rows(bytes)? {
            let numbers = &self.sources[source].numbers;
            let subject = match row.slot.subject {
                Subject::All => continue,
                Subject::Request(label) => Subject::Request(numbers.labels[label as usize]),
                Subject::Transaction(label) => Subject::Transaction(numbers.transactions[label as usize]),
            };
            let slot = Slot {
                subject,
                region: regions[row.slot.region as usize],
            };
            self.add_cell(row.second, slot, row.cell, source);
        }
        Ok(())
    }

    /// Adds what the workers of another result say of themselves in the open window.
    pub fn add_part_gauges(&mut self, part: &Index) {
        let regions = self.regions.numbers(&part.regions);
        for (region, users) in regions.iter().zip(&part.users) {
            for (second, users) in (part.seconds.start..).zip(users) {
                if self.window.contains(&second) {
                    self.add_users(second, *region, *users);
                }
            }
        }
        for (region, busiest) in regions.iter().zip(part.busiest()) {
            for (second, cpu) in busiest {
                if self.window.contains(&second) {
                    self.add_cpu(second, *region, cpu);
                }
            }
        }
    }

    /// Writes the open window down.
    pub fn close(&mut self) -> io::Result<()> {
        let mut totals: BTreeMap<u32, Cell> = BTreeMap::new();
        for (place, step) in (0..).zip(&mut self.steps) {
            let second = self.window.start + place * self.resolution;
            for (slot, mut sum) in std::mem::take(step) {
                sum.settle(&self.sources, &mut self.gathered, &mut self.faults);
                self.writer.add(second, slot, &sum.cell)?;
                if let Subject::Request(_) = slot.subject {
                    totals.entry(slot.region).or_default().merge_times(&sum.cell);
                }
                sum.cell.clear();
                self.spare.push(sum);
            }
            for (region, total) in totals.iter_mut().filter(|(_, total)| !total.is_empty()) {
                self.writer.add(
                    second,
                    Slot {
                        subject: Subject::All,
                        region: *region,
                    },
                    total,
                )?;
                total.clear();
            }
        }
        self.sources.clear();
        Ok(())
    }

    /// Completes the data files.
    pub fn finish(self) -> io::Result<Merged> {
        let (totals, labels) = self.writer.finish()?;
        let mut warnings = Vec::new();
        if self.labels.overflowed() || self.transactions.overflowed() {
            warnings.push(too_many_labels());
        }
        for warning in self.workers.values().flat_map(|worker| &worker.report.warnings) {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        let groups = self.errors.as_slice();
        let exchanges = self.exchanges.into_iter();
        let exchanges = exchanges.map(|(group, kept)| (groups[group as usize].clone(), kept));
        let exchanges = exchanges.collect();
        let seconds = self.extent.unwrap_or(0..0);
        let regions = self.regions.as_slice().to_vec();
        let first_step = seconds.start / self.resolution;
        let index = Index {
            resolution: self.resolution,
            dictionary: Dictionary {
                labels: self.labels.as_slice().to_vec(),
                transactions: self.transactions.as_slice().to_vec(),
                codes: self.codes.as_slice().to_vec(),
                errors: self.errors.as_slice().to_vec(),
            },
            users: tails(&self.users, regions.len(), seconds.start),
            cpu: tails(&self.cpu, regions.len(), first_step),
            seconds,
            regions,
            totals,
            labels,
        };
        Ok(Merged {
            index,
            workers: self.workers.into_values().collect(),
            exchanges,
            warnings,
            faults: self.faults.into_iter().collect(),
        })
    }

    fn add_block(&mut self, block: &[u8], source: usize) -> Result<(), Corrupt> {
        for row in segment::rows(block) {
            let row = row?;
            if !self.window.contains(&row.second) {
                continue;
            }
            let numbers = &self.sources[source].numbers;
            let label = |labels: &[u32], label: u32| labels.get(label as usize).copied().ok_or(Corrupt);
            let region = numbers.region;
            let subject = match row.key {
                Key::Gauges => {
                    let gauges = Gauges::decode(row.content)?;
                    self.add_users(row.second, region, gauges.virtual_users);
                    self.add_cpu(row.second, region, gauges.cpu);
                    continue;
                }
                Key::Request(number) => Subject::Request(label(&numbers.labels, number)?),
                Key::Transaction(number) => Subject::Transaction(label(&numbers.transactions, number)?),
            };
            self.add_cell(row.second, Slot { subject, region }, row.content, source);
        }
        Ok(())
    }

    fn add_cell(&mut self, second: u32, slot: Slot, content: &[u8], source: usize) {
        self.extend(second);
        let step = (second - self.window.start) / self.resolution;
        let spare = &mut self.spare;
        let sum = self.steps[step as usize]
            .entry(slot)
            .or_insert_with(|| spare.pop().unwrap_or_default());
        sum.add(
            source,
            content,
            &self.sources,
            &mut self.gathered,
            &mut self.faults,
        );
    }

    /// Remembers where rows come from for as long as the window is open.
    fn source(&mut self, key: &str, numbers: Numbers) -> usize {
        // Workers that run the same plan number their names alike.
        let alike = self.sources.last().filter(|source| *source.numbers == numbers);
        let numbers = alike.map_or_else(|| Arc::new(numbers), |source| Arc::clone(&source.numbers));
        self.sources.push(Source {
            key: key.to_owned(),
            numbers,
        });
        self.sources.len() - 1
    }

    fn add_users(&mut self, second: u32, region: u32, users: u64) {
        self.extend(second);
        let sum = place(&mut self.users, region, second);
        *sum = sum.saturating_add(users);
    }

    fn add_cpu(&mut self, second: u32, region: u32, cpu: Cpu) {
        let busiest = place(&mut self.cpu, region, second / self.resolution);
        *busiest = cpu.max(*busiest);
    }

    fn extend(&mut self, second: u32) {
        let extent = self.extent.get_or_insert(second..second + 1);
        extent.start = extent.start.min(second);
        extent.end = extent.end.max(second + 1);
    }

    fn numbers(&mut self, head: &Head) -> Numbers {
        let region = self.regions.number(&head.region.to_string());
        self.dictionary_numbers(region, &head.dictionary)
    }

    fn dictionary_numbers(&mut self, region: u32, names: &Dictionary) -> Numbers {
        Numbers {
            region,
            labels: self.labels.numbers(&names.labels),
            transactions: self.transactions.numbers(&names.transactions),
            codes: self.codes.numbers(&names.codes),
            errors: self.errors.numbers(&names.errors),
        }
    }

    fn note_head(&mut self, mut head: Head) {
        self.note_exchanges(&mut head);
        let newest = self
            .workers
            .get(&head.worker)
            .is_none_or(|known| known.sequence < head.sequence);
        if newest {
            let known = WorkerReport {
                region: head.region,
                worker: head.worker,
                sequence: head.sequence,
                report: head.report,
            };
            self.workers.insert(head.worker, known);
        }
    }

    /// A segment is read for every window that it has something of, and its exchanges are taken once.
    fn note_exchanges(&mut self, head: &mut Head) {
        let exchanges = std::mem::take(&mut head.exchanges);
        if exchanges.is_empty() || !self.noted.insert((head.worker, head.sequence)) {
            return;
        }
        for (number, exchange) in exchanges {
            let Some(key) = head.dictionary.errors.get(number as usize) else {
                continue;
            };
            // Of a thousand workers each may have groups of its own: only those that the run keeps apart have a place.
            let group = self.errors.number(key);
            let kept = self.exchanges.entry(group).or_default();
            if kept.len() < MOST_OF_A_GROUP {
                kept.push(exchange);
            }
        }
    }

    fn fault(&mut self, key: &str, error: SegmentError) {
        self.faults.insert(Fault {
            key: key.to_owned(),
            error,
        });
    }
}

/// Where the value of a region at a moment lies.
fn place<T: Copy + Default>(by_region: &mut Vec<Vec<T>>, region: u32, at: u32) -> &mut T {
    let (region, at) = (region as usize, at as usize);
    if region >= by_region.len() {
        by_region.resize_with(region + 1, Vec::new);
    }
    let of_region = &mut by_region[region];
    if at >= of_region.len() {
        of_region.resize(at + 1, T::default());
    }
    &mut of_region[at]
}

/// The values of so many regions from a moment on.
fn tails<T: Copy>(by_region: &[Vec<T>], regions: usize, from: u32) -> Vec<Vec<T>> {
    let tail = |region| -> Vec<T> {
        let of_region: &[T] = by_region.get(region).map_or(&[], Vec::as_slice);
        of_region.get(from as usize..).unwrap_or_default().to_vec()
    };
    (0..regions).map(tail).collect()
}

#[cfg(test)]
mod tests;
