//! The bytes of objects: one file each, never changed, named by an id and never by a key.

use std::{
    collections::HashMap,
    io::{self, ErrorKind, SeekFrom},
    ops::Range,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use serde::{Deserialize, Serialize};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufWriter},
};
use ulid::Ulid;

/// Bytes that are read or written at once. More would cost memory per request, less would cost time.
const CHUNK: usize = 256 * 1024;

/// A file of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blob {
    pub id: Ulid,
    /// In bytes.
    pub size: u64,
}

/// The folder of blobs.
#[derive(Debug)]
pub(super) struct Blobs {
    folder: PathBuf,
    held: Mutex<HashMap<Ulid, Held>>,
}

#[derive(Debug, Default)]
struct Held {
    readers: usize,
    discarded: bool,
}

impl Blobs {
    pub fn open(folder: PathBuf) -> io::Result<Arc<Self>> {
        std::fs::create_dir_all(&folder)?;
        Ok(Arc::new(Self {
            folder,
            held: Mutex::default(),
        }))
    }

    /// Starts a new blob.
    pub async fn draft(self: &Arc<Self>) -> io::Result<Draft> {
        let id = Ulid::generate();
        let file = File::options()
            .create_new(true)
            .write(true)
            .open(self.path(id))
            .await?;
        Ok(Draft {
            blobs: Arc::clone(self),
            id,
            size: 0,
            file: BufWriter::with_capacity(CHUNK, file),
            kept: false,
        })
    }

    /// Keeps blobs on the disk as long as the lease lives, discarded or not.
    pub fn lease(self: &Arc<Self>, blobs: &[Blob]) -> Lease {
        let mut held = self.held.lock().expect("no holder panics");
        for blob in blobs {
            held.entry(blob.id).or_default().readers += 1;
        }
        Lease {
            blobs: Arc::clone(self),
            ids: blobs.iter().map(|blob| blob.id).collect(),
        }
    }

    /// Deletes blobs that no object has any more, those that are being read a little later.
    pub fn discard(&self, blobs: &[Blob]) {
        let mut held = self.held.lock().expect("no holder panics");
        for blob in blobs {
            match held.get_mut(&blob.id) {
                Some(held) => held.discarded = true,
                None => self.delete(blob.id),
            }
        }
    }

    /// Deletes what a crash left behind: every file that is not `known`. Returns how many there were.
    pub fn sweep(&self, known: impl Fn(Ulid) -> bool) -> io::Result<usize> {
        let mut swept = 0;
        for file in std::fs::read_dir(&self.folder)? {
            let file = file?;
            let id = file
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<Ulid>().ok());
            if !id.is_some_and(&known) {
                std::fs::remove_file(file.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn path(&self, id: Ulid) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// A blob that cannot be deleted now is deleted by the next sweep.
    fn delete(&self, id: Ulid) {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%id, %error, "a blob could not be deleted");
            }
            _ => {}
        }
    }
}

/// A blob in the making. Unless it is kept, it is gone when it is dropped.
#[derive(Debug)]
pub(super) struct Draft {
    blobs: Arc<Blobs>,
    id: Ulid,
    size: u64,
    file: BufWriter<File>,
    kept: bool,
}

impl Draft {
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Makes the bytes, and the file's name, outlast a crash.
    pub async fn sync(&mut self) -> io::Result<Blob> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        File::open(&self.blobs.folder).await?.sync_all().await?;
        Ok(Blob {
            id: self.id,
            size: self.size,
        })
    }

    /// To be called once the index has the blob.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            self.blobs.delete(self.id);
        }
    }
}

/// A reader's hold on blobs.
#[derive(Debug)]
pub(super) struct Lease {
    blobs: Arc<Blobs>,
    ids: Vec<Ulid>,
}

impl Lease {
    /// Streams a range of the bytes that `blobs`, one after the other, hold.
    pub fn read(
        self,
        blobs: Vec<Blob>,
        range: Range<u64>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
        async_stream::try_stream! {
            let mut start = 0;
            for blob in blobs {
                let within = range.start.max(start)..range.end.min(start + blob.size);
                if !within.is_empty() {
                    let mut file = File::open(self.blobs.path(blob.id)).await?;
                    file.seek(SeekFrom::Start(within.start - start)).await?;
                    let mut rest = within.end - within.start;
                    while rest > 0 {
                        let wanted = usize::try_from(rest).unwrap_or(CHUNK).min(CHUNK);
                        let mut chunk = BytesMut::zeroed(wanted);
                        file.read_exact(&mut chunk).await?;
                        rest -= wanted as u64;
                        yield chunk.freeze();
                    }
                }
                start += blob.size;
            }
            drop(self);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut held = self.blobs.held.lock().expect("no holder panics");
        for id in &self.ids {
            let Some(one) = held.get_mut(id) else { continue };
            one.readers -= 1;
            if one.readers == 0 {
                let discarded = one.discarded;
                held.remove(id);
                if discarded {
                    self.blobs.delete(*id);
                }
            }
        }
    }
}
