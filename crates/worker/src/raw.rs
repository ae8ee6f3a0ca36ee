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
}

impl Default for Parts {
    fn default() -> Self {
        // The fastest level: the worker must cost little beside the engine, and rows compress well at any.
        Self {
            encoder: GzEncoder::new(Vec::new(), Compression::fast()),
        }
    }
}

impl Parts {
    /// Adds rows; answers a part once one is full.
    pub fn add(&mut self, rows: &[u8]) -> io::Result<Option<Bytes>> {
        self.encoder.write_all(rows)?;
        let full = self.encoder.get_ref().len() >= PART;
        Ok(full.then(|| std::mem::take(self.encoder.get_mut()).into()))
    }

    /// The end of the stream, which may be of any size.
    pub fn finish(self) -> io::Result<Bytes> {
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
            if let Some(part) = parts.add(&chunk).unwrap() {
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
}
