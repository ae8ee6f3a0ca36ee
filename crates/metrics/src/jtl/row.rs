//! Splits one row of CSV into the fields that are read.

use memchr::{memchr, memchr2};

use super::{Columns, FIELDS, Field};

/// What was found at the head of the bytes.
pub(super) enum Scanned {
    /// A row of so many bytes, line end included.
    Whole(usize),
    /// A line without anything.
    Blank(usize),
    /// So many bytes that are no row of this file.
    Malformed(usize),
    /// The begin of a row.
    Partial,
}

/// Where the fields of the row that was scanned last lie.
#[derive(Debug, Default)]
pub(super) struct Row {
    spans: Spans,
    /// Whether any field that is read has doubled quotes.
    quotes: bool,
}

/// A piece of the row, or of its unquoted fields.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    from: usize,
    to: usize,
    /// It has doubled quotes, or, after [`Row::unquote`], lies among the unquoted.
    quoted: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spans([Span; FIELDS.len()]);

impl Spans {
    pub(super) fn text<'a>(&self, field: Field, bytes: &'a [u8], unquoted: &'a [u8]) -> &'a [u8] {
        let span = self.0[field as usize];
        let source = if span.quoted { unquoted } else { bytes };
        &source[span.from..span.to]
    }
}

impl Row {
    /// Splits the row at the head of `bytes`.
    pub(super) fn scan(&mut self, bytes: &[u8], columns: &Columns) -> Scanned {
        match bytes {
            [b'\n', ..] => return Scanned::Blank(1),
            [b'\r', b'\n', ..] => return Scanned::Blank(2),
            _ => {}
        }
        self.quotes = false;
        let (mut at, mut column) = (0, 0);
        loop {
            let (span, end) = if bytes.get(at) == Some(&b'"') {
                let Some((span, end)) = quoted_field(bytes, at + 1) else {
                    return Scanned::Partial;
                };
                let end = if bytes.get(end) == Some(&b'\r') {
                    end + 1
                } else {
                    end
                };
                match bytes.get(end) {
                    None => return Scanned::Partial,
                    Some(byte) if *byte == b'\n' || *byte == columns.delimiter => (span, end),
                    Some(_) => return malformed(bytes, at),
                }
            } else {
                let Some(length) = memchr2(columns.delimiter, b'\n', &bytes[at..]) else {
                    return Scanned::Partial;
                };
                let end = at + length;
                let cut = usize::from(bytes[end] == b'\n' && length > 0 && bytes[end - 1] == b'\r');
                (
                    Span {
                        from: at,
                        to: end - cut,
                        quoted: false,
                    },
                    end,
                )
            };
            if let Some(Some(field)) = columns.fields.get(column) {
                self.quotes |= span.quoted;
                self.spans.0[*field as usize] = span;
            }
            column += 1;
            at = end + 1;
            if bytes[end] == b'\n' {
                let whole = column == columns.fields.len();
                return if whole {
                    Scanned::Whole(at)
                } else {
                    Scanned::Malformed(at)
                };
            }
        }
    }

    /// A field as it stands in the row.
    pub(super) fn raw<'a>(&self, field: Field, bytes: &'a [u8]) -> &'a [u8] {
        let span = self.spans.0[field as usize];
        &bytes[span.from..span.to]
    }

    /// Undoes doubled quotes into `out`, and answers where every field is then.
    #[inline]
    pub(super) fn unquote(&self, bytes: &[u8], out: &mut Vec<u8>) -> Spans {
        let mut spans = self.spans;
        if !self.quotes {
            return spans;
        }
        out.clear();
        for span in spans.0.iter_mut().filter(|span| span.quoted) {
            let from = out.len();
            let mut rest = &bytes[span.from..span.to];
            while let Some(quote) = memchr(b'"', rest) {
                out.extend_from_slice(&rest[..=quote]);
                // The scan has seen that a second quote follows.
                rest = &rest[quote + 2..];
            }
            out.extend_from_slice(rest);
            *span = Span {
                from,
                to: out.len(),
                quoted: true,
            };
        }
        spans
    }
}

/// The inside of a quoted field that begins at `from`, and the place behind its closing quote. `None` while it is open.
fn quoted_field(bytes: &[u8], from: usize) -> Option<(Span, usize)> {
    let (mut at, mut quoted) = (from, false);
    loop {
        let quote = at + memchr(b'"', &bytes[at..])?;
        match bytes.get(quote + 1) {
            // The second quote of a pair may not have been written yet.
            None => return None,
            Some(b'"') => {
                quoted = true;
                at = quote + 2;
            }
            Some(_) => {
                return Some((
                    Span {
                        from,
                        to: quote,
                        quoted,
                    },
                    quote + 1,
                ));
            }
        }
    }
}

/// Gives up on the line in which the field at `at` begins.
fn malformed(bytes: &[u8], at: usize) -> Scanned {
    memchr(b'\n', &bytes[at..]).map_or(Scanned::Partial, |end| Scanned::Malformed(at + end + 1))
}
