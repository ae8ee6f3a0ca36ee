//! From the segments of a run to its stored result.

use std::{
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom},
    path::PathBuf,
};

use aws::{Gateways, objects::keys};
use futures::{StreamExt, TryStreamExt, stream};
use metrics::{
    merge::{self, Merged, Merger, SegmentRef},
    results::Results,
    store::{Fetch, Index, Query, StoreError},
};
use model::{
    run::{Run, Warning},
    said,
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::{runtime::Handle, task::spawn_blocking};

use crate::Error;

/// A merged run: the index in memory, the data in files that go when this does.
pub(crate) struct Merge {
    pub merged: Merged,
    folder: TempDir,
}

/// What a result is made of.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    segments: Vec<SegmentRef>,
}

/// Segments that are fetched at the same time.
const FETCHED_AT_ONCE: usize = 16;

/// Merges the segments that the manifest names, which this freezes if nobody has. `None` when there are none.
pub(crate) async fn merge(gateways: &Gateways, run: &Run) -> Result<Option<Merge>, Error> {
    let segments = frozen(gateways, run).await?;
    if segments.is_empty() {
        return Ok(None);
    }
    let mut merge = merge_segments(gateways, run, segments).await?;
    for fault in &merge.merged.faults {
        tracing::error!(run_id = %run.run_id, key = fault.key, error = %fault.error, "a part of a segment is left out");
        let said = said!(
            "SEGMENT_PART_LEFT_OUT",
            "a part of {} is left out: {}",
            fault.key,
            fault.error
        );
        merge.merged.warnings.push(Warning::new("SEGMENT_DAMAGED", said));
    }
    Ok(Some(merge))
}

/// Merges these segments, which are sorted.
pub(crate) async fn merge_segments(
    gateways: &Gateways,
    run: &Run,
    segments: Vec<SegmentRef>,
) -> Result<Merge, Error> {
    let (gateways, run) = (gateways.clone(), run.clone());
    on_a_thread(move || async move { add_segments(&gateways, &run, &segments).await }).await
}

/// Merges stored results, each given by its folder, into one.
pub(crate) async fn merge_parts(gateways: &Gateways, run: &Run, parts: Vec<String>) -> Result<Merge, Error> {
    let (gateways, run) = (gateways.clone(), run.clone());
    on_a_thread(move || async move { add_parts(&gateways, &run, &parts).await }).await
}

/// Merging is long work for one processor: on a thread of its own it holds nobody up.
async fn on_a_thread<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Result<T, Error>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>>,
{
    let runtime = Handle::current();
    match spawn_blocking(move || runtime.block_on(work())).await {
        Ok(outcome) => outcome,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

async fn add_segments(gateways: &Gateways, run: &Run, segments: &[SegmentRef]) -> Result<Merge, Error> {
    let (mut merger, folder) = open(run)?;
    for window in merge::windows(segments, merge::WINDOW_SECONDS) {
        merger.open(window.seconds);
        let mut fetched = fetch(
            gateways,
            window.segments.iter().map(|place| segments[*place].key.clone()),
        );
        while let Some((key, bytes)) = fetched.try_next().await? {
            merger.add(&key, &bytes);
        }
        merger.close().map_err(aws::Error::from)?;
    }
    let reports = segments.iter().filter(|segment| segment.from == segment.to);
    let mut fetched = fetch(gateways, reports.map(|segment| segment.key.clone()));
    while let Some((key, bytes)) = fetched.try_next().await? {
        merger.note(&key, &bytes);
    }
    let merged = merger.finish().map_err(aws::Error::from)?;
    Ok(Merge { merged, folder })
}

async fn add_parts(gateways: &Gateways, run: &Run, parts: &[String]) -> Result<Merge, Error> {
    let objects = &gateways.objects;
    let mut indices = Vec::new();
    for part in parts {
        let index = objects.get(&format!("{part}{}", keys::INDEX)).await?;
        indices.push((
            format!("{part}{}", keys::LABELS),
            Index::decode(&index).map_err(damaged)?,
        ));
    }
    let (mut merger, folder) = open(run)?;
    let end = indices
        .iter()
        .map(|(_, index)| index.seconds.end)
        .max()
        .unwrap_or(0);
    let begin = indices
        .iter()
        .map(|(_, index)| index.seconds.start)
        .min()
        .unwrap_or(end);
    for window in begin / merge::WINDOW_SECONDS..end.div_ceil(merge::WINDOW_SECONDS) {
        merger.open(window * merge::WINDOW_SECONDS..(window + 1) * merge::WINDOW_SECONDS);
        for (labels, index) in &indices {
            merger.add_part_gauges(index);
            for fetch in merger.part_fetches(index) {
                let bytes = objects.get_range(labels, fetch.bytes.clone()).await?;
                merger.add_part(labels, index, &fetch, &bytes).map_err(damaged)?;
            }
        }
        merger.close().map_err(aws::Error::from)?;
    }
    let merged = merger.finish().map_err(aws::Error::from)?;
    Ok(Merge { merged, folder })
}

/// Keeps the data files, and last the results: where there are results, everything is there.
pub(crate) async fn keep(
    gateways: &Gateways,
    run: &Run,
    merge: &Merge,
    results: &Results,
) -> Result<(), Error> {
    merge.store(gateways, &keys::result(run.run_id, "")).await?;
    let key = keys::result(run.run_id, keys::RESULTS);
    gateways.objects.put_once(&key, json(results)?).await?;
    Ok(())
}

type Files = Merger<BufWriter<File>>;

/// A merge whose data go to files of a folder that goes with it.
fn open(run: &Run) -> Result<(Files, TempDir), Error> {
    let folder = tempfile::tempdir().map_err(aws::Error::from)?;
    let create = |name: &str| {
        File::create(folder.path().join(name))
            .map(BufWriter::new)
            .map_err(aws::Error::from)
    };
    let resolution = run
        .plan
        .as_ref()
        .map_or(1, |plan| plan.resolution.as_ms() / 1_000);
    let resolution = u32::try_from(resolution).unwrap_or(1);
    let merger = Merger::new(resolution, create(keys::TOTALS)?, create(keys::LABELS)?);
    Ok((merger, folder))
}

impl Merge {
    pub fn requests(&self) -> u64 {
        self.merged
            .workers
            .iter()
            .map(|worker| worker.report.requests)
            .sum()
    }

    pub fn interrupted(&self) -> u64 {
        let workers = self.merged.workers.iter();
        workers.map(|worker| worker.report.interrupted).sum()
    }

    /// Writes the data files below a prefix, and then the index that makes sense of them.
    pub async fn store(&self, gateways: &Gateways, prefix: &str) -> Result<(), Error> {
        let objects = &gateways.objects;
        for name in [keys::TOTALS, keys::LABELS] {
            objects
                .upload(&format!("{prefix}{name}"), &self.path(name))
                .await?;
        }
        objects
            .put(&format!("{prefix}{}", keys::INDEX), self.merged.index.encode())
            .await?;
        Ok(())
    }

    /// Gives the query what it asks of the data.
    pub fn answer(&self, query: &mut Query) -> Result<(), Error> {
        let index = &self.merged.index;
        let mut file = File::open(self.path(keys::LABELS)).map_err(aws::Error::from)?;
        for fetch in query.fetches(index) {
            let bytes = read(&mut file, &fetch).map_err(aws::Error::from)?;
            // One by one: all of it would not fit into memory.
            query.add(index, &[(fetch, bytes)]).map_err(damaged)?;
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

async fn frozen(gateways: &Gateways, run: &Run) -> Result<Vec<SegmentRef>, Error> {
    let (objects, key) = (&gateways.objects, keys::result(run.run_id, keys::MANIFEST));
    let mut segments: Vec<SegmentRef> = objects
        .list(&keys::workers(run.run_id))
        .await?
        .iter()
        .filter_map(|object| SegmentRef::from_key(&object.key))
        .collect();
    segments.sort();
    objects.put_once(&key, json(&Manifest { segments })?).await?;
    let manifest = objects.get(&key).await?;
    let manifest: Manifest = serde_json::from_slice(&manifest).map_err(unreadable)?;
    Ok(manifest.segments)
}

/// Objects with their keys, in the order of the keys.
fn fetch(
    gateways: &Gateways,
    keys: impl Iterator<Item = String>,
) -> impl futures::TryStream<Ok = (String, bytes::Bytes), Error = Error> + Unpin {
    let objects = gateways.objects.clone();
    let fetches = keys.map(move |key| {
        let objects = objects.clone();
        async move {
            let bytes = objects.get(&key).await?;
            Ok::<_, Error>((key, bytes))
        }
    });
    Box::pin(stream::iter(fetches.collect::<Vec<_>>()).buffered(FETCHED_AT_ONCE))
}

fn read(file: &mut File, fetch: &Fetch) -> std::io::Result<Vec<u8>> {
    let length = usize::try_from(fetch.bytes.end - fetch.bytes.start).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(fetch.bytes.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damaged(error: StoreError) -> Error {
    Error::Aws(aws::Error::Unreadable {
        what: "a merged result".into(),
        source: Box::new(error),
    })
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Aws(aws::Error::Unreadable {
        what: "a document of the result".into(),
        source: Box::new(error),
    })
}
