//! The time of day, passed in so that a test can hold it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, time::Instant};

/// The longest sleep before the machine's clock is read again: timers stand still while a machine is suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

/// Tells the time and waits for it; clones tell the same.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Held(watch::Receiver<Timestamp>),
    Tokio { began: Instant, at: Timestamp },
}

/// Moves the clock that [`Clock::held`] made; when it is dropped, that clock stands still for good.
#[derive(Debug)]
pub struct Hand(watch::Sender<Timestamp>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows `start` until its hand is moved.
    pub fn held(start: Timestamp) -> (Self, Hand) {
        let (sender, receiver) = watch::channel(start);
        (Self(Source::Held(receiver)), Hand(sender))
    }

    /// A clock that shows `start` now and goes as tokio's timers do: with tokio's time paused, it is virtual.
    pub fn of_tokio(start: Timestamp) -> Self {
        Self(Source::Tokio {
            began: Instant::now(),
            at: start,
        })
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Held(receiver) => *receiver.borrow(),
            Source::Tokio { began, at } => {
                // Whole milliseconds, the unit of tokio's timers; a duration that overflows is centuries long.
                let elapsed = SignedDuration::from_millis(began.elapsed().as_millis() as i64);
                at.checked_add(elapsed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Waits until the clock shows `at` or later.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Source::System | Source::Tokio { .. } => {
                while let Ok(left) = Duration::try_from(at.duration_since(self.now()))
                    && !left.is_zero()
                {
                    tokio::time::sleep(left.min(LONGEST_SLEEP)).await;
                }
            }
            Source::Held(receiver) => {
                if receiver.clone().wait_for(|now| *now >= at).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

impl Hand {
    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        self.0.send_modify(|now| *now += by);
    }
}
