//! Collect: the results are merged, the run ends, its scenario is free.
//!
//! A result is made once. Which segments it is made of is frozen by a conditional put before the first is read, so a
//! repetition makes the same; the results themselves are put only where there are none; the end is conditional too.

use aws::{
    Gateways,
    runs::{Changes, Ending},
};
use futures::future::try_join_all;
use model::{
    control::{Control, Stop, StopCause},
    run::{Run, StageName, Status, Warning},
    said,
    worker::{Exit, Loss, State, Worker},
};
use tokio::time::{Instant, sleep};

use crate::{
    Clock, Error, Timing, emf,
    event::{Ended, Outcome},
    merging::{self, Merge},
    outcome::{Facts, decide, reason_of},
    results,
};

/// Collects what the run's workers uploaded, decides how it ended, and ends it.
pub async fn run(gateways: &Gateways, clock: Clock, timing: &Timing, event: Outcome) -> Result<Ended, Error> {
    let run = gateways.runs.get(event.run_id).await?;
    if run.status.is_terminal() {
        return Ok(Ended { status: run.status });
    }
    gateways
        .runs
        .begin_stage(run.run_id, StageName::Collect, clock.now())
        .await?;
    if let Some(error) = &event.error {
        send_home(gateways, clock, timing, &run, &reason_of(error).detail).await?;
    }
    let controls = controls(gateways, &run).await?;
    let stop = controls
        .iter()
        .filter_map(|control| control.stop.as_ref())
        .min_by_key(|stop| stop.at);
    if stop.is_some_and(|stop| stop.cause == StopCause::Cancel) {
        gateways
            .runs
            .move_to(run.run_id, Status::Stopping, Changes::default())
            .await?;
    }
    gateways
        .runs
        .move_to(run.run_id, Status::Collecting, Changes::default())
        .await?;

    let run = gateways.runs.get(run.run_id).await?;
    let workers = without_surplus(&run, &controls, workers(gateways, &run).await?);
    let merge = merging::merge(gateways, &run).await?;
    let requests = merge.as_ref().map_or(0, Merge::requests);
    let decision = decide(Facts {
        planned: run.workers.planned,
        least: run.scenario.start.least(run.workers.planned),
        workers: &workers,
        stop,
        error: event.error.as_ref(),
        requests,
        interrupted: merge.as_ref().map_or(0, Merge::interrupted),
    });
    let mut summary = None;
    if let (Some(merge), Some(start_at)) = (&merge, run.start_at) {
        let duration_ms = results::duration_ms(&run, start_at, stop, &merge.merged.workers, &workers);
        let made = results::assemble(&run, start_at, duration_ms, &decision, merge)?;
        merging::keep(gateways, &run, merge, &made).await?;
        let warnings = Warning::few(merge.merged.warnings.clone());
        gateways.runs.warn(run.run_id, &warnings).await?;
        summary = Some(made.summary());
    }
    let ending = Ending {
        status: decision.status,
        reason: decision.reason,
        degraded: decision.degraded,
        summary,
        ended_at: clock.now(),
    };
    gateways
        .runs
        .end_stage(run.run_id, StageName::Collect, clock.now())
        .await?;
    let run = gateways.runs.finish(run.run_id, &ending).await?;
    emf::write(&run);
    Ok(Ended { status: run.status })
}

/// Ends the load of a run that has failed, and waits for its workers to upload what they have.
async fn send_home(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    run: &Run,
    detail: &str,
) -> Result<(), Error> {
    let stop = Stop {
        at: clock.now(),
        cause: StopCause::Failure,
        said: detail.into(),
    };
    gateways.stop_everywhere(run, &stop).await?;
    let begun = Instant::now();
    loop {
        let running = workers(gateways, run)
            .await?
            .iter()
            .any(|worker| worker.state == State::Running);
        if !running || begun.elapsed() >= timing.stop_grace {
            return Ok(());
        }
        sleep(timing.tick).await;
    }
}

async fn controls(gateways: &Gateways, run: &Run) -> Result<Vec<Control>, Error> {
    let controls = run
        .scenario
        .traffic
        .iter()
        .map(|part| gateways.workers.control(run.run_id, &part.region));
    Ok(try_join_all(controls).await?)
}

async fn workers(gateways: &Gateways, run: &Run) -> Result<Vec<Worker>, Error> {
    let workers = run
        .scenario
        .traffic
        .iter()
        .map(|part| gateways.workers.of_region(run.run_id, &part.region));
    Ok(try_join_all(workers).await?.concat())
}

/// A worker that was not released delivered nothing, however it left. `controls` are in the order of the scenario's
/// traffic, as the plan's regions are.
fn without_surplus(run: &Run, controls: &[Control], workers: Vec<Worker>) -> Vec<Worker> {
    let parts = run.plan.as_ref().map_or(&[][..], |plan| &plan.regions);
    let is_surplus = |worker: &Worker| {
        let mut of_regions = parts.iter().zip(controls);
        let of_region = of_regions.find(|(part, _)| part.region == worker.region);
        of_region.is_some_and(|(part, control)| {
            let released = control.released.as_ref();
            let position = part.position(worker.index);
            released.is_some_and(|released| !position.is_some_and(|position| released.contains(position)))
        })
    };
    let late = |worker: Worker| match worker.state {
        State::Lost => worker,
        _ if is_surplus(&worker) => {
            let said = said!("READY_TOO_LATE", "it was ready too late to start");
            let exit = Exit::new(0, said);
            Worker {
                state: State::Lost,
                loss: Some(Loss::Silent),
                exit: Some(exit),
                ..worker
            }
        }
        _ => worker,
    };
    workers.into_iter().map(late).collect()
}
