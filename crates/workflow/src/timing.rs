//! How long things take and may take.

use std::time::Duration;

use model::control::FAREWELL;

/// The durations of the workflow; tests shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long AwaitReady and Watch work before they return to be entered again. A function has 15 minutes, of which the
    /// last launches may want one. Each entry costs an execution seven events a region: 24 h of 30 regions, the most that
    /// a run may have, are some 23,000 of the 25,000 allowed.
    pub working: Duration,
    /// Between two looks at the workers.
    pub tick: Duration,
    /// Between two moves of the lease; workers wait for one for [`model::control::LEASE`].
    pub lease: Duration,
    /// Between two questions to ECS after tasks that have stopped.
    pub task_check: Duration,
    /// Between two folds of new segments into the results so far, whether or not there seems to be something new.
    pub fold: Duration,
    /// Between two folds that follow what the workers say is uploaded.
    pub fold_pause: Duration,
    /// Between two rounds of launches for lost indices while the region waits for its workers.
    pub relaunch_pause: Duration,
    /// From the release to the opening of the gates: every worker reads its control item in between.
    pub start_lead: Duration,
    /// How long a worker may be silent before it is lost, if that is more than six of its heartbeats.
    pub silence: Duration,
    /// What a worker may take for tearDown and uploads, after load and drain.
    pub end_grace: Duration,
    /// What a worker may take to leave after a stop.
    pub stop_grace: Duration,
    /// What a worker of a completed run may take to exit before its task is stopped.
    pub straggler_grace: Duration,
    /// Between the two listings that must both be empty: a task may be on its way when the first is made.
    pub listing_pause: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            working: Duration::from_secs(800),
            tick: Duration::from_secs(1),
            lease: Duration::from_secs(10),
            task_check: Duration::from_secs(5),
            fold: Duration::from_secs(30),
            fold_pause: Duration::from_secs(2),
            relaunch_pause: Duration::from_secs(5),
            start_lead: Duration::from_secs(3),
            silence: Duration::from_secs(60),
            end_grace: Duration::from_secs(180),
            stop_grace: Duration::from_millis(FAREWELL.as_ms()),
            straggler_grace: Duration::from_secs(30),
            listing_pause: Duration::from_secs(5),
        }
    }
}

/// Says now and then that something is due.
pub(crate) struct Every {
    period: Duration,
    last: Option<tokio::time::Instant>,
}

impl Every {
    /// Due at once, and then after each period.
    pub fn new(period: Duration) -> Self {
        Self { period, last: None }
    }

    pub fn is_due(&mut self) -> bool {
        let now = tokio::time::Instant::now();
        let due = self
            .last
            .is_none_or(|last| now.duration_since(last) >= self.period);
        if due {
            self.last = Some(now);
        }
        due
    }
}
