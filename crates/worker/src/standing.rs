//! What the worker says of itself while it lives.

use std::time::Duration;

use aws::{
    Error,
    workers::{Seat, Workers},
};
use model::{
    Timestamp,
    plan::{Plan, RegionPlan},
    worker::Progress,
};
use rand::RngExt;
use tokio::{sync::watch, time::Instant};

use crate::patience::{GaveUp, Patience};

/// How far the worker has come. Cumulative, so that the newest is all that must be said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// When it came to the gate.
    pub ready_at: Option<Timestamp>,
    /// How late its gate opened, in milliseconds.
    pub start_skew_ms: Option<i64>,
    pub progress: Progress,
}

/// How long a worker is silent after its gate has opened.
const SETTLE: Duration = Duration::from_millis(250);

/// Somebody else has the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenced;

/// When a worker says what it has to say.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two heartbeats.
    period: Duration,
    /// Over how long the region's workers spread what happens to all at once.
    spread: Duration,
}

impl Pace {
    pub fn new(plan: &Plan, region: &RegionPlan) -> Self {
        Self {
            period: plan.heartbeat_interval.into(),
            spread: region.spread().into(),
        }
    }

    /// Lets this worker's moment come within the spread.
    pub async fn take_turn(&self) {
        let pause = self.spread.mul_f64(rand::rng().random_range(0.0..1.0));
        tokio::time::sleep(pause).await;
    }

    fn next_beat(&self) -> Instant {
        Instant::now() + self.period.mul_f64(rand::rng().random_range(0.9..1.1))
    }
}

/// Says that the worker is ready or running, and at its pace that it lives. Ends when it is fenced, when the patience is
/// over, or when the sender of standings has gone.
pub async fn speak(
    workers: Workers,
    seat: Seat,
    mut standing: watch::Receiver<Standing>,
    pace: Pace,
    patience: Patience,
) -> Option<Fenced> {
    let mut said_ready = false;
    let mut said_running = false;
    let mut next_beat = pace.next_beat();
    loop {
        let now = standing.borrow_and_update().clone();
        if let Some(at) = now.ready_at.filter(|_| !said_ready) {
            let say = || workers.report_ready(&seat, at);
            if let Err(gave_up) = patience.retry("saying ready", say).await {
                return fence(&gave_up);
            }
            said_ready = true;
        }
        if let Some(skew) = now.start_skew_ms.filter(|_| !said_running) {
            // All gates have opened at one instant, and the first requests want the processors.
            tokio::time::sleep(SETTLE).await;
            pace.take_turn().await;
            let say = || workers.report_running(&seat, Timestamp::now(), skew);
            if let Err(gave_up) = patience.retry("saying running", say).await {
                return fence(&gave_up);
            }
            said_running = true;
        }
        if Instant::now() >= next_beat {
            // One that is lost loses nothing: the next one says all of it.
            match workers.heartbeat(&seat, Timestamp::now(), &now.progress).await {
                Ok(()) => {}
                Err(Error::Fenced) => return Some(Fenced),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a heartbeat was lost");
                }
            }
            next_beat = pace.next_beat();
        }
        let is_news = |next: &Standing| {
            (next.ready_at.is_some() && !said_ready) || (next.start_skew_ms.is_some() && !said_running)
        };
        tokio::select! {
            () = tokio::time::sleep_until(next_beat) => {}
            changed = standing.wait_for(is_news) => if changed.is_err() { return None },
        }
    }
}

fn fence(gave_up: &GaveUp) -> Option<Fenced> {
    match gave_up {
        GaveUp::Refused(Error::Fenced) => Some(Fenced),
        error => {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "the worker can say no more of itself"
            );
            None
        }
    }
}
