//! How fast a region's tasks may be launched.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// Fargate starts 100 tasks at once and then 20 a second, in 20 calls a second:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html>
pub(crate) struct Bucket {
    tokens: f64,
    filled_at: Instant,
    next_call: Instant,
}

/// Calls take unequal times to get there: ECS may see two of them closer together than they were made.
const MARGIN: f64 = 5.0;
const BURST: f64 = 100.0 - MARGIN;
const REFILL_PER_SECOND: f64 = 20.0;
const BETWEEN_CALLS: Duration = Duration::from_millis(50);

impl Bucket {
    pub fn full() -> Self {
        Self::with(BURST)
    }

    pub fn empty() -> Self {
        Self::with(0.0)
    }

    fn with(tokens: f64) -> Self {
        Self {
            tokens,
            filled_at: Instant::now(),
            next_call: Instant::now(),
        }
    }

    /// Waits until a call that starts so many tasks may be made.
    pub async fn take(&mut self, tasks: usize) {
        let wanted = tasks as f64;
        self.refill();
        if self.tokens < wanted {
            sleep(Duration::from_secs_f64(
                (wanted - self.tokens) / REFILL_PER_SECOND,
            ))
            .await;
            self.refill();
        }
        self.tokens -= wanted;
        sleep_until(self.next_call).await;
        self.next_call = Instant::now() + BETWEEN_CALLS;
    }

    fn refill(&mut self) {
        let now = Instant::now();
        let fresh = now.duration_since(self.filled_at).as_secs_f64() * REFILL_PER_SECOND;
        self.tokens = (self.tokens + fresh).min(BURST);
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn launches_keep_to_the_quota() {
        let mut bucket = Bucket::full();
        let begun = Instant::now();
        for _ in 0..30 {
            bucket.take(10).await;
        }
        // 300 tasks: nearly 100 at once, the rest at 20 a second.
        let took = begun.elapsed().as_secs_f64();
        assert!((10.2..10.4).contains(&took), "{took}");
        for _ in 0..10 {
            bucket.take(1).await;
        }
        let begun = Instant::now();
        sleep(Duration::from_secs(60)).await;
        for _ in 0..40 {
            bucket.take(1).await;
        }
        // 20 calls a second, however few tasks they start.
        let took = begun.elapsed().as_secs_f64() - 60.0;
        assert!((1.9..2.1).contains(&took), "{took}");
    }
}
