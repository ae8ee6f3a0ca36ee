//! Which segments a merge wants when.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

use crate::segment::{self, Name};

/// Seconds of a window that suit most runs: those of a segment, so that each is read once. Runs with hundreds of labels
/// in many regions take fewer, a window's memory being (seconds × labels × regions) cells of some 100 KB.
pub const WINDOW_SECONDS: u32 = segment::SEGMENT_SECONDS;

/// One segment of a run, as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentRef {
    /// Where it lies.
    pub key: String,
    /// Seconds from `startAt`, the end excluded.
    pub from: u32,
    pub to: u32,
}

impl SegmentRef {
    /// From its key, which ends in the segment's name. `None` when it does not.
    pub fn from_key(key: &str) -> Option<Self> {
        let name: Name = key.rsplit('/').next()?.parse().ok()?;
        Some(Self {
            key: key.to_owned(),
            from: name.from,
            to: name.to,
        })
    }
}

/// A stretch of the run, and the segments that it needs, by their place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub seconds: Range<u32>,
    pub segments: Vec<usize>,
}

/// Cuts the run into windows of `length` seconds. A segment with late samples is in more than one of them, and one that
/// holds a report only in none: [`super::Merger::note`] takes it.
pub fn windows(segments: &[SegmentRef], length: u32) -> Vec<Window> {
    let length = length.max(1);
    let mut by_window: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, segment) in segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.from < segment.to)
    {
        for number in segment.from / length..=(segment.to - 1) / length {
            by_window.entry(number).or_default().push(place);
        }
    }
    by_window
        .into_iter()
        .map(|(number, segments)| Window {
            seconds: number.saturating_mul(length)..number.saturating_add(1).saturating_mul(length),
            segments,
        })
        .collect()
}
