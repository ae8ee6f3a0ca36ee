//! Stored results in the bucket: of a run that is over one, of a run that goes on several parts.

use aws::objects::{Parts, keys};
use futures::{StreamExt, TryStreamExt, stream};
use metrics::{
    results::Results,
    store::{Fetch, File, Index},
};
use model::{RunId, run::Run};
use serde::de::DeserializeOwned;

use crate::{App, error::internal, problem::Problem};

/// A stored result whose index is in memory.
pub(super) struct Part {
    pub index: Index,
    totals: String,
    labels: String,
}

/// What there is of a run by now.
pub(super) struct SoFar {
    pub parts: Vec<Part>,
    /// Seconds from `startAt` up to which there are points.
    pub until: u32,
    /// Seconds from `startAt` up to which they are final.
    pub complete_until: u32,
}

/// Ranges that are read at the same time.
const READ_AT_ONCE: usize = 16;

impl Part {
    async fn open(app: &App, key: impl Fn(&str) -> String) -> Result<Option<Self>, Problem> {
        let bytes = match app.gateways.objects.get(&key(keys::INDEX)).await {
            Ok(bytes) => bytes,
            Err(aws::Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let index = Index::decode(&bytes).map_err(|error| internal(&error))?;
        Ok(Some(Self {
            index,
            totals: key(keys::TOTALS),
            labels: key(keys::LABELS),
        }))
    }

    /// Reads what a query asks for.
    pub async fn read(&self, app: &App, fetches: Vec<Fetch>) -> Result<Vec<(Fetch, Vec<u8>)>, Problem> {
        let read = |fetch: Fetch| async move {
            let key = match fetch.file {
                File::Totals => &self.totals,
                File::Labels => &self.labels,
            };
            let bytes = app.gateways.objects.get_range(key, fetch.bytes.clone()).await?;
            Ok::<_, Problem>((fetch, bytes.to_vec()))
        };
        stream::iter(fetches)
            .map(read)
            .buffered(READ_AT_ONCE)
            .try_collect()
            .await
    }
}

/// The figures of the whole run; `None` when it left none.
pub(super) async fn results(app: &App, run_id: RunId) -> Result<Option<Results>, Problem> {
    document(app, &keys::result(run_id, keys::RESULTS)).await
}

/// The data behind the figures of the whole run.
pub(super) async fn whole(app: &App, run_id: RunId) -> Result<Option<Part>, Problem> {
    Part::open(app, |name| keys::result(run_id, name)).await
}

/// What there is: the result, or, while the run goes on, what was folded so far.
pub(super) async fn so_far(app: &App, run: &Run) -> Result<SoFar, Problem> {
    if run.status.is_terminal()
        && let (Some(results), Some(part)) =
            futures::try_join!(results(app, run.run_id), whole(app, run.run_id))?
    {
        let until = u32::try_from(results.duration_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
        let complete_until = until.max(part.index.seconds.end);
        return Ok(SoFar {
            parts: vec![part],
            until,
            complete_until,
        });
    }
    let folded: Parts = document(app, &keys::live(run.run_id, keys::PARTS))
        .await?
        .unwrap_or_default();
    let mut parts = Vec::new();
    for name in &folded.parts {
        // A part may have been folded into a larger one since the list was read.
        parts.extend(Part::open(app, |file| keys::live(run.run_id, &format!("{name}/{file}"))).await?);
    }
    Ok(SoFar {
        parts,
        until: folded.complete_until,
        complete_until: folded.complete_until,
    })
}

async fn document<T: DeserializeOwned>(app: &App, key: &str) -> Result<Option<T>, Problem> {
    match app.gateways.objects.get(key).await {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| internal(&error)),
        Err(aws::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
