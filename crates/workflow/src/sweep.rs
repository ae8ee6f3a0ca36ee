//! Sweep: every five minutes, for what fell through: runs that were never started, runs that nobody watches any more,
//! tasks without a run.

use std::collections::HashMap;

use aws::{Gateways, executions::Execution};
use model::{
    Duration, RunId, Timestamp,
    run::{Entry, Run, Status},
};

use crate::{Clock, Error, Timing, clean_up, event::Outcome};

/// How far back runs are looked for: the longest run, and a good rest.
const REACH: Duration = Duration::from_secs(3 * 24 * 3600);
/// A run is started within seconds of its creation, or something went wrong.
const QUEUED_TOO_LONG: Duration = Duration::from_secs(60);
/// The lease moves every ten seconds while somebody watches, and a repetition waits for minutes at most.
const UNWATCHED_TOO_LONG: Duration = Duration::from_secs(15 * 60);
/// CleanUp of a run that has ended may still be stopping its tasks.
const ENDED_TOO_LONG: Duration = Duration::from_secs(5 * 60);

/// Looks through everything once. What fails is logged, and looked at again next time.
pub async fn run(gateways: &Gateways, clock: Clock, timing: &Timing) -> Result<(), Error> {
    let since = Timestamp::from_ms(clock.now().as_ms() - i64::try_from(REACH.as_ms()).unwrap_or(i64::MAX));
    for entry in gateways.runs.unfinished(since, clock.now()).await? {
        if let Err(error) = mend(gateways, clock, timing, &entry).await {
            tracing::error!(run_id = %entry.run_id, error = error.chain(), "a run could not be swept");
        }
    }
    for site in gateways.settings.sites().await? {
        if let Err(error) = stop_strays(gateways, clock, &site).await {
            tracing::error!(region = %site.region, error = error.chain(), "the tasks of a region could not be swept");
        }
    }
    Ok(())
}

async fn mend(gateways: &Gateways, clock: Clock, timing: &Timing, entry: &Entry) -> Result<(), Error> {
    let run_id = entry.run_id;
    let age = clock.now().since(entry.created_at);
    if age < QUEUED_TOO_LONG {
        return Ok(());
    }
    let ended = match gateways.executions.state(run_id).await? {
        Execution::Unknown if entry.status == Status::Queued || entry.status == Status::Stopping => {
            tracing::warn!(%run_id, age_s = age.as_secs_f64(), "a run was never started; it is started now");
            return Ok(gateways.executions.start(run_id).await?);
        }
        Execution::Unknown | Execution::Ended => true,
        Execution::Running => false,
    };
    let run = gateways.runs.get(run_id).await?;
    if run.status.is_terminal() {
        return Ok(());
    }
    let unwatched = clock.now().since(last_watched(gateways, &run).await?);
    if ended || unwatched >= UNWATCHED_TOO_LONG {
        tracing::warn!(%run_id, unwatched_s = unwatched.as_secs_f64(), ended, "nobody watches a run; it is cleaned up");
        clean_up::run(
            gateways,
            clock,
            timing,
            clean_up::Event::State(Outcome { run_id, error: None }),
        )
        .await?;
    }
    Ok(())
}

/// When the lease moved last in any region, or another stage was entered.
async fn last_watched(gateways: &Gateways, run: &Run) -> Result<Timestamp, Error> {
    let mut last = run
        .stages
        .iter()
        .map(|stage| stage.started_at)
        .fold(run.created_at, Ord::max);
    for traffic in &run.scenario.traffic {
        let control = gateways.workers.control(run.run_id, &traffic.region).await?;
        last = control.renewed_at.map_or(last, |at| at.max(last));
    }
    Ok(last)
}

async fn stop_strays(gateways: &Gateways, clock: Clock, site: &aws::settings::Site) -> Result<(), Error> {
    let mut over: HashMap<RunId, bool> = HashMap::new();
    for (task, started_by) in gateways.fleet.all_running(site).await? {
        // Tasks of others in the cluster are none of ours.
        let Some(Ok(run_id)) = started_by.map(|id| id.parse::<RunId>()) else {
            continue;
        };
        let is_over = match over.get(&run_id) {
            Some(is_over) => *is_over,
            None => is_over(gateways, clock, run_id).await?,
        };
        over.insert(run_id, is_over);
        if is_over {
            tracing::warn!(%run_id, task, "a task outlived its run and is stopped");
            gateways.fleet.stop(site, &task, "its run is over").await?;
        }
    }
    Ok(())
}

async fn is_over(gateways: &Gateways, clock: Clock, run_id: RunId) -> Result<bool, Error> {
    match gateways.runs.get(run_id).await {
        Ok(run) => Ok(run
            .ended_at
            .is_some_and(|ended_at| clock.now().since(ended_at) >= ENDED_TOO_LONG)),
        Err(aws::Error::NotFound(_)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
