//! The rows of a segment.

use super::{BLOCK_SECONDS, BlockPlace};
use crate::{histogram::Corrupt, varint};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// The virtual users of the second, whatever the label, and how busy the worker was.
    Gauges,
    /// Requests, by number of the label.
    Request(u32),
    /// Transactions, by number of their label.
    Transaction(u32),
}

/// One row, its cell still encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub second: u32,
    pub key: Key,
    pub content: &'a [u8],
}

/// The rows of an unpacked block. After an error nothing follows.
pub(crate) fn rows(block: &[u8]) -> impl Iterator<Item = Result<Row<'_>, Corrupt>> {
    let mut rest = block;
    let mut second = 0_u32;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let row = take_row(&mut rest, &mut second);
        if row.is_err() {
            rest = &[];
        }
        Some(row)
    })
}

fn take_row<'a>(rest: &mut &'a [u8], second: &mut u32) -> Result<Row<'a>, Corrupt> {
    *second = second.checked_add(varint::take_u32(rest)?).ok_or(Corrupt)?;
    let key = match varint::take_u32(rest)? {
        0 => Key::Gauges,
        number if number % 2 == 1 => Key::Request(number / 2),
        number => Key::Transaction(number / 2 - 1),
    };
    let length = varint::take_usize(rest)?;
    Ok(Row {
        second: *second,
        key,
        content: varint::take_bytes(rest, length)?,
    })
}

/// Collects encoded rows until a segment is cut.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    rows: Vec<(u32, Key, usize, usize)>,
    content: Vec<u8>,
}

impl Builder {
    /// Adds a row whose content `write` appends.
    pub(crate) fn add(&mut self, second: u32, key: Key, write: impl FnOnce(&mut Vec<u8>)) {
        let from = self.content.len();
        write(&mut self.content);
        self.rows.push((second, key, from, self.content.len()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes everything as blocks in order of time.
    pub(crate) fn cut(&mut self) -> (Vec<BlockPlace>, Vec<u8>) {
        // Rows that came late stand behind later seconds. Equal keys stay apart: readers add.
        self.rows.sort_by_key(|(second, key, ..)| (*second, *key));
        let mut places = Vec::new();
        let mut body = Vec::new();
        let mut block = Vec::new();
        for group in self
            .rows
            .chunk_by(|a, b| a.0 / BLOCK_SECONDS == b.0 / BLOCK_SECONDS)
        {
            block.clear();
            let mut before = 0;
            for (second, key, from, to) in group {
                varint::put(&mut block, u64::from(second - before));
                before = *second;
                let number = match key {
                    Key::Gauges => 0,
                    Key::Request(label) => u64::from(*label) * 2 + 1,
                    Key::Transaction(label) => u64::from(*label) * 2 + 2,
                };
                varint::put(&mut block, number);
                varint::put(&mut block, (to - from) as u64);
                block.extend_from_slice(&self.content[*from..*to]);
            }
            let offset = body.len() as u32;
            let packed = lz4_flex::block::compress(&block);
            // Pairs hardly repeat; unpacking is only worth its time when it saves some.
            let stored = if packed.len() < block.len() / 10 * 9 {
                &packed
            } else {
                &block
            };
            body.extend_from_slice(stored);
            places.push(BlockPlace {
                from: group[0].0,
                to: before + 1,
                offset,
                length: stored.len() as u32,
                unpacked: block.len() as u32,
                crc: crc32fast::hash(stored),
            });
        }
        self.rows.clear();
        self.content.clear();
        (places, body)
    }
}
