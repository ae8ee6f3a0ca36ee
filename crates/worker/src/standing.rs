//! What the worker says of itself while it lives.

use std::time::Duration;

use aws::{
    Error,
    workers::{Seat, Workers},
};
use model::{Timestamp, worker::Progress};
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

/// How long after its gate has opened a worker says so, at a moment of its own: all gates open at the same instant, where
/// the processors belong to the load, and a partition of the table takes a thousand writes a second.
const SETTLE: std::ops::Range<f64> = 0.25..1.25;

/// Somebody else has the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenced;

/// Says at once that the worker is ready, soon that it is running, and every `period` that it lives. Ends when it is fenced,
/// when the patience is over, or when the sender of standings has gone.
pub async fn speak(
    workers: Workers,
    seat: Seat,
    mut standing: watch::Receiver<Standing>,
    period: Duration,
    patience: Patience,
) -> Option<Fenced> {
    let mut said_ready = false;
    let mut said_running = false;
    let mut next_beat = Instant::now() + jittered(period);
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
            let settle = rand::rng().random_range(SETTLE);
            tokio::time::sleep(Duration::from_secs_f64(settle)).await;
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
            next_beat = Instant::now() + jittered(period);
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

fn jittered(period: Duration) -> Duration {
    period.mul_f64(rand::rng().random_range(0.9..1.1))
}
