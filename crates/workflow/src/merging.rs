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
    store::{Fetch, Query},
};
use model::run::{Run, Warning};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

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
    let mut merger = Merger::new(resolution, create(keys::TOTALS)?, create(keys::LABELS)?);
    for window in merge::windows(&segments, merge::WINDOW_SECONDS) {
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
    let mut merged = merger.finish().map_err(aws::Error::from)?;
    for fault in &merged.faults {
        tracing::error!(run_id = %run.run_id, key = fault.key, error = %fault.error, "a part of a segment is left out");
        merged.warnings.push(Warning {
            code: "SEGMENT_DAMAGED".into(),
            detail: format!("a part of {} is left out: {}", fault.key, fault.error),
        });
    }
    Ok(Some(Merge { merged, folder }))
}

/// Keeps the data files, and last the results: where there are results, everything is there.
pub(crate) async fn keep(
    gateways: &Gateways,
    run: &Run,
    merge: &Merge,
    results: &Results,
) -> Result<(), Error> {
    let (objects, run_id) = (&gateways.objects, run.run_id);
    for name in [keys::TOTALS, keys::LABELS] {
        objects
            .upload(&keys::result(run_id, name), &merge.path(name))
            .await?;
    }
    objects
        .put(&keys::result(run_id, keys::INDEX), merge.merged.index.encode())
        .await?;
    objects
        .put_once(&keys::result(run_id, keys::RESULTS), json(results)?)
        .await?;
    Ok(())
}

impl Merge {
    pub fn requests(&self) -> u64 {
        self.merged
            .workers
            .iter()
            .map(|worker| worker.report.requests)
            .sum()
    }

    /// Gives the query what it asks of the data.
    pub fn answer(&self, query: &mut Query) -> Result<(), Error> {
        let index = &self.merged.index;
        let mut file = File::open(self.path(keys::LABELS)).map_err(aws::Error::from)?;
        for fetch in query.fetches(index) {
            let bytes = read(&mut file, &fetch).map_err(aws::Error::from)?;
            query.add(index, &fetch, &bytes).map_err(|error| {
                Error::Aws(aws::Error::Unreadable {
                    what: "the merged result".into(),
                    source: Box::new(error),
                })
            })?;
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

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Aws(aws::Error::Unreadable {
        what: "a document of the result".into(),
        source: Box::new(error),
    })
}
