//! The workers of a run: one item an index, and one small control item a region.
//!
//! # How a worker finds its place
//!
//! Launch assigns; workers do not compete. Before RunTask the batch is stored ([`Workers::assign`]); RunTask passes
//! [`fleet::RUN_ID`](crate::fleet::RUN_ID), [`fleet::REGION`](crate::fleet::REGION),
//! [`fleet::INDICES`](crate::fleet::INDICES) and [`fleet::ATTEMPT`](crate::fleet::ATTEMPT) in the task's environment;
//! then each task's ARN is written on one index ([`Workers::name_task`]). A worker reads its own ARN from
//! `${ECS_CONTAINER_METADATA_URI_V4}/task` and asks [`Workers::seat`] for the index that carries it, until it is there or
//! a bounded time has passed; without a seat it exits 0.
//!
//! # How it speaks
//!
//! Every write goes through its [`Seat`] and is conditional on (task ARN, generation). [`Error::Fenced`] means that
//! another task stands for the index: the worker stops its load and leaves.

mod control;
mod delete;
mod record;
mod report;

use std::sync::Arc;

use aws_sdk_dynamodb::{Client, types::KeysAndAttributes};
use model::{
    Duration, Region, RunId, Timestamp,
    worker::{Assignment, Exit, Loss, State, Worker},
};

use crate::{
    Deployment, Error,
    error::sorted,
    expression::{Update, incomplete},
    item::{Item, json, number, text},
};

pub use report::Ended;

/// The table of workers and control items.
#[derive(Clone)]
pub struct Workers {
    client: Client,
    deployment: Arc<Deployment>,
}

/// The right of one task to speak for one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub run_id: RunId,
    pub region: Region,
    /// 0-based over the whole run.
    pub index: u32,
    pub assignment: Assignment,
}

/// How long items are kept after the run was planned: the longest run, its collection, and a look at it the week after.
pub const LIFE: Duration = Duration::from_secs(9 * 24 * 3600);
/// Items of one transaction, and of one launch: RunTask starts ten tasks a call.
pub const BATCH: usize = 10;

impl Workers {
    pub(crate) fn new(client: Client, deployment: Arc<Deployment>) -> Self {
        Self { client, deployment }
    }

    /// Assigns a batch of at most [`BATCH`] indices to the next launch: all of them, or a conflict. An index that was
    /// assigned before must be of an earlier attempt and not have got to the gate; its old task is fenced by this.
    pub async fn assign(
        &self,
        run_id: RunId,
        region: &Region,
        indices: &[u32],
        attempt: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let relaunchable = [State::Assigned, State::Lost];
        let mut transaction = self.client.transact_write_items();
        for index in indices {
            let update = Update::new()
                .set("attempt", number(attempt))
                .set("batch", number(indices[0]))
                .set("state", text(record::word(State::Assigned)))
                .set_once("expiresAt", number(now.plus(LIFE).as_ms() / 1_000))
                .remove("taskArn")
                .remove("generation")
                .remove("readyAt")
                .remove("heartbeatAt")
                .remove("exit")
                .remove("loss")
                .when_absent_or_less("attempt", number(attempt))
                .when_absent_or_one_of("state", relaunchable.map(|state| text(record::word(state))));
            transaction = transaction
                .transact_items(update.in_transaction(self.table(), key(run_id, region, i64::from(*index)))?);
        }
        transaction.send().await.map_err(sorted)?;
        Ok(())
    }

    /// Says which task stands for an index in this attempt. A second word for another task is a conflict.
    pub async fn name_task(
        &self,
        run_id: RunId,
        region: &Region,
        index: u32,
        attempt: u32,
        task_arn: &str,
    ) -> Result<(), Error> {
        let update = Update::new()
            .set("taskArn", text(task_arn))
            .set("generation", number(attempt))
            .when_equal("attempt", number(attempt))
            .when_absent_or_equal("taskArn", text(task_arn));
        update
            .send(&self.client, self.table(), key(run_id, region, i64::from(index)))
            .await?;
        Ok(())
    }

    /// Gives an index up, for this attempt: its task has died, or ECS never placed it. Says whether it was given up by this
    /// call; a worker that is done stays done, and a later attempt is left alone.
    pub async fn give_up(
        &self,
        run_id: RunId,
        region: &Region,
        index: u32,
        attempt: u32,
        loss: Loss,
        exit: &Exit,
    ) -> Result<bool, Error> {
        let live = [State::Assigned, State::Ready, State::Running];
        let update = Update::new()
            .set("state", text(record::word(State::Lost)))
            .set("loss", json(&loss))
            .set("exit", json(exit))
            .add("deaths", number(loss.is_death()))
            .when_equal("attempt", number(attempt))
            .when_one_of("state", live.map(|state| text(record::word(state))));
        match update
            .send(&self.client, self.table(), key(run_id, region, i64::from(index)))
            .await
        {
            Ok(_) => Ok(true),
            Err(Error::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The place of a task among the indices of its batch; `None` while it is not known, or when it was relaunched.
    pub async fn seat(
        &self,
        run_id: RunId,
        region: &Region,
        indices: &[u32],
        task_arn: &str,
    ) -> Result<Option<Seat>, Error> {
        let keys = indices
            .iter()
            .map(|index| key(run_id, region, i64::from(*index)))
            .collect();
        let keys = KeysAndAttributes::builder()
            .consistent_read(true)
            .set_keys(Some(keys))
            .build();
        let mut request = Some([(self.table().to_owned(), keys.map_err(incomplete)?)].into());
        while let Some(keys) = request.take() {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(keys))
                .send()
                .await
                .map_err(sorted)?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                let worker = record::read(region, &item)?;
                if let Some(assignment) = worker
                    .assignment
                    .filter(|assignment| assignment.task_arn == task_arn)
                {
                    return Ok(Some(Seat {
                        run_id,
                        region: region.clone(),
                        index: worker.index,
                        assignment,
                    }));
                }
            }
            request = answer.unprocessed_keys.filter(|keys| !keys.is_empty());
        }
        Ok(None)
    }

    /// One worker as it is now.
    pub async fn get(&self, run_id: RunId, region: &Region, index: u32) -> Result<Worker, Error> {
        let get = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key(run_id, region, i64::from(index))))
            .consistent_read(true);
        let item = get.send().await.map_err(sorted)?.item;
        record::read(
            region,
            &item.ok_or_else(|| Error::NotFound(format!("worker {index} of {run_id} in {region}")))?,
        )
    }

    /// All workers of a region by index, as they are now.
    pub async fn of_region(&self, run_id: RunId, region: &Region) -> Result<Vec<Worker>, Error> {
        let mut workers = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(self.table())
                .consistent_read(true)
                .key_condition_expression("#shard = :shard AND #index >= :first")
                .expression_attribute_names("#shard", "shard")
                .expression_attribute_names("#index", "index")
                .expression_attribute_values(":shard", text(shard(run_id, region)))
                .expression_attribute_values(":first", number(0))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(sorted)?;
            for item in answer.items.unwrap_or_default() {
                workers.push(record::read(region, &item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(workers);
            }
        }
    }

    fn table(&self) -> &str {
        &self.deployment.workers_table
    }
}

fn shard(run_id: RunId, region: &Region) -> String {
    format!("{run_id}#{region}")
}

fn key(run_id: RunId, region: &Region, index: i64) -> Item {
    [
        ("shard".to_owned(), text(shard(run_id, region))),
        ("index".to_owned(), number(index)),
    ]
    .into()
}
