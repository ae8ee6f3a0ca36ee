//! The worker's story, from its assignment to its last word.

use std::time::{Duration, Instant};

use aws::{Gateways, workers::Seat};
use nix::sys::prctl::set_child_subreaper;
use rand::RngExt;
use tokio::sync::{mpsc, watch};

use crate::{
    Config,
    control::{Watch, Word},
    identity,
    lease::Lease,
    notices::Notices,
    patience::Patience,
    process::tree,
    seated::Seated,
    shutdown::Signals,
    standing::{self, Pace, Standing},
};

/// How the process is to exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it was asked for: the load, or to leave it.
    Done,
    /// No assignment came.
    NotNeeded,
    /// Its engine failed, or never started.
    Failed,
    /// Nobody wants to hear of it any more, or nobody can be reached.
    Abandoned,
}

impl Outcome {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done | Self::NotNeeded => 0,
            Self::Failed => 1,
            Self::Abandoned => 75, // EX_TEMPFAIL
        }
    }
}

/// Between two looks for the assignment.
const LOOK: Duration = Duration::from_secs(1);
/// For one such look, and for what the kernel needs to end processes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lives the life of one worker.
///
/// # Errors
/// What makes it impossible to say anything to the control plane: no identity, no signals.
pub async fn run(config: Config, gateways: Gateways) -> anyhow::Result<Outcome> {
    // Orphans of the engine come to this process, which ends them.
    set_child_subreaper(true)?;
    let mut signals = Signals::listen()?;
    let lease = Lease::new(Instant::now());
    let arn = identity::task_arn(&config.metadata).await?;
    tracing::info!(run = %config.run, region = %config.region, attempt = config.attempt, arn, "the worker has started");
    let Some(seat) = find_seat(&config, &gateways, &arn, &lease, &mut signals).await else {
        tracing::info!("no assignment came");
        return Ok(Outcome::NotNeeded);
    };
    tracing::info!(
        index = seat.index,
        generation = seat.assignment.generation,
        "the worker has its place"
    );

    let patience = Patience::default();
    let (words, heard) = mpsc::channel(8);
    let (at_gate, gate_state) = watch::channel(false);
    let (standing, spoken) = watch::channel(Standing::default());
    let mut notices = Notices::new(heard, signals, patience.clone());
    let run = tokio::select! {
        run = patience.retry("the run", || gateways.runs.get(config.run)) => run?,
        // The watch needs the run. Until it starts, nothing else would end the tries.
        () = tokio::time::sleep_until(lease.ends().into()) => {
            tracing::info!("the lease was lost before the run was read");
            return Ok(Outcome::Abandoned);
        }
        (why, said) = notices.stop() => {
            tracing::info!(?why, said.detail, "stopped before the run was read");
            return Ok(Outcome::Abandoned);
        }
    };
    let plan = run
        .plan
        .as_ref()
        .and_then(|plan| Some((plan, plan.region(&seat.region)?)));
    let (plan, of_region) = plan.ok_or_else(|| anyhow::anyhow!("the run has no plan for {}", seat.region))?;
    let pace = Pace::new(plan, of_region);
    let watch = Watch {
        position: of_region
            .position(seat.index)
            .ok_or_else(|| anyhow::anyhow!("the plan has no place for worker {}", seat.index))?,
        lease,
        at_gate: gate_state,
        words: words.clone(),
    };
    let watching = tokio::spawn(watch.run(gateways.workers.clone(), seat.clone()));
    let speaking = {
        let speak = standing::speak(
            gateways.workers.clone(),
            seat.clone(),
            spoken,
            pace,
            patience.clone(),
        );
        tokio::spawn(async move {
            if speak.await.is_some() && words.send(Word::Fenced).await.is_err() {
                tracing::debug!("the worker has ended already");
            }
        })
    };

    let worker = Seated {
        config: &config,
        gateways: &gateways,
        seat: &seat,
        run: &run,
        pace,
        patience: &patience,
    };
    let closing = worker.work(&standing, &at_gate, &mut notices).await;
    // Whatever went wrong before, no process of the engine outlives the worker.
    if !tree::end(i32::try_from(std::process::id())?, None, PATIENCE).await {
        tracing::error!("processes of the engine could not be killed");
    }
    // What it says last must not be followed by a heartbeat.
    speaking.abort();
    let outcome = worker
        .take_leave(closing, &standing.borrow().clone(), &mut notices)
        .await;
    watching.abort();
    Ok(outcome)
}

/// Waits for the index that carries this task's ARN, as long as a lease lasts.
async fn find_seat(
    config: &Config,
    gateways: &Gateways,
    arn: &str,
    lease: &Lease,
    signals: &mut Signals,
) -> Option<Seat> {
    while !lease.is_lost(Instant::now()) {
        let look = gateways
            .workers
            .seat(config.run, &config.region, &config.indices, arn);
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(Ok(Some(seat))) => return Some(seat),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look for the assignment"
                );
            }
            Err(_) => tracing::warn!("the assignment took too long to read"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK.mul_f64(rand::rng().random_range(0.8..1.0))) => {}
            () = signals.next() => return None,
        }
    }
    None
}
