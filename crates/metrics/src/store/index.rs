//! The index of a part: names, virtual users, and where every chunk lies.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Chunk, File, Slot, StoreError, Subject, cover, span, width};
use crate::{cpu::Cpu, histogram::Corrupt, names::Dictionary, varint};

const MAGIC: &[u8; 4] = b"OLIX";
const VERSION: u8 = 1;
/// Reading some bytes too many is cheaper than another request.
const GAP: u64 = 64 * 1024;

/// What must be read before the data of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Seconds of the narrowest cell.
    pub resolution: u32,
    /// Seconds from `startAt` that the part has cells or users in.
    pub seconds: Range<u32>,
    pub dictionary: Dictionary,
    pub regions: Vec<String>,
    /// By region, then by second from `seconds.start`.
    pub(crate) users: Vec<Vec<u64>>,
    /// By region, then by step from the one of `seconds.start`: the busiest worker. Empty where it is not known.
    pub(crate) cpu: Vec<Vec<Cpu>>,
    pub(crate) totals: Vec<Chunk>,
    pub(crate) labels: Vec<Chunk>,
}

/// A range of bytes to be read, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    pub file: File,
    pub bytes: Range<u64>,
    pub(crate) wanted: Vec<Wanted>,
}

/// A run within a [`Fetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub slot: Slot,
    pub from: u32,
    pub width: u32,
    /// Of the run's cells, those that begin here.
    pub seconds: Range<u32>,
    /// From the begin of the fetch.
    pub place: Range<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    resolution: u32,
    from: u32,
    to: u32,
    dictionary: Dictionary,
    regions: Vec<String>,
}

impl Index {
    pub fn encode(&self) -> Vec<u8> {
        let head = Head {
            resolution: self.resolution,
            from: self.seconds.start,
            to: self.seconds.end,
            dictionary: self.dictionary.clone(),
            regions: self.regions.clone(),
        };
        let head = serde_json::to_vec(&head).expect("a head has string keys only");
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        varint::put(&mut out, head.len() as u64);
        out.extend(head);
        for users in &self.users {
            let runs: Vec<&[u64]> = users.chunk_by(|a, b| a == b).collect();
            varint::put(&mut out, runs.len() as u64);
            for run in runs {
                varint::put(&mut out, run.len() as u64);
                varint::put(&mut out, run[0]);
            }
        }
        for chunks in [&self.totals, &self.labels] {
            put_chunks(&mut out, chunks);
        }
        for cpu in &self.cpu {
            varint::put(&mut out, cpu.len() as u64);
            out.extend(cpu.iter().map(|cpu| cpu.byte()));
        }
        let crc = crc32fast::hash(&out);
        out.extend(crc.to_le_bytes());
        out
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let content = bytes
            .strip_prefix(MAGIC)
            .and_then(|rest| rest.strip_prefix(&[VERSION]));
        content.ok_or(StoreError::NotAnIndex)?;
        let checked = bytes
            .split_last_chunk::<4>()
            .filter(|(body, crc)| crc32fast::hash(body) == u32::from_le_bytes(**crc));
        let (body, _) = checked.ok_or(StoreError::DamagedIndex)?;
        take_index(&body[MAGIC.len() + 1..]).map_err(|Corrupt| StoreError::DamagedIndex)
    }

    /// By region: the seconds at which steps begin, and how busy the busiest worker was in them.
    pub(crate) fn busiest(&self) -> impl Iterator<Item = impl Iterator<Item = (u32, Cpu)>> {
        let first = self.seconds.start / self.resolution * self.resolution;
        let steps = move || (first..).step_by(self.resolution as usize);
        self.cpu.iter().map(move |cpu| steps().zip(cpu.iter().copied()))
    }

    /// What to read for a window over the slots of one file that `wants` names.
    pub(crate) fn window(
        &self,
        file: File,
        seconds: &Range<u32>,
        wants: impl Fn(Slot) -> bool,
    ) -> Vec<Fetch> {
        let cells = cover(seconds, &self.seconds, self.resolution);
        // Neighbours of one level in one chunk are read together.
        let chunk = |(level, at): (usize, u32)| (level, at / span(level, self.resolution));
        let pieces = cells.chunk_by(|a, b| chunk(*a) == chunk(*b)).map(|cells| {
            let ((level, first), (_, last)) = (cells[0], cells[cells.len() - 1]);
            (level, first..last + width(level, self.resolution))
        });
        self.fetches(file, pieces, &wants)
    }

    /// What to read for all cells of a level that begin within `seconds`.
    pub(crate) fn level(
        &self,
        file: File,
        level: usize,
        seconds: &Range<u32>,
        wants: impl Fn(Slot) -> bool,
    ) -> Vec<Fetch> {
        let span = span(level, self.resolution);
        let first = seconds.start.max(self.seconds.start) / span * span;
        let end = seconds.end.min(self.seconds.end);
        let pieces = (first..end)
            .step_by(span as usize)
            .map(|from| (level, from.max(seconds.start)..(from + span).min(seconds.end)));
        self.fetches(file, pieces, &wants)
    }

    fn fetches(
        &self,
        file: File,
        pieces: impl Iterator<Item = (usize, Range<u32>)>,
        wants: &impl Fn(Slot) -> bool,
    ) -> Vec<Fetch> {
        let chunks = match file {
            File::Totals => &self.totals,
            File::Labels => &self.labels,
        };
        let mut wanted: Vec<(u64, Wanted)> = Vec::new();
        for (level, seconds) in pieces {
            let span = span(level, self.resolution);
            let from = seconds.start / span * span;
            let Ok(place) = chunks.binary_search_by_key(&(level, from), |chunk| (chunk.level, chunk.from))
            else {
                continue;
            };
            let mut offset = chunks[place].offset;
            for (slot, length) in &chunks[place].runs {
                if wants(*slot) {
                    let width = width(level, self.resolution);
                    let run = Wanted {
                        slot: *slot,
                        from,
                        width,
                        seconds: seconds.clone(),
                        place: 0..*length as usize,
                    };
                    wanted.push((offset, run));
                }
                offset = offset.saturating_add(u64::from(*length));
            }
        }
        wanted.sort_by_key(|(offset, _)| *offset);
        let mut fetches: Vec<Fetch> = Vec::new();
        for (offset, mut run) in wanted {
            let end = offset.saturating_add(run.place.len() as u64);
            let fetch = match fetches.last_mut() {
                Some(fetch) if offset <= fetch.bytes.end + GAP => fetch,
                _ => {
                    fetches.push(Fetch {
                        file,
                        bytes: offset..end,
                        wanted: Vec::new(),
                    });
                    fetches.last_mut().expect("just pushed")
                }
            };
            let start = (offset - fetch.bytes.start) as usize;
            run.place = start..start + run.place.len();
            fetch.bytes.end = fetch.bytes.end.max(end);
            fetch.wanted.push(run);
        }
        fetches
    }
}

fn put_chunks(out: &mut Vec<u8>, chunks: &[Chunk]) {
    varint::put(out, chunks.len() as u64);
    for chunk in chunks {
        varint::put(out, chunk.level as u64);
        varint::put(out, chunk.from.into());
        varint::put(out, chunk.offset);
        varint::put(out, chunk.runs.len() as u64);
        for (slot, length) in &chunk.runs {
            let subject = match slot.subject {
                Subject::All => 0,
                Subject::Request(label) => u64::from(label) * 2 + 1,
                Subject::Transaction(label) => u64::from(label) * 2 + 2,
            };
            varint::put(out, subject);
            varint::put(out, slot.region.into());
            varint::put(out, (*length).into());
        }
    }
}

fn take_chunks(bytes: &mut &[u8], head: &Head) -> Result<Vec<Chunk>, Corrupt> {
    let mut chunks = Vec::new();
    for _ in 0..varint::take(bytes)? {
        let level = varint::take_usize(bytes)?;
        let (from, offset) = (varint::take_u32(bytes)?, varint::take(bytes)?);
        let mut runs = Vec::new();
        for _ in 0..varint::take(bytes)? {
            let subject = match varint::take_u32(bytes)? {
                0 => Subject::All,
                number if number % 2 == 1 => Subject::Request(number / 2),
                number => Subject::Transaction(number / 2 - 1),
            };
            let named = match subject {
                Subject::All => true,
                Subject::Request(label) => (label as usize) < head.dictionary.labels.len(),
                Subject::Transaction(label) => (label as usize) < head.dictionary.transactions.len(),
            };
            let region = varint::take_u32(bytes)?;
            if !named || region as usize >= head.regions.len() {
                return Err(Corrupt);
            }
            runs.push((Slot { subject, region }, varint::take_u32(bytes)?));
        }
        chunks.push(Chunk {
            level,
            from,
            offset,
            runs,
        });
    }
    Ok(chunks)
}

fn take_index(mut bytes: &[u8]) -> Result<Index, Corrupt> {
    let bytes = &mut bytes;
    let length = varint::take_usize(bytes)?;
    let head: Head = serde_json::from_slice(varint::take_bytes(bytes, length)?).map_err(|_| Corrupt)?;
    if head.resolution == 0 || head.resolution > 3_600 || head.from > head.to {
        return Err(Corrupt);
    }
    let mut users = Vec::new();
    for _ in &head.regions {
        let mut of_region = Vec::new();
        for _ in 0..varint::take(bytes)? {
            let (seconds, value) = (varint::take_usize(bytes)?, varint::take(bytes)?);
            if of_region.len().saturating_add(seconds) > (head.to - head.from) as usize {
                return Err(Corrupt);
            }
            of_region.resize(of_region.len() + seconds, value);
        }
        users.push(of_region);
    }
    let (totals, labels) = (take_chunks(bytes, &head)?, take_chunks(bytes, &head)?);
    let mut cpu = Vec::new();
    for _ in &head.regions {
        // Older results end before.
        let steps = if bytes.is_empty() {
            0
        } else {
            varint::take_usize(bytes)?
        };
        let of_region = varint::take_bytes(bytes, steps)?;
        cpu.push(of_region.iter().copied().map(Cpu::from_byte).collect());
    }
    Ok(Index {
        resolution: head.resolution,
        seconds: head.from..head.to,
        dictionary: head.dictionary,
        regions: head.regions,
        users,
        cpu,
        totals,
        labels,
    })
}
