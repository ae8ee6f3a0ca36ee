//! The raw rows as one gzip stream, cut into the parts of an upload.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// S3 takes no smaller part except the last, and at most 10,000 of them: with this size up to 80 GB compressed.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const PART: usize = 8 << 20;

/// Compresses rows and hands out the stream in parts.
#[derive(Debug)]
pub struct Parts {
    encoder: GzEncoder<Vec<u8>>,
    /// The begin of a row whose end was not read yet.
    begun: Vec<u8>,
    left_out: u64,
}

impl Default for Parts {
    fn default() -> Self {
        // The fastest level: the worker must cost little beside the engine, and rows compress well at any.
        Self {
            encoder: GzEncoder::new(Vec::new(), Compression::fast()),
            begun: Vec::new(),
            left_out: 0,
        }
    }
}

impl Parts {
    /// Adds what was read, which may end within a row; answers a part once one is full. Where there is no room for more
    /// parts, the rows that end in it are left out, whole.
    pub fn add(&mut self, read: &[u8], has_room: bool) -> io::Result<Option<Bytes>> {
        let end = memchr::memrchr(b'\n', read).map_or(0, |newline| newline + 1);
        let (ended, begun) = read.split_at(end);
        if !ended.is_empty() {
            if has_room {
                self.encoder.write_all(&self.begun)?;
                self.encoder.write_all(ended)?;
            } else {
                self.left_out += memchr::memchr_iter(b'\n', ended).count() as u64;
            }
            self.begun.clear();
        }
        self.begun.extend_from_slice(begun);
        let full = self.encoder.get_ref().len() >= PART;
        Ok(full.then(|| std::mem::take(self.encoder.get_mut()).into()))
    }

    /// How many rows were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The end of the stream, which may be of any size.
    pub fn finish(mut self) -> io::Result<Bytes> {
        self.encoder.write_all(&self.begun)?;
        self.encoder.finish().map(Bytes::from)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_parts_are_one_stream() {
        let mut state = 7_u64;
        let mut parts = Parts::default();
        let (mut rows, mut stream, mut count) = (Vec::new(), Vec::new(), 0);
        while count < 2 {
            // Hardly compressible, so that parts fill.
            let chunk: Vec<u8> = (0..50_000)
                .flat_map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 32).to_le_bytes()
                })
                .collect();
            if let Some(part) = parts.add(&chunk, true).unwrap() {
                assert!(part.len() >= PART);
                stream.extend_from_slice(&part);
                count += 1;
            }
            rows.extend_from_slice(&chunk);
        }
        stream.extend_from_slice(&parts.finish().unwrap());
        let mut read = Vec::new();
        GzDecoder::new(stream.as_slice()).read_to_end(&mut read).unwrap();
        assert!(read == rows);
    }

    #[test]
    fn what_finds_no_room_is_left_out_by_whole_rows() {
        let mut parts = Parts::default();
        for (read, has_room) in [
            ("header\none\ntw", true),
            ("o\nthr", false),
            ("ee", false),
            ("\nfour\nfi", true),
            ("ve\nsix", false),
        ] {
            assert_eq!(parts.add(read.as_bytes(), has_room).unwrap(), None);
        }
        assert_eq!(parts.left_out(), 2);
        let mut kept = String::new();
        let stream = parts.finish().unwrap();
        GzDecoder::new(stream.as_ref()).read_to_string(&mut kept).unwrap();
        assert_eq!(kept, "header\none\nthree\nfour\nsix");
    }
}
