//! Reading a file while another process writes it, and giving its disk space back behind the reader.

use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rustix::fs::{FallocateFlags, fallocate};

/// Holes begin and end at these, in bytes: file systems free whole blocks.
const BLOCK: u64 = 1 << 20;

/// A file that grows.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    /// Absent until the file exists.
    file: Option<File>,
    offset: u64,
    /// Up to here the disk space was given back.
    freed: u64,
    /// So many bytes behind the reader are kept, for others that read the same file.
    margin: u64,
}

impl Tail {
    /// Follows the file at `path`, which need not exist yet, keeping `margin` bytes behind the reader on disk.
    pub fn new(path: &Path, margin: u64) -> Self {
        Self {
            path: path.to_owned(),
            file: None,
            offset: 0,
            freed: 0,
            margin,
        }
    }

    /// Reads what was added, at most `buffer` full; 0 when there is nothing new. A chunk ends anywhere, also within a line.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let offset = self.offset;
        let Some(file) = self.file()? else {
            return Ok(0);
        };
        let read = file.read_at(buffer, offset)?;
        self.offset += read as u64;
        Ok(read)
    }

    /// Takes what is there for read.
    pub fn catch_up(&mut self) -> io::Result<()> {
        if let Some(file) = self.file()? {
            self.offset = file.metadata()?.len();
        }
        Ok(())
    }

    fn file(&mut self) -> io::Result<Option<&File>> {
        if self.file.is_none() {
            match File::options().read(true).write(true).open(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(self.file.as_ref())
    }

    /// Gives back the disk space of what was read, except the margin. Not every file system can; then disk use grows.
    pub fn free(&mut self) -> io::Result<()> {
        let end = self.offset.saturating_sub(self.margin) / BLOCK * BLOCK;
        let Some(file) = self.file.as_ref().filter(|_| end > self.freed) else {
            return Ok(());
        };
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        fallocate(file, flags, self.freed, end - self.freed)?;
        self.freed = end;
        Ok(())
    }

    /// How many bytes were read.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::fs::MetadataExt};

    use super::*;

    #[test]
    fn what_is_added_is_read_once_and_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kpi.jtl");
        let mut tail = Tail::new(&path, 0);
        let mut buffer = [0; 4];
        assert_eq!(tail.read(&mut buffer).unwrap(), 0);
        let mut file = File::create(&path).unwrap();
        let mut got = Vec::new();
        for piece in ["one\nt", "", "wo", "\n"] {
            file.write_all(piece.as_bytes()).unwrap();
            loop {
                match tail.read(&mut buffer).unwrap() {
                    0 => break,
                    read => got.extend_from_slice(&buffer[..read]),
                }
            }
        }
        assert_eq!(got, b"one\ntwo\n");
        assert_eq!(tail.offset(), 8);
    }

    #[test]
    fn the_disk_behind_the_reader_is_freed_but_for_the_margin() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kpi.jtl");
        let size = 8 * BLOCK as usize;
        std::fs::write(&path, vec![b'x'; size]).unwrap();
        File::open(&path).unwrap().sync_all().unwrap();
        let before = path.metadata().unwrap().blocks() * 512;
        let mut tail = Tail::new(&path, 2 * BLOCK);
        let mut buffer = vec![0; size];
        assert_eq!(tail.read(&mut buffer).unwrap(), size);
        tail.free().unwrap();
        let after = path.metadata().unwrap();
        assert_eq!(after.len(), size as u64);
        assert_eq!(before - after.blocks() * 512, 6 * BLOCK);
        let rest = std::fs::read(&path).unwrap();
        assert!(rest[6 * BLOCK as usize..].iter().all(|byte| *byte == b'x'));
    }

    #[test]
    fn a_log_that_nobody_reads_keeps_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jmeter.log");
        let mut log = Tail::new(&path, 2 * BLOCK);
        log.catch_up().and_then(|()| log.free()).unwrap();
        let mut file = File::create(&path).unwrap();
        for _ in 0..3 {
            file.write_all(&vec![b'x'; 4 * BLOCK as usize]).unwrap();
            file.sync_all().unwrap();
            log.catch_up().and_then(|()| log.free()).unwrap();
            let kept = path.metadata().unwrap().blocks() * 512;
            assert!((2 * BLOCK..3 * BLOCK).contains(&kept), "{kept}");
        }
        let text = std::fs::read(&path).unwrap();
        assert!(text[10 * BLOCK as usize..].iter().all(|byte| *byte == b'x'));
    }
}
