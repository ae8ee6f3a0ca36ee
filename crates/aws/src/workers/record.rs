//! A worker as an item.

use model::{
    Region,
    worker::{Assignment, State, Worker},
};

use crate::{
    Error,
    item::{Item, Reader},
};

pub(super) fn read(region: &Region, item: &Item) -> Result<Worker, Error> {
    let read = Reader::new("a worker", item);
    let assignment = match (read.optional_text("taskArn"), read.optional_number("generation")?) {
        (Some(task_arn), Some(generation)) => Some(Assignment {
            task_arn: task_arn.to_owned(),
            generation,
        }),
        _ => None,
    };
    Ok(Worker {
        region: region.clone(),
        index: read.number("index")?,
        attempt: read.number("attempt")?,
        deaths: read.optional_number("deaths")?.unwrap_or(0),
        assignment,
        state: state(read.text("state")?)?,
        ready_at: read.optional_parsed("readyAt")?,
        heartbeat_at: read.optional_parsed("heartbeatAt")?,
        start_skew_ms: read.optional_number("startSkewMs")?,
        ended_early: read.is_true("endedEarly"),
        progress: read.optional_json("progress")?.unwrap_or_default(),
        exit: read.optional_json("exit")?,
        loss: read.optional_json("loss")?,
        batch: read.number("batch")?,
    })
}

pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Assigned => "assigned",
        State::Ready => "ready",
        State::Running => "running",
        State::Done => "done",
        State::Lost => "lost",
    }
}

fn state(word: &str) -> Result<State, Error> {
    serde_json::from_value(word.into()).map_err(|error| Error::unreadable("a worker's state", error))
}
