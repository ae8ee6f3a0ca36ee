//! Folding: while a run goes on its new segments become parts of a stored result, for pages that are opened meanwhile.
//!
//! The parts are a view: Collect reads the segments themselves. One document names the parts and says which segments are
//! in them; it is written last, so a fold that breaks off leaves nothing but objects that nobody names.

use aws::{
    Gateways,
    objects::{Parts, keys},
};
use futures::{StreamExt, TryStreamExt, stream};
use metrics::{merge::SegmentRef, segment::Name};
use model::{
    Timestamp,
    run::Run,
    worker::{State, Worker},
};

use crate::{
    Error,
    merging::{merge_parts, merge_segments},
};

/// So many parts of one size become one of the next: a day of folds every half minute is some twenty parts.
const PARTS_IN_ONE: usize = 8;
/// Workers whose new segments are listed at the same time.
const LISTED_AT_ONCE: usize = 16;

/// Folds what the workers uploaded since the last fold, and answers up to which second from `startAt` the parts are complete.
/// `now` tells parts apart.
pub(crate) async fn fold(gateways: &Gateways, run: &Run, now: Timestamp) -> Result<u32, Error> {
    let document = keys::live(run.run_id, keys::PARTS);
    let mut parts: Parts = match gateways.objects.get(&document).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(aws::Error::NotFound(_)) => Parts::default(),
        Err(error) => return Err(error.into()),
    };
    // What a worker says is uploaded is found in the list that is made after.
    let mut workers = Vec::new();
    for traffic in &run.scenario.traffic {
        workers.extend(gateways.workers.of_region(run.run_id, &traffic.region).await?);
    }
    let segments = fresh(gateways, run, &workers, &parts).await?;
    let live = workers.iter().filter(|worker| worker.state == State::Running);
    let complete_until = live.map(|worker| worker.progress.complete_until).min();
    parts.complete_until = complete_until
        .unwrap_or(parts.complete_until)
        .max(parts.complete_until);
    if !segments.is_empty() {
        let name = format!("0-{:013}", now.as_ms());
        let refs: Vec<SegmentRef> = segments.iter().map(|(_, _, segment)| segment.clone()).collect();
        let merge = merge_segments(gateways, run, refs).await?;
        merge.store(gateways, &folder(run, &name)).await?;
        parts.parts.push(name);
        for (worker, sequence, _) in &segments {
            let next = parts.folded.entry(*worker).or_default();
            *next = (*next).max(sequence + 1);
        }
    }
    write(gateways, &document, &parts).await?;
    while let Some((level, small)) = crowded(&parts) {
        let name = format!("{}-{:013}", level + 1, now.as_ms());
        let folders: Vec<String> = small.iter().map(|name| folder(run, name)).collect();
        merge_parts(gateways, run, folders.clone())
            .await?
            .store(gateways, &folder(run, &name))
            .await?;
        parts.parts.retain(|part| !small.contains(part));
        parts.parts.push(name);
        write(gateways, &document, &parts).await?;
        for folder in folders {
            gateways.objects.delete_all(&folder).await?;
        }
    }
    Ok(parts.complete_until)
}

/// The segments that are in no part: worker, sequence number, place.
async fn fresh(
    gateways: &Gateways,
    run: &Run,
    workers: &[Worker],
    parts: &Parts,
) -> Result<Vec<(u32, u32, SegmentRef)>, Error> {
    let behind = workers.iter().filter_map(|worker| {
        let next = parts.folded.get(&worker.index).copied().unwrap_or(0);
        (worker.progress.segments > next).then_some((worker, next))
    });
    let lists = behind.map(|(worker, next)| async move {
        let prefix = keys::segments(run.run_id, &worker.region, worker.index);
        // Names begin with the number and a dash, so this is just before the next one.
        let after = format!("{prefix}{next:06}");
        let objects = gateways.objects.list_after(&prefix, Some(after)).await?;
        let named = objects.into_iter().filter_map(|object| {
            let name: Name = object.key.rsplit('/').next()?.parse().ok()?;
            Some((worker.index, name.sequence, SegmentRef::from_key(&object.key)?))
        });
        Ok::<_, Error>(named.collect::<Vec<_>>())
    });
    let lists: Vec<Vec<_>> = stream::iter(lists.collect::<Vec<_>>())
        .buffer_unordered(LISTED_AT_ONCE)
        .try_collect()
        .await?;
    let mut segments = lists.concat();
    segments.sort_by(|a, b| a.2.cmp(&b.2));
    Ok(segments)
}

/// The smallest size of which there are too many parts, and those parts.
fn crowded(parts: &Parts) -> Option<(u32, Vec<String>)> {
    let level = |name: &str| name.split('-').next().and_then(|level| level.parse::<u32>().ok());
    (0..10).find_map(|wanted| {
        let of_level: Vec<String> = parts
            .parts
            .iter()
            .filter(|name| level(name) == Some(wanted))
            .cloned()
            .collect();
        (of_level.len() >= PARTS_IN_ONE).then_some((wanted, of_level))
    })
}

async fn write(gateways: &Gateways, key: &str, parts: &Parts) -> Result<(), Error> {
    let document = serde_json::to_vec(parts).expect("a list of names serialises");
    Ok(gateways.objects.put(key, document).await?)
}

fn folder(run: &Run, part: &str) -> String {
    keys::live(run.run_id, &format!("{part}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_parts_of_one_size_are_crowded() {
        let mut parts = Parts {
            parts: (0..7).map(|n| format!("0-{n}")).collect(),
            ..Parts::default()
        };
        parts.parts.push("1-0".into());
        assert_eq!(crowded(&parts), None);
        parts.parts.push("0-7".into());
        let (level, small) = crowded(&parts).unwrap();
        assert_eq!((level, small.len()), (0, 8));
        assert!(!small.contains(&"1-0".to_owned()));
    }
}
