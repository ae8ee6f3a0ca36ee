//! Reads the CSV result files of JMeter, Locust and Apiritif while they grow.
//!
//! Columns are found by their names. A row may hold quotes, delimiters and line breaks in quoted fields, and may end in
//! the middle of what has been written so far. A row that cannot be read is counted and passed over: it must not cost
//! the run, and must not be silent either.

mod row;

use row::{Row, Scanned};

use crate::sample::{Kind, Sample};

/// The name of the column in which an executed plan marks its rows, as a JMeter sample variable; see
/// [`Kind::from_marker`].
pub const MARKER: &str = "oleada_kind";

/// No row that an engine writes is longer. A quote that never closes is given up here.
const LONGEST_ROW: usize = 1 << 20;

/// A file that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("the result file has no column {0}")]
    Missing(&'static str),
    #[error("the first line of the result file is not a header")]
    Unreadable,
}

/// Rows that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Malformed {
    pub rows: u64,
    /// The first of them, cut to 200 bytes, to be shown to a person.
    pub first: Option<String>,
}

/// Turns chunks of a growing file into samples.
#[derive(Debug, Default)]
pub struct Reader {
    columns: Option<Columns>,
    /// What has been pushed and is not yet a whole row.
    pending: Vec<u8>,
    /// Quoted fields of the current row with their doubled quotes undone.
    unquoted: Vec<u8>,
    malformed: Malformed,
}

impl Reader {
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what was appended to the file, and hands every whole row to `sink`.
    pub fn push(&mut self, chunk: &[u8], mut sink: impl FnMut(&Sample<'_>)) -> Result<(), HeaderError> {
        self.pending.extend_from_slice(chunk);
        self.drain(false, &mut sink)
    }

    /// Reads a last row that has no line end. Call it when the engine is gone.
    pub fn finish(&mut self, mut sink: impl FnMut(&Sample<'_>)) -> Result<(), HeaderError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.pending.last() != Some(&b'\n') {
            self.pending.push(b'\n');
        }
        self.drain(true, &mut sink)
    }

    pub fn malformed(&self) -> &Malformed {
        &self.malformed
    }

    fn drain(&mut self, last: bool, sink: &mut impl FnMut(&Sample<'_>)) -> Result<(), HeaderError> {
        let mut from = 0;
        if self.columns.is_none() {
            let Some(end) = memchr::memchr(b'\n', &self.pending) else {
                return Ok(());
            };
            self.columns = Some(Columns::read(&self.pending[..end])?);
            from = end + 1;
        }
        let columns = self.columns.as_ref().expect("the header was just read");
        let mut row = Row::default();
        while from < self.pending.len() {
            let rest = &self.pending[from..];
            let length = match row.scan(rest, columns) {
                Scanned::Whole(length) => {
                    match columns.sample(&row, rest, &mut self.unquoted) {
                        Some(sample) => sink(&sample),
                        None if repeats_header(&row, rest) => {}
                        None => self.malformed.add(&rest[..length]),
                    }
                    length
                }
                Scanned::Blank(length) => length,
                Scanned::Malformed(length) => {
                    self.malformed.add(&rest[..length]);
                    length
                }
                Scanned::Partial if last || rest.len() > LONGEST_ROW => {
                    // A quote that never closes: go on behind its first line.
                    let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                    self.malformed.add(&rest[..length]);
                    length
                }
                Scanned::Partial => break,
            };
            from += length;
        }
        self.pending.drain(..from);
        Ok(())
    }
}

impl Malformed {
    fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        self.first.get_or_insert_with(|| {
            String::from_utf8_lossy(&row[..row.len().min(200)])
                .trim_end()
                .to_owned()
        });
    }
}

/// The fields that are read, as places in a [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    TimeStamp,
    Elapsed,
    Label,
    Success,
    Code,
    Message,
    Assertion,
    Bytes,
    SentBytes,
    Users,
    Latency,
    Connect,
    Thread,
    Marker,
}

const FIELDS: [(&str, Field); 14] = [
    ("timeStamp", Field::TimeStamp),
    ("elapsed", Field::Elapsed),
    ("label", Field::Label),
    ("success", Field::Success),
    ("responseCode", Field::Code),
    ("responseMessage", Field::Message),
    ("failureMessage", Field::Assertion),
    ("bytes", Field::Bytes),
    ("sentBytes", Field::SentBytes),
    ("allThreads", Field::Users),
    ("Latency", Field::Latency),
    ("Connect", Field::Connect),
    ("threadName", Field::Thread),
    (MARKER, Field::Marker),
];

/// Where a file has which field.
#[derive(Debug)]
struct Columns {
    delimiter: u8,
    fields: Vec<Option<Field>>,
    has: [bool; FIELDS.len()],
}

impl Columns {
    fn read(line: &[u8]) -> Result<Self, HeaderError> {
        let line = std::str::from_utf8(line).map_err(|_| HeaderError::Unreadable)?;
        let line = line.trim_start_matches('\u{feff}').trim_end_matches('\r');
        let delimiter = [b',', b'\t', b';']
            .into_iter()
            .max_by_key(|d| memchr::memchr_iter(*d, line.as_bytes()).count());
        let delimiter = delimiter.ok_or(HeaderError::Unreadable)?;
        let mut has = [false; FIELDS.len()];
        let fields: Vec<_> = line
            .split(char::from(delimiter))
            .map(|name| {
                let name = name.trim_matches('"');
                let field = FIELDS
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, field)| *field)?;
                // Of two columns with one name the first counts.
                (!std::mem::replace(&mut has[field as usize], true)).then_some(field)
            })
            .collect();
        match FIELDS[..4].iter().find(|(_, field)| !has[*field as usize]) {
            Some((name, _)) => Err(HeaderError::Missing(name)),
            None => Ok(Self {
                delimiter,
                fields,
                has,
            }),
        }
    }

    fn sample<'a>(&self, row: &Row, bytes: &'a [u8], unquoted: &'a mut Vec<u8>) -> Option<Sample<'a>> {
        let spans = row.unquote(bytes, unquoted);
        let text = |field: Field| spans.text(field, bytes, unquoted);
        let number = |field: Field| number(text(field));
        let optional = |field: Field| {
            if self.has[field as usize] {
                number(field).map(Some)
            } else {
                Some(None)
            }
        };
        let millis = |field: Field| optional(field).map(|value| value.map(micros));
        let code = text(Field::Code);
        // Where no answer came JMeter's body is the trace of its own exception.
        let was_answered = !code.starts_with(b"Non HTTP response code");
        let elapsed = number(Field::Elapsed)?;
        Some(Sample {
            end_ms: number(Field::TimeStamp)?.checked_add(elapsed.max(0))?,
            label: text(Field::Label),
            elapsed: micros(elapsed),
            ttfb: millis(Field::Latency)?,
            connect: millis(Field::Connect)?,
            success: boolean(text(Field::Success))?,
            code,
            message: text(Field::Message),
            assertion: text(Field::Assertion),
            bytes_received: optional(Field::Bytes)?
                .filter(|_| was_answered)
                .map_or(0, |bytes| bytes.max(0) as u64),
            bytes_sent: optional(Field::SentBytes)?.map_or(0, |bytes| bytes.max(0) as u64),
            virtual_users: optional(Field::Users)?
                .map(|users| u32::try_from(users.max(0)).unwrap_or(u32::MAX)),
            thread: text(Field::Thread),
            kind: Kind::from_marker(text(Field::Marker)),
        })
    }
}

/// An engine that opens its file again writes the header again.
fn repeats_header(row: &Row, bytes: &[u8]) -> bool {
    row.raw(Field::TimeStamp, bytes) == b"timeStamp"
}

/// Milliseconds as microseconds. A clock that was set back makes JMeter write negative times, which count as 0.
fn micros(ms: i64) -> u64 {
    (ms.max(0) as u64).saturating_mul(1_000)
}

#[inline]
fn number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

#[inline]
fn boolean(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
