//! The live feed: what workers print while the load runs, and what readers get. A view, never a source of results.

use std::{cmp::Reverse, collections::BTreeMap};

use model::{Region, RunId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    OTHER,
    histogram::{Counter, Histogram, hdr},
};

/// The version of [`Message`], in every message.
pub const SCHEMA: &str = "oleada.live/1";

/// IoT Core takes 128 KB a message; see
/// <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits>.
pub const MESSAGE_BYTES: usize = 100_000;

/// What a subscriber receives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// `oleada.live/1`
    pub schema: String,
    pub ticks: Vec<Tick>,
}

/// One interval of one worker: one line on its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    pub run_id: RunId,
    pub region: Region,
    pub worker: u32,
    /// Counts the lines of the worker from 0, without gaps.
    pub seq: u64,
    /// The first second of the interval, since the epoch. Late samples come as a further tick of the same second.
    pub second: i64,
    pub interval_ms: u64,
    /// From 1 to `parts`: an interval with too many labels for a line has several.
    pub part: u32,
    pub parts: u32,
    pub virtual_users: u32,
    /// Share of what the worker was given; null before it was first measured.
    #[schema(required)]
    pub cpu: Option<f64>,
    /// By label. Readers add: within a label over ticks, and over labels for the sum.
    pub labels: BTreeMap<String, Counts>,
}

/// The samples of one label in one interval, or, in a heartbeat, since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub requests: u64,
    pub failures: u64,
    pub bytes: u64,
    /// Base64 of an HdrHistogram V2, compressed: microseconds, 1 to 3,600,000,000, 3 digits.
    pub response_time: String,
}

impl Counts {
    pub fn new<C: Counter>(failures: u64, bytes: u64, response_time: &Histogram<C>) -> Self {
        Self {
            requests: response_time.count(),
            failures,
            bytes,
            response_time: hdr::encode(response_time),
        }
    }

    pub fn histogram(&self) -> Result<Histogram, hdr::NotAHistogram> {
        hdr::decode(&self.response_time)
    }
}

/// Packs ticks into messages of at most [`MESSAGE_BYTES`], in their order. A tick that is longer than that, which no
/// worker writes, goes alone.
pub fn pack(ticks: Vec<Tick>) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut room = 0;
    for tick in ticks {
        let length = json_length(&tick) + 1;
        match messages.last_mut() {
            Some(message) if length <= room => {
                message.ticks.push(tick);
                room -= length;
            }
            _ => {
                let message = Message {
                    schema: SCHEMA.to_owned(),
                    ticks: vec![tick],
                };
                room = MESSAGE_BYTES.saturating_sub(json_length(&message));
                messages.push(message);
            }
        }
    }
    messages
}

/// What was counted of one label in an interval, before it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub failures: u64,
    pub bytes: u64,
    pub times: Histogram,
}

impl Tally {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.failures += other.failures;
        self.bytes += other.bytes;
        self.times.merge(&other.times);
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts::new(self.failures, self.bytes, &self.times)
    }
}

/// Splits the labels of an interval so that each tick made of `blank` fits into a line of `line_bytes`: the busiest
/// labels first, over at most `most_parts` lines, and the rest together as `(other)` in the last.
pub(crate) fn split(
    blank: &Tick,
    labels: &[(&str, &Tally)],
    line_bytes: usize,
    most_parts: usize,
) -> Vec<Tick> {
    // `seq`, `part` and `parts` may still grow by some digits.
    let budget = line_bytes.saturating_sub(json_length(blank) + 32);
    let mut busiest = labels.to_vec();
    // What is called `(other)` already comes last, so that it is part of the rest whenever there is one.
    busiest.sort_by_key(|(label, tally)| (*label == OTHER, Reverse(tally.times.count()), *label));
    let mut parts = vec![Part::default()];
    let mut fitting = busiest.len();
    for (place, (label, tally)) in busiest.iter().enumerate() {
        let entry = Entry::new(label, tally.counts());
        let part = parts.last_mut().expect("there is always a part");
        if part.length + entry.length <= budget {
            part.push(entry);
        } else if parts.len() < most_parts && entry.length <= budget {
            parts.push(Part::default());
            parts.last_mut().expect("just pushed").push(entry);
        } else {
            fitting = place;
            break;
        }
    }
    if fitting < busiest.len() {
        let last = parts.last_mut().expect("there is always a part");
        let mut rest = Tally::default();
        busiest[fitting..].iter().for_each(|(_, tally)| rest.merge(tally));
        let mut entry = Entry::new(OTHER, rest.counts());
        // Make room for the rest by adding the least busy label to it, until it fits.
        while last.length + entry.length > budget && last.pop() {
            fitting -= 1;
            rest.merge(busiest[fitting].1);
            entry = Entry::new(OTHER, rest.counts());
        }
        last.push(entry);
    }
    let total = parts.len() as u32;
    (1..)
        .zip(parts)
        .map(|(part, labels)| labels.into_tick(blank, part, total))
        .collect()
}

/// One label as it will stand in a line.
struct Entry {
    label: String,
    counts: Counts,
    /// In bytes of JSON, colon and comma included.
    length: usize,
}

impl Entry {
    fn new(label: &str, counts: Counts) -> Self {
        let length = json_length(label) + json_length(&counts) + 2;
        Self {
            label: label.to_owned(),
            counts,
            length,
        }
    }
}

/// The labels of one line.
#[derive(Default)]
struct Part {
    entries: Vec<Entry>,
    length: usize,
}

impl Part {
    fn push(&mut self, entry: Entry) {
        self.length += entry.length;
        self.entries.push(entry);
    }

    fn pop(&mut self) -> bool {
        let entry = self.entries.pop();
        self.length -= entry.as_ref().map_or(0, |entry| entry.length);
        entry.is_some()
    }

    fn into_tick(self, blank: &Tick, part: u32, parts: u32) -> Tick {
        let mut labels = BTreeMap::new();
        for entry in self.entries {
            labels.insert(entry.label, entry.counts);
        }
        Tick {
            part,
            parts,
            labels,
            ..blank.clone()
        }
    }
}

fn json_length(value: &(impl Serialize + ?Sized)) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(seq: u64) -> Tick {
        let mut times = Histogram::<u64>::default();
        for sample in 0..400 {
            times.record(sample * 997);
        }
        let labels = (0..20).map(|label| {
            (
                format!("GET /items/{label}, \"all\""),
                Counts::new(3, 40_000, &times),
            )
        });
        Tick {
            run_id: "run_01KAQ000000000000000000000".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            worker: 0,
            seq,
            second: 1_795_421_151,
            interval_ms: 1_000,
            part: 1,
            parts: 1,
            virtual_users: 50,
            cpu: None,
            labels: labels.collect(),
        }
    }

    #[test]
    fn messages_hold_every_tick_in_order_and_keep_within_the_limit() {
        let messages = pack((0..100).map(tick).collect());
        let lengths: Vec<usize> = messages.iter().map(json_length).collect();
        assert!(
            lengths.iter().all(|length| *length <= MESSAGE_BYTES),
            "{lengths:?}"
        );
        assert!(
            lengths[..lengths.len() - 1]
                .iter()
                .all(|length| *length > MESSAGE_BYTES / 2),
            "{lengths:?}"
        );
        let seqs: Vec<u64> = messages
            .iter()
            .flat_map(|message| &message.ticks)
            .map(|tick| tick.seq)
            .collect();
        assert_eq!(seqs, (0..100).collect::<Vec<_>>());
        assert!(pack(Vec::new()).is_empty());
    }

    #[test]
    fn lines_keep_within_the_limit_and_lose_nothing() {
        let labels: Vec<(String, Tally)> = (1..=60_u64)
            .map(|label| {
                let mut tally = Tally {
                    failures: label,
                    bytes: label,
                    ..Tally::default()
                };
                for sample in 0..label * 5 {
                    tally.times.record(sample * label * 997);
                }
                (format!("label {label}"), tally)
            })
            .chain([(
                OTHER.to_owned(),
                Tally {
                    failures: 7,
                    ..Tally::default()
                },
            )])
            .collect();
        let named: Vec<(&str, &Tally)> = labels
            .iter()
            .map(|(name, tally)| (name.as_str(), tally))
            .collect();
        let blank = Tick {
            labels: BTreeMap::new(),
            ..tick(0)
        };
        let failures: u64 = labels.iter().map(|(_, tally)| tally.failures).sum();
        for (line_bytes, most_parts) in [(6_000, 1), (6_000, 3), (12_000, 1), (100_000, 1)] {
            let ticks = split(&blank, &named, line_bytes, most_parts);
            assert!(ticks.len() <= most_parts);
            assert!(ticks.iter().all(|tick| json_length(tick) <= line_bytes));
            let counts: Vec<&Counts> = ticks.iter().flat_map(|tick| tick.labels.values()).collect();
            assert_eq!(counts.iter().map(|counts| counts.failures).sum::<u64>(), failures);
            assert_eq!(
                counts.iter().map(|counts| counts.requests).sum::<u64>(),
                5 * 60 * 61 / 2
            );
            assert!(
                ticks[0].labels.contains_key("label 60"),
                "the busiest label is shown"
            );
        }
    }
}
