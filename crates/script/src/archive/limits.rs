use std::io::{self, Read, Write};

use model::said;

use super::Error;

/// How much an archive may hold. What is declared is checked first, what is inflated in any case.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub entries: usize,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files.
    pub total: u64,
    /// How many times larger than its compressed bytes a file may be…
    pub ratio: u64,
    /// …once it is larger than this, in bytes.
    pub ratio_from: u64,
}

impl Default for Limits {
    /// An upload has at most 500 MB. Deflate reaches 1:1032; data files seldom pass 1:50.
    fn default() -> Self {
        Self {
            entries: 10_000,
            file: 1 << 30,
            total: 2 << 30,
            ratio: 200,
            ratio_from: 16 << 20,
        }
    }
}

impl Limits {
    pub(super) fn file_too_large(&self, name: &str) -> Error {
        Error::TooLarge(said!(
            "ARCHIVE_FILE_BYTES",
            "`{}` has more than {} bytes",
            name,
            self.file
        ))
    }

    pub(super) fn check_declared(
        &self,
        name: &str,
        size: u64,
        compressed: u64,
        total: &mut u64,
    ) -> Result<(), Error> {
        *total = total.saturating_add(size);
        self.check(name, size, compressed, *total)
    }

    pub(super) fn meter(&self) -> Meter {
        Meter {
            limits: *self,
            total: 0,
        }
    }

    fn check(&self, name: &str, size: u64, compressed: u64, total: u64) -> Result<(), Error> {
        if size > self.file {
            return Err(self.file_too_large(name));
        }
        if total > self.total {
            return Err(Error::TooLarge(said!(
                "ARCHIVE_BYTES",
                "the archive has more than {} bytes when it is unpacked",
                self.total
            )));
        }
        if size > self.ratio_from && size / self.ratio > compressed {
            return Err(Error::TooLarge(said!(
                "ARCHIVE_RATIO",
                "`{}` is packed more than {} times, as in a zip bomb",
                name,
                self.ratio
            )));
        }
        Ok(())
    }
}

/// What has been inflated so far.
pub(super) struct Meter {
    limits: Limits,
    total: u64,
}

impl Meter {
    /// Copies a file and stops at the first byte too many.
    pub(super) fn copy(
        &mut self,
        name: &str,
        compressed: u64,
        from: &mut impl Read,
        to: &mut impl Write,
    ) -> Result<(), Error> {
        let mut buffer = vec![0; 64 * 1024];
        let mut size = 0;
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(Error::Zip(zip::result::ZipError::Io(error)));
                }
                Err(error) => return Err(error.into()),
            };
            size += read as u64;
            self.total += read as u64;
            self.limits.check(name, size, compressed, self.total)?;
            to.write_all(&buffer[..read])?;
        }
    }
}
