//! Writes a part as its steps come, in order of time.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::{Chunk, File, Slot, WIDTHS, run_rows, span, width};
use crate::{
    cell::{Cell, Renumber},
    histogram::Counter,
    varint,
};

/// A part in the making.
#[derive(Debug)]
pub(crate) struct Writer<W> {
    resolution: u32,
    totals: Sink<W>,
    labels: Sink<W>,
    levels: [Level; WIDTHS.len()],
    /// For the cell of the next width.
    scratch: Cell,
    encoded: Vec<u8>,
    /// Numbers in a stored result are the result's own.
    same: Vec<u32>,
}

#[derive(Debug)]
struct Sink<W> {
    out: W,
    offset: u64,
    chunks: Vec<Chunk>,
}

/// The chunk of one level that is not yet complete.
#[derive(Debug, Default)]
struct Level {
    from: u32,
    runs: BTreeMap<Slot, Vec<u8>>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(resolution: u32, totals: W, labels: W) -> Self {
        let sink = |out| Sink {
            out,
            offset: 0,
            chunks: Vec::new(),
        };
        Self {
            resolution,
            totals: sink(totals),
            labels: sink(labels),
            levels: Default::default(),
            scratch: Cell::default(),
            encoded: Vec::new(),
            same: (0..1_000).collect(),
        }
    }

    /// Adds the cell of the step that begins at `second`. Steps must not descend.
    pub(crate) fn add<C: Counter>(&mut self, second: u32, slot: Slot, cell: &Cell<C>) -> io::Result<()> {
        let mut encoded = std::mem::take(&mut self.encoded);
        encoded.clear();
        cell.encode(&mut encoded);
        let pushed = self.push(0, second, slot, &encoded);
        self.encoded = encoded;
        pushed
    }

    /// Completes both files. The chunks are those of `totals` and of `labels`.
    pub(crate) fn finish(mut self) -> io::Result<(Vec<Chunk>, Vec<Chunk>)> {
        for level in 0..WIDTHS.len() {
            self.flush(level)?;
        }
        self.totals.out.flush()?;
        self.labels.out.flush()?;
        Ok((self.totals.sorted(), self.labels.sorted()))
    }

    fn push(&mut self, level: usize, second: u32, slot: Slot, cell: &[u8]) -> io::Result<()> {
        let span = span(level, self.resolution);
        let from = second / span * span;
        if self.levels[level].from != from {
            self.flush(level)?;
            self.levels[level].from = from;
        }
        let run = self.levels[level].runs.entry(slot).or_default();
        varint::put(run, u64::from((second - from) / width(level, self.resolution)));
        varint::put(run, cell.len() as u64);
        run.extend_from_slice(cell);
        Ok(())
    }

    /// Writes the chunk of a level, and adds its sum to the next.
    fn flush(&mut self, level: usize) -> io::Result<()> {
        let Level { from, mut runs } = std::mem::take(&mut self.levels[level]);
        self.totals.begin(level, from);
        self.labels.begin(level, from);
        for (slot, run) in &mut runs {
            let crc = crc32fast::hash(run);
            run.extend(crc.to_le_bytes());
            let sink = match slot.file() {
                File::Totals => &mut self.totals,
                File::Labels => &mut self.labels,
            };
            sink.write(*slot, run)?;
        }
        self.totals.end();
        self.labels.end();
        if level + 1 < WIDTHS.len() {
            for (slot, run) in runs {
                self.widen(level, from, slot, &run)?;
            }
        }
        Ok(())
    }

    /// Adds the sum of a run to the next level.
    fn widen(&mut self, level: usize, from: u32, slot: Slot, run: &[u8]) -> io::Result<()> {
        let damaged = "what was encoded a moment ago reads back";
        let rows = run_rows(run, from, width(level, self.resolution)).expect(damaged);
        if let [(_, only)] = rows.as_slice() {
            return self.push(level + 1, from, slot, only);
        }
        for (_, row) in rows {
            let same = Renumber {
                codes: &self.same,
                errors: &self.same,
            };
            self.scratch.merge_encoded(row, same).expect(damaged);
        }
        let mut encoded = Vec::new();
        self.scratch.encode(&mut encoded);
        self.scratch.clear();
        self.push(level + 1, from, slot, &encoded)
    }
}

impl<W: Write> Sink<W> {
    fn begin(&mut self, level: usize, from: u32) {
        self.chunks.push(Chunk {
            level,
            from,
            offset: self.offset,
            runs: Vec::new(),
        });
    }

    fn write(&mut self, slot: Slot, run: &[u8]) -> io::Result<()> {
        self.out.write_all(run)?;
        self.offset += run.len() as u64;
        let chunk = self.chunks.last_mut().expect("a chunk was begun");
        chunk.runs.push((slot, run.len() as u32));
        Ok(())
    }

    /// The chunks in the order in which they are looked up.
    fn sorted(mut self) -> Vec<Chunk> {
        self.chunks.sort_by_key(|chunk| (chunk.level, chunk.from));
        self.chunks
    }

    /// A chunk without runs is none.
    fn end(&mut self) {
        self.chunks.pop_if(|chunk| chunk.runs.is_empty());
    }
}
