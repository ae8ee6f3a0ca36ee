//! The engine's file of exchanges, read while it grows.

use std::{io, path::Path};

use metrics::{
    exchange::{Exchange, Failure, LARGEST_FAILURE, LONGEST_LINE, Line},
    recorder::Recorder,
};

use crate::tail::Tail;

/// Read at once.
const CHUNK: usize = 64 * 1024;
/// The part in the JVM writes less, and lines of its own alone. A script runs in the same JVM: what it may write there
/// besides is not read for long.
const MOST_BYTES: u64 = 16 << 20;
const MOST_STRANGERS: u32 = 10;

/// Turns what is added to the file into lines.
#[derive(Debug)]
pub struct Reader {
    tail: Tail,
    buffer: Vec<u8>,
    /// The begin of a line.
    partial: Vec<u8>,
    /// Behind a line that is too long, up to its end.
    skipping: bool,
    /// Lines that are not ours.
    strangers: u32,
}

impl Reader {
    /// The file need not exist yet.
    pub fn new(file: &Path) -> Self {
        Self {
            tail: Tail::new(file, MOST_BYTES),
            buffer: vec![0; CHUNK],
            partial: Vec::new(),
            skipping: false,
            strangers: 0,
        }
    }

    /// The lines that were added since the last call. What is no line of ours is passed over.
    pub fn read(&mut self) -> io::Result<Vec<Line>> {
        let mut lines = Vec::new();
        while self.tail.offset() < MOST_BYTES && self.strangers < MOST_STRANGERS {
            let read = self.tail.read(&mut self.buffer)?;
            if read == 0 {
                break;
            }
            let pieces = self.buffer[..read].split_inclusive(|byte| *byte == b'\n');
            for piece in pieces {
                if self.strangers >= MOST_STRANGERS {
                    break;
                }
                let ends = piece.last() == Some(&b'\n');
                if !self.skipping {
                    self.partial.extend_from_slice(piece);
                }
                if self.partial.len() > LONGEST_LINE {
                    self.partial.clear();
                    self.skipping = true;
                }
                if !ends {
                    continue;
                }
                let line = if std::mem::take(&mut self.skipping) {
                    None
                } else {
                    Line::parse(&self.partial).ok()
                };
                self.strangers += u32::from(line.is_none());
                lines.extend(line);
                self.partial.clear();
            }
        }
        if self.strangers == MOST_STRANGERS {
            tracing::warn!("others write into the engine's file of exchanges; it is not read any more");
            self.strangers += 1;
        }
        Ok(lines)
    }
}

/// Failed exchanges on their way to the groups of their failures.
#[derive(Debug)]
pub struct Failures {
    reader: Reader,
    /// Those whose row was not read yet.
    waiting: Vec<(Failure, Box<Exchange>)>,
}

/// More than the part in the JVM keeps.
const MOST_WAITING: usize = 1_000;

impl Failures {
    pub fn new(file: &Path) -> Self {
        Self {
            reader: Reader::new(file),
            waiting: Vec::new(),
        }
    }

    /// Hands what came to the recorder. One whose failure the recorder does not know waits for the next call.
    pub fn hand_to(&mut self, recorder: &mut Recorder) {
        match self.reader.read() {
            Ok(lines) => self.waiting.extend(lines.into_iter().filter_map(failed)),
            // They are a help for people, and no figure depends on them.
            Err(error) => tracing::warn!(%error, "exchanges could not be read"),
        }
        self.waiting.truncate(MOST_WAITING);
        for (failure, exchange) in std::mem::take(&mut self.waiting) {
            if let Err(exchange) = recorder.capture(&failure, exchange) {
                self.waiting.push((failure, exchange));
            }
        }
    }
}

fn failed(line: Line) -> Option<(Failure, Box<Exchange>)> {
    match line {
        Line::Exchange {
            failure: Some(failure),
            exchange,
        } => {
            let size = serde_json::to_vec(&exchange).map_or(usize::MAX, |json| json.len());
            (size <= LARGEST_FAILURE).then_some((failure, exchange))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write};

    use serde_json::{Value, json};

    use super::*;

    fn line(label: &str, body: &str) -> Value {
        json!({
            "failure": {"label": label, "code": "503", "message": "no", "assertion": ""},
            "exchange": {
                "at": "2026-11-27T09:00:00.000Z", "label": label, "phase": "load", "success": false, "elapsedMs": 1,
                "thread": "users 1-1", "request": {"method": "GET", "url": "http://x/", "headers": [], "body": null},
                "response": {"code": "503", "message": "no", "headers": [], "body": {"text": body, "bytes": 1, "cut": false}},
                "assertions": [], "subRequests": [], "redacted": [], "cut": false,
            },
        })
    }

    fn labels(lines: &[Line]) -> Vec<&str> {
        lines
            .iter()
            .map(|line| match line {
                Line::Exchange { exchange, .. } => exchange.label.as_str(),
                Line::Omitted { .. } => "omitted",
            })
            .collect()
    }

    #[test]
    fn lines_are_read_as_they_are_written_and_others_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("exchanges.jsonl");
        let mut reader = Reader::new(&path);
        assert!(reader.read().unwrap().is_empty());
        let mut file = File::create(&path).unwrap();
        let text = format!("{}\n", line("a", "x"));
        let (head, tail) = text.split_at(100);
        file.write_all(head.as_bytes()).unwrap();
        assert!(reader.read().unwrap().is_empty());
        file.write_all(tail.as_bytes()).unwrap();
        let long = "y".repeat(LONGEST_LINE * 2);
        let rest = format!(
            "{long}\nnonsense\n{}\n{{\"omitted\":{{\"samples\":1,\"failures\":0}}}}\n",
            line("b", "x")
        );
        file.write_all(rest.as_bytes()).unwrap();
        assert_eq!(labels(&reader.read().unwrap()), ["a", "b", "omitted"]);
        assert!(reader.read().unwrap().is_empty());
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("exchanges.jsonl");
        let late = format!("\n{}\n", line("late", "x"));
        std::fs::write(&path, [vec![b'x'; 20 << 20], late.into_bytes()].concat()).unwrap();
        let mut reader = Reader::new(&path);
        assert!(reader.read().unwrap().is_empty());
        assert!(reader.tail.offset() <= MOST_BYTES + CHUNK as u64);
    }

    #[test]
    fn a_file_that_others_write_is_not_read_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("exchanges.jsonl");
        let ours = format!("{}\n", line("a", "x"));
        let blank = "\n".repeat(MOST_STRANGERS as usize - 1);
        std::fs::write(&path, format!("{blank}{ours}\n{ours}")).unwrap();
        let mut reader = Reader::new(&path);
        assert_eq!(labels(&reader.read().unwrap()), ["a"]);
        assert!(reader.read().unwrap().is_empty());
    }

    #[test]
    fn an_exchange_that_is_too_large_is_none() {
        let parse = |value: Value| Line::parse(value.to_string().as_bytes()).unwrap();
        assert!(failed(parse(line("a", "x"))).is_some());
        assert!(failed(parse(line("a", &"x".repeat(LARGEST_FAILURE)))).is_none());
        let mut without = line("a", "x");
        without["failure"] = Value::Null;
        assert!(failed(parse(without)).is_none());
    }
}
