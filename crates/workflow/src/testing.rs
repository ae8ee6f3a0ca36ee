//! What tests of this crate share.

use model::worker::{Assignment, Progress, State, Worker};

/// A worker in us-east-1 with a task.
pub(crate) fn worker(index: u32, state: State) -> Worker {
    Worker {
        region: "us-east-1".parse().expect("a region"),
        index,
        attempt: 0,
        deaths: 0,
        assignment: Some(Assignment {
            task_arn: format!("task/{index}"),
            generation: 0,
        }),
        state,
        ready_at: None,
        heartbeat_at: None,
        start_skew_ms: None,
        ended_early: false,
        progress: Progress::default(),
        exit: None,
        loss: None,
        batch: 0,
    }
}
