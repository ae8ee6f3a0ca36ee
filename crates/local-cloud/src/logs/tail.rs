//! The awslogs driver: output files become log streams.
//!
//! How far a file has been read is stored in the same transaction as the events it became, so each line is in the log
//! exactly once, whatever happens to the host.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rusqlite::{OptionalExtension, Transaction, params};
use rustix::fs::FallocateFlags;

use super::{
    Inner,
    store::{self, NewEvent, Stream},
};
use crate::{call::Error, sqlite::blocking};

/// Longer lines become several events. <https://docs.docker.com/engine/logging/drivers/awslogs/>
const LINE_LIMIT: usize = 16 * 1024;

/// How much of a file one transaction takes.
const CHUNK: usize = 1024 * 1024;

/// Where the lines of a file go.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    pub region: String,
    pub group: String,
    pub stream: String,
    /// Whether a missing group is made; otherwise it is an error.
    pub create_group: bool,
}

/// The files that are followed, with the length of each when it was last read.
#[derive(Default)]
pub(super) struct Tails(Mutex<HashMap<PathBuf, u64>>);

impl Tails {
    fn add(&self, path: PathBuf) {
        self.0.lock().expect("no holder panics").entry(path).or_insert(0);
    }

    fn remove(&self, path: &Path) {
        self.0.lock().expect("no holder panics").remove(path);
    }

    /// The files whose length has changed since.
    fn changed(&self) -> Vec<PathBuf> {
        let mut tails = self.0.lock().expect("no holder panics");
        let grown = tails.iter_mut().filter_map(|(path, seen)| {
            // A file that is not there yet has length 0.
            let length = path.metadata().map_or(0, |metadata| metadata.len());
            (length != std::mem::replace(seen, length)).then(|| path.clone())
        });
        grown.collect()
    }
}

/// What one reading of a file gave.
struct Progress {
    stream: Option<Stream>,
    /// Whether nothing more could be taken.
    done: bool,
}

impl Inner {
    /// Makes the stream and starts to follow the file, which need not be there yet; may be repeated.
    pub(super) async fn follow(self: &Arc<Self>, path: PathBuf, follow: Follow) -> Result<(), Error> {
        let inner = Arc::clone(self);
        blocking(move || {
            let now_ms = inner.config.clock.now_ms();
            inner.database.write(|transaction| {
                if follow.create_group {
                    store::create_group(transaction, &follow.region, &follow.group, now_ms)?;
                }
                let group = store::group(transaction, &follow.region, &follow.group)?;
                store::create_stream(transaction, group, &follow.stream, now_ms)?;
                let stream = store::stream(transaction, group, &follow.stream)?;
                transaction.execute(
                    "INSERT OR IGNORE INTO tails (path, stream_id, offset) VALUES (?1, ?2, 0)",
                    params![path.to_string_lossy(), stream.id],
                )?;
                Ok::<_, Error>(())
            })?;
            inner.tails.add(path);
            Ok(())
        })
        .await
    }

    /// Takes the rest of a file that will not grow any more, an unfinished last line included, and lets go of it.
    pub(super) async fn finish(self: &Arc<Self>, path: PathBuf) -> Result<(), Error> {
        let inner = Arc::clone(self);
        blocking(move || {
            inner.take(&path, true)?;
            inner.tails.remove(&path);
            inner.database.write(|transaction| {
                transaction.execute("DELETE FROM tails WHERE path = ?1", [path.to_string_lossy()])?;
                Ok(())
            })
        })
        .await
    }

    /// Takes up the files of an earlier host.
    pub(super) fn resume_tails(&self) -> rusqlite::Result<()> {
        let paths: Vec<String> = self.database.read(|connection| {
            let mut statement = connection.prepare("SELECT path FROM tails")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })?;
        for path in paths {
            self.tails.add(PathBuf::from(path));
        }
        Ok(())
    }

    /// Reads what the followed files have got, at each tick.
    pub(super) async fn run_tails(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(self.config.flush_interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let inner = Arc::clone(&self);
            let read = blocking(move || {
                for path in inner.tails.changed() {
                    inner.take(&path, false)?;
                }
                Ok(())
            });
            if let Err(error) = read.await {
                tracing::error!(%error, "the output of tasks could not be taken into the log");
            }
        }
    }

    fn take(self: &Arc<Self>, path: &Path, to_the_end: bool) -> Result<(), Error> {
        loop {
            let now_ms = self.config.clock.now_ms();
            let progress = self
                .database
                .write(|transaction| take_chunk(transaction, path, to_the_end, now_ms))?;
            if let Some(stream) = progress.stream {
                self.touched(stream);
            }
            if progress.done {
                return Ok(());
            }
        }
    }
}

fn take_chunk(
    transaction: &Transaction<'_>,
    path: &Path,
    to_the_end: bool,
    now_ms: i64,
) -> Result<Progress, Error> {
    let name = path.to_string_lossy();
    let found = transaction
        .prepare_cached(
            "SELECT stream_id, group_id, offset FROM tails JOIN streams ON streams.id = stream_id WHERE path = ?1",
        )?
        .query_row([&name], |row| Ok((Stream { id: row.get(0)?, group: row.get(1)? }, row.get::<_, u64>(2)?)))
        .optional()?;
    // The stream may have been deleted under the file.
    let Some((stream, offset)) = found else {
        return Ok(Progress {
            stream: None,
            done: true,
        });
    };
    let bytes = read_chunk(path, offset).map_err(Error::internal)?;
    let whole = bytes.len() < CHUNK;
    let (lines, taken) = split(&bytes, to_the_end && whole);
    let events: Vec<NewEvent> = lines
        .into_iter()
        .map(|message| NewEvent {
            at_ms: now_ms,
            message,
        })
        .collect();
    store::append(transaction, stream, &events, now_ms)?;
    let reached = offset + taken as u64;
    transaction
        .prepare_cached("UPDATE tails SET offset = ?2 WHERE path = ?1")?
        .execute(params![name, reached])?;
    if reached / CHUNK as u64 > offset / CHUNK as u64 {
        // Of the transaction before this one, which is on disk for sure.
        free(path, offset);
    }
    Ok(Progress {
        stream: (!events.is_empty()).then_some(stream),
        done: whole,
    })
}

fn read_chunk(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let left = file.metadata()?.len().saturating_sub(offset);
    let mut bytes = vec![0; usize::try_from(left).unwrap_or(CHUNK).min(CHUNK)];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// The events of a piece of output, and how many bytes they are made of. An unfinished line waits for its end, unless
/// it is the last one for certain.
fn split(bytes: &[u8], last: bool) -> (Vec<String>, usize) {
    let mut lines = Vec::new();
    let mut taken = 0;
    while taken < bytes.len() {
        let rest = &bytes[taken..];
        let end = rest.iter().take(LINE_LIMIT + 1).position(|byte| *byte == b'\n');
        let (line, step) = match end {
            Some(end) => (&rest[..end], end + 1),
            None if rest.len() > LINE_LIMIT => {
                let end = boundary(rest, LINE_LIMIT);
                (&rest[..end], end)
            }
            None if last => (rest, rest.len()),
            None => break,
        };
        // As the driver does: an empty line is no event.
        if !line.is_empty() {
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
        taken += step;
    }
    (lines, taken)
}

/// The last place at or before `limit` that does not cut a UTF-8 character.
fn boundary(bytes: &[u8], limit: usize) -> usize {
    (limit.saturating_sub(3)..=limit)
        .rev()
        .find(|at| bytes[*at] & 0b1100_0000 != 0b1000_0000)
        .unwrap_or(limit)
}

/// Gives the disk blocks of what has been read back; the file keeps its length. Where the file system cannot, the
/// space is freed with the task.
fn free(path: &Path, until: u64) {
    let freed = OpenOptions::new().write(true).open(path).and_then(|file| {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        if until == 0 {
            Ok(())
        } else {
            Ok(rustix::fs::fallocate(file, flags, 0, until)?)
        }
    });
    if let Err(error) = freed {
        tracing::debug!(path = %path.display(), %error, "the space of output that is in the log could not be freed");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_unfinished_line_waits() {
        assert_eq!(split(b"one\ntwo", false), (vec!["one".to_owned()], 4));
        assert_eq!(
            split(b"one\ntwo", true),
            (vec!["one".to_owned(), "two".to_owned()], 7)
        );
        assert_eq!(split(b"\n\nx\n", false), (vec!["x".to_owned()], 4));
    }

    #[test]
    fn a_line_of_the_limit_stays_whole() {
        let mut exact = vec![b'x'; LINE_LIMIT];
        exact.push(b'\n');
        assert_eq!(split(&exact, false).0.len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_when_lines_are_split(lines in prop::collection::vec("[a-zñ日]{1,12000}", 0..4)) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let (events, taken) = split(text.as_bytes(), false);
            prop_assert_eq!(taken, text.len());
            prop_assert!(events.iter().all(|event| event.len() <= LINE_LIMIT));
            prop_assert_eq!(events.concat(), lines.concat());
        }
    }
}
