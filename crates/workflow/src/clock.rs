//! Time within one invocation.

use model::Timestamp;
use tokio::time::Instant;

/// Wall-clock time that advances with the runtime's own clock, so that a test may pause it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Timestamp,
    started: Instant,
}

impl Clock {
    /// A clock that shows `origin` now. Make one for each invocation: a runtime's clock may stand still between two.
    pub fn starting_at(origin: Timestamp) -> Self {
        Self {
            origin,
            started: Instant::now(),
        }
    }

    pub fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.origin.plus(model::Duration::from_ms(elapsed))
    }
}
