//! The time of day, passed in so that tests can hold it.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time; clones tell the same.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that shows `start` now and then follows tokio's, which a test can pause and advance.
    pub fn following_tokio(start: Timestamp) -> Self {
        let origin = tokio::time::Instant::now();
        Self(Arc::new(move || {
            let passed =
                jiff::SignedDuration::try_from(origin.elapsed()).expect("a process does not live for ages");
            start + passed
        }))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Clock({})", self.now())
    }
}
