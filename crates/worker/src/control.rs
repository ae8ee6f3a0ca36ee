//! What the control plane says to this worker, and how long it was silent.

use std::time::{Duration, Instant};

use aws::workers::{Seat, Workers};
use model::{Timestamp, control::Control, field};
use rand::RngExt;
use tokio::sync::{mpsc, watch};

use crate::lease::Lease;

/// Between two looks at the control item.
pub(crate) const PERIOD: Duration = Duration::from_secs(2);
/// The same at the gate, where the start instant is a few seconds ahead.
const PERIOD_AT_GATE: Duration = Duration::from_secs(1);
/// For one look. A control plane that is away must not keep the worker from noticing that its lease is lost.
const LOOK: Duration = Duration::from_secs(5);

/// A word that changes what a worker does. Each is said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The gates of a region's workers are to open; this one's, or not.
    Released { start_at: Timestamp, mine: bool },
    /// The load is to end.
    Stop { said: field::Said },
    /// Nobody watches any more.
    LeaseLost,
    /// Another task has the seat. Said by whoever writes from the seat.
    Fenced,
    /// The task is to end. Said by the operating system.
    Signal,
}

/// Looks at the control item again and again, until the receiver of its words has gone.
pub struct Watch {
    /// This worker's bit in the released set.
    pub position: u32,
    pub lease: Lease,
    pub at_gate: watch::Receiver<bool>,
    pub words: mpsc::Sender<Word>,
}

impl Watch {
    pub async fn run(mut self, workers: Workers, seat: Seat) {
        let mut said = Said::default();
        loop {
            let left = self.lease.ends().saturating_duration_since(Instant::now());
            let look = workers.control(seat.run_id, &seat.region);
            match tokio::time::timeout(left.min(LOOK), look).await {
                Ok(Ok(control)) => {
                    self.lease.observe(control.lease, Instant::now());
                    for word in said.news(&control, self.position) {
                        if self.words.send(word).await.is_err() {
                            return;
                        }
                    }
                }
                Ok(Err(error)) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not read the control item"
                ),
                Err(_) => tracing::warn!("the control item took too long to read"),
            }
            if self.lease.is_lost(Instant::now()) {
                if let Err(error) = self.words.send(Word::LeaseLost).await {
                    tracing::debug!(%error, "the worker has ended already");
                }
                return;
            }
            self.pause().await;
        }
    }

    /// Some time, of which the last tenth is by chance: a thousand workers must not look at once.
    async fn pause(&mut self) {
        let period = if *self.at_gate.borrow_and_update() {
            PERIOD_AT_GATE
        } else {
            PERIOD
        };
        let pause = period.mul_f64(rand::rng().random_range(0.9..1.0));
        let left = self.lease.ends().saturating_duration_since(Instant::now());
        tokio::select! {
            () = tokio::time::sleep(pause.min(left)) => {}
            // At the gate it looks sooner. When the sender has gone the worker is ending.
            _ = self.at_gate.changed() => {}
        }
    }
}

/// What was said already.
#[derive(Debug, Default)]
struct Said {
    released: bool,
    stop: bool,
}

impl Said {
    fn news(&mut self, control: &Control, position: u32) -> Vec<Word> {
        let mut words = Vec::new();
        if let Some(stop) = control.stop.as_ref().filter(|_| !self.stop) {
            self.stop = true;
            words.push(Word::Stop {
                said: stop.said.clone(),
            });
        }
        if let (Some(released), Some(start_at), false) = (&control.released, control.start_at, self.released)
        {
            self.released = true;
            words.push(Word::Released {
                start_at,
                mine: released.contains(position),
            });
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use model::control::{Released, Stop, StopCause};

    use super::*;

    #[test]
    fn each_word_is_said_once() {
        let mut said = Said::default();
        let start_at = Timestamp::from_ms(5_000);
        let mut control = Control {
            lease: 1,
            ..Control::default()
        };
        assert_eq!(said.news(&control, 1), []);
        control.released = Some(Released::from_iter([0, 2]));
        control.start_at = Some(start_at);
        assert_eq!(
            said.news(&control, 1),
            [Word::Released {
                start_at,
                mine: false
            }]
        );
        assert_eq!(said.news(&control, 1), []);
        control.stop = Some(Stop {
            at: start_at,
            cause: StopCause::Cancel,
            said: "enough".into(),
        });
        assert_eq!(
            said.news(&control, 1),
            [Word::Stop {
                said: "enough".into()
            }]
        );
        assert_eq!(said.news(&control, 1), []);
        assert_eq!(
            Said::default().news(&control, 2)[1],
            Word::Released { start_at, mine: true }
        );
    }
}
