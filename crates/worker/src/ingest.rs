//! From the engine's raw file to ticks, segments and raw parts.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use metrics::{
    jtl,
    live::Tick,
    recorder::{Ending, Recorder, Settings},
    segment::SEGMENT_SECONDS,
};

use model::{field::Said, run::Warning, said};

use crate::{exchanges::Failures, raw::Parts, tail::Tail, upload::Segment};

/// Read at once; a few milliseconds of work, so that nothing else waits long.
const CHUNK: usize = 256 * 1024;
/// bzt reads the same file, up to a second later and in its own time; what it has not read must not become a hole.
const MARGIN: u64 = 128 << 20;

/// The code of the warning that the engine measured more than is counted.
const SAMPLES_MISSING: &str = "SAMPLES_MISSING";
/// The code of the warning that rows which are counted are not among the raw ones.
const RAW_ROWS_MISSING: &str = "RAW_ROWS_MISSING";

/// Follows one raw file from its start to its end.
#[derive(Debug)]
pub struct Ingest {
    tail: Tail,
    reader: jtl::Reader,
    recorder: Recorder,
    /// Absent where none are kept.
    failures: Option<Failures>,
    parts: Parts,
    buffer: Vec<u8>,
    /// Seconds from `startAt` at which the next segment is cut.
    next_segment: u32,
    /// Whether the file system can give the space of read rows back.
    frees: bool,
}

/// What came of a look at the file.
#[derive(Debug, Default)]
pub struct News {
    pub ticks: Vec<Tick>,
    pub segment: Option<Segment>,
    pub raw: Vec<Bytes>,
    /// The file had more than was read: look again at once.
    pub more: bool,
}

impl Ingest {
    /// `exchanges` is the file of failed exchanges, if they are kept.
    pub fn new(file: &Path, exchanges: Option<&Path>, settings: Settings) -> Self {
        Self {
            tail: Tail::new(file, MARGIN),
            reader: jtl::Reader::new(),
            recorder: Recorder::new(settings),
            failures: exchanges.map(Failures::new),
            parts: Parts::default(),
            buffer: vec![0; CHUNK],
            next_segment: EARLY_SEGMENT_SECONDS,
            frees: true,
        }
    }

    /// Reads what the engine added, and answers what is due at `now_ms`, in epoch milliseconds. All of it is counted; the
    /// raw rows are kept while there is room for them.
    pub fn look(&mut self, now_ms: i64, cpu: Option<f64>, has_room: bool) -> io::Result<News> {
        let mut news = News::default();
        let read = self.read(&mut news.raw, has_room)?;
        news.more = read == self.buffer.len();
        if news.more {
            // Seconds are closed by the clock: not before all that the engine wrote in them was read.
            return Ok(news);
        }
        news.ticks = self.recorder.close(now_ms, cpu);
        // Once its last second is closed: so a segment lies within one window of a merge.
        if self.recorder.report().complete_until >= self.next_segment {
            self.next_segment = boundary_after(self.next_segment);
            self.take_failures();
            news.segment = self.recorder.segment().map(|encoded| Segment {
                encoded,
                complete_until: self.recorder.report().complete_until,
            });
            self.free();
        }
        Ok(news)
    }

    /// Reads the file to its end, which the engine has written, and answers all that is left.
    pub fn finish(mut self, ending: Ending, cpu: Option<f64>, has_room: bool) -> io::Result<News> {
        let mut news = News::default();
        while self.read(&mut news.raw, has_room)? > 0 {}
        let recorder = &mut self.recorder;
        if let Err(error) = self.reader.finish(|sample| recorder.record(sample)) {
            self.warn(unreadable(&error));
        }
        self.recorder.set_malformed(self.reader.malformed().rows);
        if let Some(row) = &self.reader.malformed().first {
            tracing::warn!(
                row,
                rows = self.reader.malformed().rows,
                "rows of the engine could not be read"
            );
            let rows = self.reader.malformed().rows;
            self.warn(said!(
                "ROWS_NOT_READ",
                "{} rows of the engine could not be read and are not counted",
                rows
            ));
        }
        let left_out = self.parts.left_out();
        if left_out > 0 {
            let said = said!(
                "ROWS_NOT_UPLOADED",
                "{} rows are counted but not among the raw ones: they could not be uploaded for too long",
                left_out
            );
            self.recorder.warn(Warning::new(RAW_ROWS_MISSING, said));
        }
        self.take_failures();
        let (ticks, encoded) = self.recorder.finish(ending, cpu);
        news.ticks = ticks;
        let complete_until = self.recorder.report().complete_until;
        news.segment = Some(Segment {
            encoded,
            complete_until,
        });
        if self.tail.offset() > 0 {
            news.raw.push(self.parts.finish()?);
        }
        Ok(news)
    }

    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub fn set_virtual_users(&mut self, users: u32) {
        self.recorder.set_virtual_users(users);
    }

    pub fn set_start_skew_ms(&mut self, skew: i64) {
        self.recorder.set_start_skew_ms(skew);
    }

    /// Tells readers of the results that samples are missing.
    pub fn warn(&mut self, said: impl Into<Said>) {
        self.recorder.warn(Warning::new(SAMPLES_MISSING, said));
    }

    fn take_failures(&mut self) {
        if let Some(failures) = &mut self.failures {
            failures.hand_to(&mut self.recorder);
        }
    }

    fn read(&mut self, raw: &mut Vec<Bytes>, has_room: bool) -> io::Result<usize> {
        let read = self.tail.read(&mut self.buffer)?;
        if read == 0 {
            return Ok(0);
        }
        let recorder = &mut self.recorder;
        let pushed = self
            .reader
            .push(&self.buffer[..read], |sample| recorder.record(sample));
        if let Err(error) = pushed {
            self.warn(unreadable(&error));
        }
        self.recorder.set_malformed(self.reader.malformed().rows);
        raw.extend(self.parts.add(&self.buffer[..read], has_room)?);
        Ok(read)
    }

    /// Gives the disk space of read rows back, where that can be done.
    fn free(&mut self) {
        if self.frees
            && let Err(error) = self.tail.free()
        {
            tracing::warn!(%error, "the disk space of read rows cannot be given back");
            self.frees = false;
        }
    }
}

/// Segments of the first half minute are short: whoever opens the page of a run that has just begun is to see its beginning.
const EARLY_SEGMENT_SECONDS: u32 = 5;

fn boundary_after(second: u32) -> u32 {
    let early = second < SEGMENT_SECONDS;
    second
        + if early {
            EARLY_SEGMENT_SECONDS
        } else {
            SEGMENT_SECONDS
        }
}

/// How often the file is looked at while the engine runs.
pub const LOOK: Duration = Duration::from_millis(25);

/// The instant at which `at_ms`, in epoch milliseconds, will be, seen from `now_ms` and `now`.
pub fn instant_of(at_ms: i64, now_ms: i64, now: Instant) -> Instant {
    now + Duration::from_millis(u64::try_from(at_ms - now_ms).unwrap_or(0))
}

fn unreadable(error: &impl std::fmt::Display) -> Said {
    said!("ROWS_UNREADABLE", "the engine's rows cannot be read: {}", error)
}

#[cfg(test)]
mod tests {
    use metrics::segment::{Head, Segment as Read};
    use serde_json::json;

    use super::*;

    const START_MS: i64 = 1_795_421_151_000;

    /// The head of the last segment of a file with these rows, and these lines among its exchanges.
    fn last_head(rows: &str, exchanges: &str) -> Head {
        last_head_with(rows, exchanges, true)
    }

    fn last_head_with(rows: &str, exchanges: &str, has_room: bool) -> Head {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let header =
            "timeStamp,elapsed,label,responseCode,responseMessage,success,failureMessage,oleada_kind\n";
        std::fs::write(path("kpi.jtl"), format!("{header}{rows}")).unwrap();
        std::fs::write(path("exchanges.jsonl"), exchanges).unwrap();
        let settings = Settings {
            run_id: "run_01KAQ000000000000000000000".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            worker: 0,
            start_at_ms: START_MS,
            close_after_ms: 500,
            tick_seconds: 1,
            line_bytes: 12_000,
            watched: Vec::new(),
        };
        let ingest = Ingest::new(&path("kpi.jtl"), Some(&path("exchanges.jsonl")), settings);
        let news = ingest.finish(Ending::default(), None, has_room).unwrap();
        let segment = news.segment.expect("there is always a last one");
        Read::parse(&segment.encoded.bytes).unwrap().head
    }

    fn row(label: &str, message: &str) -> String {
        format!("{},5,{label},503,{message},false,,request\n", START_MS + 1_000)
    }

    fn line(label: &str, message: &str) -> String {
        let exchange = json!({
            "at": "2026-11-23T09:00:00.000Z", "label": label, "phase": "load", "success": false, "elapsedMs": 5,
            "thread": "users 1-1", "request": {"method": "GET", "url": "http://x/", "headers": [], "body": null},
            "response": {"code": "503", "message": message, "headers": [], "body": null},
            "assertions": [], "subRequests": [], "redacted": [], "cut": false,
        });
        let failure = json!({"label": label, "code": "503", "message": message, "assertion": ""});
        json!({"failure": failure, "exchange": exchange}).to_string() + "\n"
    }

    #[test]
    fn early_segments_are_short_and_keep_to_the_bounds_of_long_ones() {
        let boundaries = std::iter::successors(Some(EARLY_SEGMENT_SECONDS), |second| {
            Some(boundary_after(*second))
        });
        assert_eq!(
            boundaries.take(8).collect::<Vec<_>>(),
            [5, 10, 15, 20, 25, 30, 60, 90]
        );
    }

    #[test]
    fn an_exchange_finds_the_group_of_its_failure() {
        let rows = row("a", "no") + &row("buy", "order 7 not found") + &row("buy", "order 8 not found");
        let lines = line("buy", "order 8 not found") + &line("stranger", "no");
        let head = last_head(&rows, &lines);
        let [(number, exchange)] = &head.exchanges[..] else {
            panic!("{:?}", head.exchanges)
        };
        assert_eq!(
            head.dictionary.errors[*number as usize].message,
            "order # not found"
        );
        assert_eq!(exchange.response.message, "order 8 not found");
        assert_eq!(head.report.warnings, []);
    }

    #[test]
    fn rows_that_cannot_be_read_are_no_secret() {
        let head = last_head(&(row("a", "no") + "1,2,3\n" + &row("a", "no")), "");
        assert_eq!((head.report.requests, head.report.malformed), (2, 1));
        let [warning] = &head.report.warnings[..] else {
            panic!("{:?}", head.report)
        };
        assert_eq!(warning.code, SAMPLES_MISSING);
        assert!(warning.detail.starts_with("1 rows"), "{}", warning.detail);
    }

    #[test]
    fn what_is_not_kept_raw_is_counted_and_told() {
        let head = last_head_with(&(row("a", "no") + &row("a", "no")), "", false);
        assert_eq!(head.report.requests, 2);
        let [warning] = &head.report.warnings[..] else {
            panic!("{:?}", head.report)
        };
        assert_eq!(warning.code, RAW_ROWS_MISSING);
        // The header is a row of the file too.
        assert!(warning.detail.starts_with("3 rows"), "{}", warning.detail);
    }
}
