//! What a worker says of itself, from the seat that it holds.

use aws_sdk_dynamodb::types::AttributeValue;
use model::{
    Timestamp,
    worker::{Exit, Loss, Progress, State},
};

use super::{Seat, Workers, key, record};
use crate::{
    Error,
    expression::Update,
    item::{json, number, text},
};

/// A worker's last words.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub at: Timestamp,
    pub progress: Progress,
    /// How late its gate opened, in milliseconds. It may end before it has said so as running.
    pub start_skew_ms: Option<i64>,
    /// Its engine ended by itself before the load phase did.
    pub ended_early: bool,
    pub exit: Exit,
}

impl Workers {
    /// It stands at the gate.
    pub async fn report_ready(&self, seat: &Seat, at: Timestamp) -> Result<(), Error> {
        let update = Update::new()
            .set_once("readyAt", text(at))
            .set("heartbeatAt", text(at))
            .set("state", text(record::word(State::Ready)));
        self.say(seat, update, &[State::Assigned, State::Ready]).await
    }

    /// Its gate has opened so many milliseconds after `startAt`.
    pub async fn report_running(&self, seat: &Seat, at: Timestamp, start_skew_ms: i64) -> Result<(), Error> {
        let update = Update::new()
            .set("startSkewMs", number(start_skew_ms))
            .set("heartbeatAt", text(at))
            .set("state", text(record::word(State::Running)));
        self.say(seat, update, &[State::Ready, State::Running]).await
    }

    /// It is alive; `progress` is cumulative.
    pub async fn heartbeat(&self, seat: &Seat, at: Timestamp, progress: &Progress) -> Result<(), Error> {
        let update = Update::new()
            .set("heartbeatAt", text(at))
            .set("progress", json(progress));
        self.say(seat, update, &[State::Assigned, State::Ready, State::Running])
            .await
    }

    /// It delivered its load and everything is uploaded. A surplus worker says this too, without samples.
    pub async fn report_done(&self, seat: &Seat, ended: &Ended) -> Result<(), Error> {
        self.say(
            seat,
            last_words(State::Done, ended),
            &[State::Assigned, State::Ready, State::Running, State::Done],
        )
        .await
    }

    /// It will not deliver. What it has is uploaded.
    pub async fn report_lost(&self, seat: &Seat, loss: Loss, ended: &Ended) -> Result<(), Error> {
        let update = last_words(State::Lost, ended).set("loss", json(&loss));
        self.say(
            seat,
            update,
            &[State::Assigned, State::Ready, State::Running, State::Lost],
        )
        .await
    }

    /// A write that only the task in the seat may make, and only in these states: a worker that was given up is out.
    async fn say(&self, seat: &Seat, update: Update, states: &[State]) -> Result<(), Error> {
        let update = update
            .when_equal("taskArn", text(&seat.assignment.task_arn))
            .when_equal("generation", number(seat.assignment.generation))
            .when_one_of("state", states.iter().map(|state| text(record::word(*state))));
        let key = key(seat.run_id, &seat.region, i64::from(seat.index));
        match update.send(&self.client, self.table(), key).await {
            Ok(_) => Ok(()),
            Err(Error::Conflict(_)) => Err(Error::Fenced),
            Err(error) => Err(error),
        }
    }
}

fn last_words(state: State, ended: &Ended) -> Update {
    let update = Update::new()
        .set("state", text(record::word(state)))
        .set("heartbeatAt", text(ended.at))
        .set("progress", json(&ended.progress))
        .set("endedEarly", AttributeValue::Bool(ended.ended_early))
        .set("exit", json(&ended.exit));
    match ended.start_skew_ms {
        Some(skew) => update.set("startSkewMs", number(skew)),
        None => update,
    }
}
