//! What a worker uploads every half minute: the cells of its closed seconds, in order of time.
//!
//! ```text
//! "OLSG" version:u8 head_length:u32 head_crc:u32 head:JSON block block …
//! ```
//!
//! Numbers are little-endian. The head holds the dictionary of names, the place of every block, and what the worker has
//! to say of itself so far. A block holds the rows of up to [`BLOCK_SECONDS`] seconds, compressed when that helps; a
//! row is a second, a key and a cell. A second may come again in a later segment, with the samples that came late:
//! readers add.

mod block;
mod gauges;

use std::{fmt, ops::Range, str::FromStr};

use model::{Region, RunId, run::Warning};
use serde::{Deserialize, Serialize};

pub(crate) use block::{Builder, Key, rows};
pub(crate) use gauges::Gauges;

use crate::{cpu::CpuSeconds, exchange::Exchange, names::Dictionary, results::Phases};

/// How far a worker's seconds are cut into segments.
pub const SEGMENT_SECONDS: u32 = 30;
/// The seconds of one block lie between two multiples of this.
pub const BLOCK_SECONDS: u32 = 5;

const MAGIC: &[u8; 4] = b"OLSG";
const VERSION: u8 = 1;
/// Magic, version, length and checksum of the head.
const PREFIX: usize = 4 + 1 + 4 + 4;
/// No block is larger once unpacked: five seconds of all labels with every bucket in use.
const LARGEST_BLOCK: u32 = 1 << 30;

/// Why a segment, or a part of it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SegmentError {
    #[error("not a segment")]
    NotASegment,
    #[error("segment version {0} is not known")]
    Version(u8),
    #[error("the segment's head is damaged or cut off")]
    Head,
    #[error("block {block} at byte {offset} is cut off")]
    Truncated { block: usize, offset: usize },
    #[error("block {block} at byte {offset} is damaged")]
    Corrupt { block: usize, offset: usize },
    #[error("a row is damaged although its block is whole")]
    Row,
}

/// What a segment says of itself before its blocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub run_id: RunId,
    pub region: Region,
    pub worker: u32,
    /// Counts the worker's segments from 0.
    pub sequence: u32,
    pub report: Report,
    pub dictionary: Dictionary,
    /// Failed exchanges by number of the error group, as far as this worker captured some since the segment before.
    pub exchanges: Vec<(u32, Exchange)>,
    pub blocks: Vec<BlockPlace>,
}

/// What a worker has to say beside its samples. Everything counts from the start, so the last report is enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Seconds from `startAt` whose samples are uploaded, without a hole; later ones may only come late.
    pub complete_until: u32,
    pub requests: u64,
    pub failures: u64,
    pub phases: Phases,
    /// Samples that still ran when the drain was over.
    pub interrupted: u64,
    /// Samples that were read after their second had been closed. They are counted all the same.
    pub late: u64,
    /// Rows of the engine's result file that could not be read.
    pub malformed: u64,
    #[serde(default)]
    pub cpu: CpuSeconds,
    /// Gate opened − `startAt`.
    pub start_skew_ms: Option<i64>,
    /// Milliseconds from `startAt` at which the engine ended by itself, if it did so before the load phase did.
    pub ended_early_ms: Option<u64>,
    /// Nothing comes after this segment: the worker delivered all it had.
    pub last: bool,
    pub warnings: Vec<Warning>,
}

/// Where a block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockPlace {
    /// Seconds from `startAt`, the end excluded.
    pub from: u32,
    pub to: u32,
    /// From the end of the head.
    pub offset: u32,
    pub length: u32,
    /// Once unpacked. The same as `length` when it is stored as it is.
    pub unpacked: u32,
    pub crc: u32,
}

/// The name of a segment below its worker's folder. It says what is in it, so that a listing is all that a merge needs
/// to know which segments it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub sequence: u32,
    /// Seconds from `startAt`, the end excluded. Empty when the segment holds a report only.
    pub from: u32,
    pub to: u32,
}

impl Name {
    pub fn seconds(self) -> Range<u32> {
        self.from..self.to
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}-{}-{}.seg", self.sequence, self.from, self.to)
    }
}

/// A file name that no segment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a segment")]
pub struct InvalidName;

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let parts = text
            .strip_suffix(".seg")
            .map(|stem| stem.split('-').map(str::parse));
        let parts: Result<Vec<u32>, _> = parts.ok_or(InvalidName)?.collect();
        match parts.map_err(|_| InvalidName)?.as_slice() {
            [sequence, from, to] if from <= to => Ok(Self {
                sequence: *sequence,
                from: *from,
                to: *to,
            }),
            _ => Err(InvalidName),
        }
    }
}

/// A segment, ready to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub name: Name,
    pub bytes: Vec<u8>,
}

/// A segment that was read; blocks are unpacked one by one, and checked only then.
#[derive(Debug)]
pub struct Segment<'a> {
    pub head: Head,
    body: &'a [u8],
    body_offset: usize,
}

impl<'a> Segment<'a> {
    /// Reads the head. The blocks may be cut off: those before the cut can still be read.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SegmentError> {
        let (prefix, rest) = bytes
            .split_first_chunk::<PREFIX>()
            .ok_or(SegmentError::NotASegment)?;
        let [m0, m1, m2, m3, version, l0, l1, l2, l3, c0, c1, c2, c3] = *prefix;
        if [m0, m1, m2, m3] != *MAGIC {
            return Err(SegmentError::NotASegment);
        }
        if version != VERSION {
            return Err(SegmentError::Version(version));
        }
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        let (head, body) = rest.split_at_checked(length).ok_or(SegmentError::Head)?;
        if crc32fast::hash(head) != u32::from_le_bytes([c0, c1, c2, c3]) {
            return Err(SegmentError::Head);
        }
        let head = serde_json::from_slice(head).map_err(|_| SegmentError::Head)?;
        Ok(Self {
            head,
            body,
            body_offset: PREFIX + length,
        })
    }

    /// Unpacks a block into `out`.
    pub(crate) fn unpack(&self, number: usize, out: &mut Vec<u8>) -> Result<(), SegmentError> {
        let place = self.head.blocks[number];
        let offset = self.body_offset.saturating_add(place.offset as usize);
        let corrupt = SegmentError::Corrupt {
            block: number,
            offset,
        };
        let stored = self
            .body
            .get(place.offset as usize..)
            .and_then(|rest| rest.get(..place.length as usize));
        let stored = stored.ok_or(SegmentError::Truncated {
            block: number,
            offset,
        })?;
        if crc32fast::hash(stored) != place.crc || place.unpacked > LARGEST_BLOCK {
            return Err(corrupt);
        }
        out.clear();
        if place.unpacked == place.length {
            out.extend_from_slice(stored);
            return Ok(());
        }
        out.resize(place.unpacked as usize, 0);
        match lz4_flex::block::decompress_into(stored, out) {
            Ok(length) if length == out.len() => Ok(()),
            _ => Err(corrupt),
        }
    }

    /// What to say of a block whose rows cannot be read although its checksum is right.
    pub(crate) fn corrupt(&self, number: usize) -> SegmentError {
        let offset = self
            .body_offset
            .saturating_add(self.head.blocks[number].offset as usize);
        SegmentError::Corrupt {
            block: number,
            offset,
        }
    }
}

/// Puts a segment together.
pub(crate) fn encode(head: &Head, body: &[u8]) -> Vec<u8> {
    let head = serde_json::to_vec(head).expect("a head has string keys only");
    let mut bytes = Vec::with_capacity(PREFIX + head.len() + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend((head.len() as u32).to_le_bytes());
    bytes.extend(crc32fast::hash(&head).to_le_bytes());
    bytes.extend(head);
    bytes.extend(body);
    bytes
}
