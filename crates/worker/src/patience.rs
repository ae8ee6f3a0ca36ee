//! Trying again while the control plane is away.

use std::{fmt::Display, time::Duration};

use aws::Error;
use rand::RngExt;
use tokio::{sync::watch, time::Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Until when the worker tries: without an end, until somebody sets one. Clones share it.
#[derive(Debug, Clone)]
pub struct Patience {
    end: watch::Sender<Option<Instant>>,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum GaveUp {
    /// The last try failed so, and there is no time for another.
    #[error("the control plane did not take it in time")]
    TimeIsUp(#[source] Option<Error>),
    /// No further try would succeed.
    #[error(transparent)]
    Refused(Error),
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            end: watch::Sender::new(None),
        }
    }
}

impl Patience {
    /// Ends all tries after `left`, unless they end before.
    pub fn end_in(&self, left: Duration) {
        let end = Instant::now() + left;
        self.end
            .send_modify(|set| *set = Some(set.map_or(end, |set| set.min(end))));
    }

    /// Tries until it succeeds, is fenced, or the patience is over. `what` is for the log.
    ///
    /// Every failure but a fence is tried again: a host that is just coming back may answer anything.
    pub async fn retry<T, A>(&self, what: impl Display, mut attempt: impl FnMut() -> A) -> Result<T, GaveUp>
    where
        A: Future<Output = Result<T, Error>>,
    {
        let mut pause = FIRST_PAUSE;
        let mut last = None;
        loop {
            tokio::select! {
                outcome = attempt() => match outcome {
                    Ok(value) => return Ok(value),
                    Err(Error::Fenced) => return Err(GaveUp::Refused(Error::Fenced)),
                    Err(error) => {
                        tracing::warn!(%what, error = &error as &dyn std::error::Error, "will be tried again");
                        last = Some(error);
                    }
                },
                () = self.ended() => return Err(GaveUp::TimeIsUp(last)),
            }
            tokio::select! {
                () = tokio::time::sleep(pause.mul_f64(rand::rng().random_range(0.5..1.0))) => {}
                () = self.ended() => return Err(GaveUp::TimeIsUp(last)),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Returns when the patience is over.
    async fn ended(&self) {
        let mut changes = self.end.subscribe();
        loop {
            let end = *changes.borrow_and_update();
            let over = async {
                match end {
                    Some(end) => tokio::time::sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => return,
                // The sender is `self.end`, which outlives this.
                _ = changes.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> Error {
        Error::Throttled("SlowDown".into())
    }

    #[tokio::test]
    async fn it_is_tried_until_it_succeeds() {
        let mut tries = 0;
        let attempt = || {
            tries += 1;
            std::future::ready(if tries < 3 { Err(away()) } else { Ok(tries) })
        };
        let outcome = Patience::default().retry("a test", attempt).await;
        assert_eq!(outcome.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_fence_is_final() {
        let outcome = Patience::default()
            .retry("a test", || std::future::ready(Err::<(), _>(Error::Fenced)))
            .await;
        assert!(matches!(outcome, Err(GaveUp::Refused(Error::Fenced))));
    }

    #[tokio::test]
    async fn an_end_that_is_set_later_ends_a_try_that_hangs() {
        let patience = Patience::default();
        let other = patience.clone();
        let hangs = patience.retry("a test", std::future::pending::<Result<(), Error>>);
        let ends = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            other.end_in(Duration::from_secs(60));
            other.end_in(Duration::from_millis(20));
            // It can only become shorter.
            other.end_in(Duration::from_secs(60));
        };
        let (outcome, ()) = tokio::join!(hangs, ends);
        assert!(matches!(outcome, Err(GaveUp::TimeIsUp(None))));
    }
}
