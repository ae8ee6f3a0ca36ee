//! What leaves the worker for the bucket: segments and the raw rows while the load runs, artifacts at the end.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws::{
    Error,
    objects::{
        Objects, keys,
        multipart::{Multipart, Part},
    },
    workers::Seat,
};
use bytes::Bytes;
use metrics::segment::Encoded;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::patience::{GaveUp, Patience};

/// The raw rows, among the artifacts.
pub const RAW: &str = "kpi.jtl.gz";
/// Of a log that is longer the last so many bytes are uploaded.
pub const LARGEST_ARTIFACT: u64 = 32 << 20;

/// Raw parts, of 8 MB each, that wait in memory while S3 is away; rows that come meanwhile are left out.
const MOST_WAITING: usize = 8;

/// A queue of segments and one of raw parts, each in order and each at its own pace.
#[derive(Debug)]
pub struct Uploads {
    segments: mpsc::UnboundedSender<Segment>,
    raw: mpsc::UnboundedSender<Bytes>,
    waiting: Arc<AtomicUsize>,
    uploaded: watch::Receiver<Uploaded>,
    tasks: [JoinHandle<Result<(), GaveUp>>; 2],
}

/// A segment with what it completes.
#[derive(Debug)]
pub struct Segment {
    pub encoded: Encoded,
    /// Seconds from `startAt` that are complete once this segment, and those before it, are uploaded.
    pub complete_until: u32,
}

/// How far the segments are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Uploaded {
    pub segments: u32,
    pub complete_until: u32,
}

impl Uploads {
    /// Starts with nothing to upload. What cannot be uploaded waits in memory while the patience lasts: all segments,
    /// which are small, and raw parts while there is room.
    pub fn start(objects: &Objects, seat: &Seat, patience: &Patience) -> Self {
        let (segments, queue) = mpsc::unbounded_channel();
        let (raw, parts) = mpsc::unbounded_channel();
        let (report, uploaded) = watch::channel(Uploaded::default());
        let waiting = Arc::new(AtomicUsize::new(0));
        let tasks = [
            tokio::spawn(put_segments(
                objects.clone(),
                seat.clone(),
                patience.clone(),
                queue,
                report,
            )),
            tokio::spawn(put_raw(
                objects.clone(),
                seat.clone(),
                patience.clone(),
                parts,
                Arc::clone(&waiting),
            )),
        ];
        Self {
            segments,
            raw,
            waiting,
            uploaded,
            tasks,
        }
    }

    pub fn segment(&self, segment: Segment) {
        if self.segments.send(segment).is_err() {
            tracing::warn!("a segment came after the uploads had been given up");
        }
    }

    /// The next part of the raw rows; every part but the last is as large as S3 wants it.
    pub fn raw(&self, part: Bytes) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.raw.send(part).is_err() {
            tracing::warn!("raw rows came after the uploads had been given up");
        }
    }

    /// Whether more raw parts may come.
    pub fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < MOST_WAITING
    }

    pub fn uploaded(&self) -> Uploaded {
        *self.uploaded.borrow()
    }

    /// Waits until all is uploaded, or the patience is over.
    pub async fn finish(self) -> Result<Uploaded, GaveUp> {
        drop((self.segments, self.raw));
        for task in self.tasks {
            task.await
                .expect("an upload task neither panics nor is aborted")?;
        }
        Ok(*self.uploaded.borrow())
    }
}

async fn put_segments(
    objects: Objects,
    seat: Seat,
    patience: Patience,
    mut queue: mpsc::UnboundedReceiver<Segment>,
    report: watch::Sender<Uploaded>,
) -> Result<(), GaveUp> {
    while let Some(Segment {
        encoded,
        complete_until,
    }) = queue.recv().await
    {
        let key = keys::segment(seat.run_id, &seat.region, seat.index, encoded.name);
        let bytes = Bytes::from(encoded.bytes);
        patience
            .retry("a segment", || objects.put(&key, bytes.clone()))
            .await?;
        report.send_modify(|uploaded| {
            uploaded.segments += 1;
            uploaded.complete_until = complete_until;
        });
    }
    Ok(())
}

async fn put_raw(
    objects: Objects,
    seat: Seat,
    patience: Patience,
    mut queue: mpsc::UnboundedReceiver<Bytes>,
    waiting: Arc<AtomicUsize>,
) -> Result<(), GaveUp> {
    let key = keys::artifact(seat.run_id, &seat.region, seat.index, RAW);
    let mut upload: Option<(Multipart, Vec<Part>)> = None;
    while let Some(bytes) = queue.recv().await {
        let (multipart, parts) = match &mut upload {
            Some(upload) => upload,
            None => {
                let begun = patience.retry("the raw rows", || objects.begin(&key)).await?;
                upload.insert((begun, Vec::new()))
            }
        };
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        let put = || objects.upload_part(multipart, number, bytes.clone());
        parts.push(patience.retry("raw rows", put).await?);
        waiting.fetch_sub(1, Ordering::Relaxed);
    }
    if let Some((multipart, parts)) = &upload {
        let complete = || complete(&objects, multipart, parts);
        patience.retry("the raw rows", complete).await?;
    }
    Ok(())
}

/// Completes an upload. One that is gone was completed already: by a call whose answer was lost, or by who cleans up.
async fn complete(objects: &Objects, multipart: &Multipart, parts: &[Part]) -> Result<(), Error> {
    match objects.complete(multipart, parts).await {
        Err(Error::NotFound(_)) => Ok(()),
        outcome => outcome,
    }
}

/// Uploads one file under its name, the end of it if it is long. One that is not there is left out.
pub async fn artifact(
    objects: &Objects,
    seat: &Seat,
    patience: &Patience,
    name: &str,
    path: &Path,
) -> Result<(), GaveUp> {
    let bytes = match end_of(path).await {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => {
            tracing::info!(path = %path.display(), %error, "an artifact is missing");
            return Ok(());
        }
    };
    let key = keys::artifact(seat.run_id, &seat.region, seat.index, name);
    patience.retry(name, || objects.put(&key, bytes.clone())).await
}

async fn end_of(path: &Path) -> std::io::Result<Vec<u8>> {
    use tokio::io::{AsyncReadExt, AsyncSeekExt};
    let mut file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    file.seek(std::io::SeekFrom::Start(length.saturating_sub(LARGEST_ARTIFACT)))
        .await?;
    let mut bytes = Vec::new();
    file.take(LARGEST_ARTIFACT).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
