//! Runs as they are kept, and the conditional writes that move them.

mod create;
mod history;
mod record;

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::builders::TransactWriteItemsFluentBuilder,
    types::{AttributeValue, Delete, TransactWriteItem},
};
use model::{
    Region, RunId, Timestamp,
    plan::Plan,
    run::{Reason, Run, StageName, Status, Summary, Warning, WorkerCounts},
};

use crate::{
    Deployment, Error,
    error::sorted,
    expression::{Update, incomplete},
    item::{Item, json, text},
    scenarios,
};

pub use create::{Created, Idempotency, NewRun};
pub use history::HistoryFilter;
pub(crate) use history::name_months;
pub(crate) use history::{BY_MONTH, BY_SCENARIO};
pub(crate) use record::LISTED;

/// The table of runs.
#[derive(Clone)]
pub struct Runs {
    client: Client,
    deployment: Arc<Deployment>,
}

/// What is written together with a new status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    pub start_at: Option<Timestamp>,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// A terminal status.
    pub status: Status,
    pub reason: Option<Reason>,
    pub degraded: bool,
    pub summary: Option<Summary>,
    pub ended_at: Timestamp,
}

impl Runs {
    pub(crate) fn new(client: Client, deployment: Arc<Deployment>) -> Self {
        Self { client, deployment }
    }

    /// The run as it is now (a strong read).
    pub async fn get(&self, run_id: RunId) -> Result<Run, Error> {
        let get = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key(run_id)))
            .consistent_read(true);
        let item = get.send().await.map_err(sorted)?.item;
        record::read(&item.ok_or_else(|| Error::NotFound(run_id.to_string()))?)
    }

    /// Keeps the plan; the first one counts, and it is kept in every status: a run that was cancelled has one too.
    pub async fn keep_plan(&self, run_id: RunId, plan: &Plan) -> Result<(), Error> {
        self.change(run_id, Update::new().set_once("plan", json(plan)))
            .await
    }

    /// Moves the run to `next` if the transition table allows it, and answers the status that it then has: `next` when it
    /// was moved or had been before, another one when it may not go there any more.
    pub async fn move_to(&self, run_id: RunId, next: Status, changes: Changes) -> Result<Status, Error> {
        let update = Update::new()
            .set("status", text(next.as_str()))
            .set_or_keep("startAt", changes.start_at.map(text))
            .when_one_of("status", next.predecessors().map(|status| text(status.as_str())));
        match update.send(&self.client, self.table(), key(run_id)).await {
            Ok(_) => Ok(next),
            Err(Error::Conflict(_)) => Ok(self.get(run_id).await?.status),
            Err(error) => Err(error),
        }
    }

    /// Ends the run and frees its scenario, both or neither; answers the run as it then is. A run that has ended stays as
    /// it is, so a repeated call is harmless.
    pub async fn finish(&self, run_id: RunId, ending: &Ending) -> Result<Run, Error> {
        debug_assert!(ending.status.is_terminal());
        loop {
            let run = self.get(run_id).await?;
            if run.status.is_terminal() {
                return Ok(run);
            }
            if !run.status.may_become(ending.status) {
                let (from, to) = (run.status.as_str(), ending.status.as_str());
                return Err(Error::Conflict(format!(
                    "{run_id} is {from} and cannot become {to}"
                )));
            }
            match self.try_finish(&run, ending).await {
                // It was moved, or its scenario freed, in between: what holds now decides.
                Err(Error::Conflict(_)) => {}
                Err(error) => return Err(error),
                Ok(()) => return self.get(run_id).await,
            }
        }
    }

    async fn try_finish(&self, run: &Run, ending: &Ending) -> Result<(), Error> {
        let end = Update::new()
            .set("status", text(ending.status.as_str()))
            .set("degraded", AttributeValue::Bool(ending.degraded))
            .set("endedAt", text(ending.ended_at))
            .set_or_keep("reason", ending.reason.as_ref().map(json))
            .set_or_keep("summary", ending.summary.as_ref().map(json))
            .when_equal("status", text(run.status.as_str()));
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(end.in_transaction(self.table(), key(run.run_id))?);
        self.and_scenario(transaction, run, "activeRunId").await
    }

    /// Notes when a stage began; the first word counts.
    pub async fn begin_stage(&self, run_id: RunId, stage: StageName, at: Timestamp) -> Result<(), Error> {
        let path = format!("stages.{}", record::stage_field(stage, "From"));
        self.change(run_id, Update::new().set_once(&path, text(at))).await
    }

    /// Notes when a stage ended; the last word counts, as regions end one after the other.
    pub async fn end_stage(&self, run_id: RunId, stage: StageName, at: Timestamp) -> Result<(), Error> {
        let path = format!("stages.{}", record::stage_field(stage, "To"));
        self.change(run_id, Update::new().set(&path, text(at))).await
    }

    /// Notes how many workers of a region stand where.
    pub async fn count_workers(
        &self,
        run_id: RunId,
        region: &Region,
        counts: WorkerCounts,
    ) -> Result<(), Error> {
        self.change(
            run_id,
            Update::new().set(&format!("counts.{region}"), json(&counts)),
        )
        .await
    }

    /// Adds warnings; the same one twice is there once.
    pub async fn warn(&self, run_id: RunId, warnings: &[Warning]) -> Result<(), Error> {
        if warnings.is_empty() {
            return Ok(());
        }
        self.change(run_id, Update::new().add("warnings", record::warnings(warnings)))
            .await
    }

    /// Sets or, with `None`, removes the note.
    pub async fn set_note(&self, run_id: RunId, note: Option<&str>) -> Result<(), Error> {
        self.change(run_id, Update::new().set_or_remove("note", note.map(text)))
            .await
    }

    pub async fn set_pinned(&self, run_id: RunId, pinned: bool) -> Result<(), Error> {
        self.change(run_id, Update::new().set("pinned", AttributeValue::Bool(pinned)))
            .await
    }

    /// Deletes a run that has ended; another one is a conflict. Its scenario does not keep it as its baseline. What it has
    /// in S3 is deleted before, by its prefix.
    pub async fn delete(&self, run_id: RunId) -> Result<(), Error> {
        loop {
            let run = self.get(run_id).await?;
            if !run.status.is_terminal() {
                return Err(Error::Conflict(format!("{run_id} is {}", run.status.as_str())));
            }
            match self.try_delete(&run).await {
                // Its scenario took it as a baseline, or left it, in between.
                Err(Error::Conflict(_)) => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_delete(&self, run: &Run) -> Result<(), Error> {
        let delete = Delete::builder()
            .table_name(self.table())
            .set_key(Some(key(run.run_id)))
            .build()
            .map_err(incomplete)?;
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().delete(delete).build());
        self.and_scenario(transaction, run, "baselineRunId").await
    }

    /// Sends a transaction, and with it removes the run from this attribute of its scenario, if it is there.
    async fn and_scenario(
        &self,
        transaction: TransactWriteItemsFluentBuilder,
        run: &Run,
        attribute: &str,
    ) -> Result<(), Error> {
        let table = &self.deployment.scenarios_table;
        let scenario = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(scenarios::key(run.scenario_id)))
            .consistent_read(true);
        let scenario = scenario.send().await.map_err(sorted)?.item.unwrap_or_default();
        let named = text(run.run_id);
        let transaction = if scenario.get(attribute) == Some(&named) {
            let free = Update::new().remove(attribute).when_equal(attribute, named);
            transaction.transact_items(free.in_transaction(table, scenarios::key(run.scenario_id))?)
        } else {
            transaction
        };
        transaction.send().await.map_err(sorted)?;
        Ok(())
    }

    /// A change to a run that must be there.
    async fn change(&self, run_id: RunId, update: Update) -> Result<(), Error> {
        match update
            .when_present("runId")
            .send(&self.client, self.table(), key(run_id))
            .await
        {
            Ok(_) => Ok(()),
            Err(Error::Conflict(_)) => Err(Error::NotFound(run_id.to_string())),
            Err(error) => Err(error),
        }
    }

    fn table(&self) -> &str {
        &self.deployment.runs_table
    }
}

pub(crate) fn key(run_id: RunId) -> Item {
    [("runId".to_owned(), text(run_id))].into()
}
