//! A run comes into being: one transaction, so that a scenario has one active run and a request counts once.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use model::{
    RunId, Timestamp,
    run::{Run, Trigger},
};

use super::{Runs, record};
use crate::{
    Error,
    error::sorted,
    expression::{Update, incomplete},
    item::{Item, Reader, number, text},
    scenarios, settings,
};

/// A run to be created.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// `scenario_version` is the version that its snapshot was taken from.
    pub run: Run,
    pub idempotency: Option<Idempotency>,
}

/// What makes a repeated request the same request, for 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub caller: String,
    /// As the client sent it.
    pub key: String,
    /// Of the request's body, to tell a repetition from a key that is used again.
    pub body_hash: String,
}

/// What became of the request for a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    Created,
    /// The same request came before; this is its run as it is now.
    Replayed(Box<Run>),
    /// The scenario has a run that is not over.
    ActiveRun(RunId),
    /// The key came before with another body.
    KeyReused,
    /// The scenario was edited since its snapshot was taken; take another one.
    ScenarioChanged,
    ScenarioNotFound,
}

const KEY_LIFE_SECONDS: i64 = 24 * 3600;

impl Runs {
    /// The run that an earlier request with this key created, if there was one.
    pub async fn replay(&self, idempotency: &Idempotency, now: Timestamp) -> Result<Option<Created>, Error> {
        let get = self
            .client
            .get_item()
            .table_name(&self.deployment.settings_table)
            .set_key(Some(idempotency.item_key()))
            .consistent_read(true);
        let Some(item) = get.send().await.map_err(sorted)?.item else {
            return Ok(None);
        };
        let read = Reader::new("an idempotency record", &item);
        // DynamoDB deletes expired items in its own time.
        if read.number::<i64>("expiresAt")? <= now.as_ms() / 1_000 {
            return Ok(None);
        }
        if read.text("bodyHash")? != idempotency.body_hash {
            return Ok(Some(Created::KeyReused));
        }
        Ok(Some(Created::Replayed(Box::new(
            self.get(read.parsed("runId")?).await?,
        ))))
    }

    /// Creates the run, makes it the scenario's active one and keeps the idempotency record: all or nothing.
    pub async fn create(&self, new: &NewRun) -> Result<Created, Error> {
        let now = new.run.created_at;
        loop {
            match self.try_create(new).await {
                Ok(()) => return Ok(Created::Created),
                Err(Error::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
            if let Some(idempotency) = &new.idempotency
                && let Some(outcome) = self.replay(idempotency, now).await?
            {
                return Ok(outcome);
            }
            if let Some(outcome) = self.obstacle(&new.run).await? {
                return Ok(outcome);
            }
            // Two transactions met on an item, or the obstacle has gone: try again.
        }
    }

    async fn obstacle(&self, run: &Run) -> Result<Option<Created>, Error> {
        // An answer was lost and the call repeated: the run is there.
        match self.get(run.run_id).await {
            Ok(_) => return Ok(Some(Created::Created)),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        let get = self
            .client
            .get_item()
            .table_name(&self.deployment.scenarios_table)
            .set_key(Some(scenarios::key(run.scenario_id)))
            .consistent_read(true);
        let Some(item) = get.send().await.map_err(sorted)?.item else {
            return Ok(Some(Created::ScenarioNotFound));
        };
        let read = Reader::new("a scenario", &item);
        Ok(match read.optional_parsed("activeRunId")? {
            Some(active) => Some(Created::ActiveRun(active)),
            None if read.number::<u64>("version")? != run.scenario_version => Some(Created::ScenarioChanged),
            None => None,
        })
    }

    async fn try_create(&self, new: &NewRun) -> Result<(), Error> {
        let run = &new.run;
        // A validation is active like any run, and in no history.
        let last = (run.trigger != Trigger::Validation).then(|| text(run.run_id));
        let claim = Update::new()
            .set("activeRunId", text(run.run_id))
            .set_or_keep("lastRunId", last)
            .when_absent("activeRunId")
            .when_equal("version", number(run.scenario_version as i64));
        let mut transaction = self
            .client
            .transact_write_items()
            .transact_items(put(
                self.table(),
                record::write(run),
                "attribute_not_exists(runId)",
            )?)
            .transact_items(
                claim.in_transaction(&self.deployment.scenarios_table, scenarios::key(run.scenario_id))?,
            );
        if let Some(idempotency) = &new.idempotency {
            let now = run.created_at.as_ms() / 1_000;
            let keep = Update::new()
                .set("runId", text(run.run_id))
                .set("bodyHash", text(&idempotency.body_hash))
                .set("expiresAt", number(now + KEY_LIFE_SECONDS))
                .when_absent_or_less("expiresAt", number(now + 1));
            transaction = transaction.transact_items(
                keep.in_transaction(&self.deployment.settings_table, idempotency.item_key())?,
            );
        }
        transaction.send().await.map_err(sorted)?;
        Ok(())
    }
}

impl Idempotency {
    fn item_key(&self) -> Item {
        settings::key("idempotency", &format!("{}#{}", self.caller, self.key))
    }
}

fn put(table: &str, item: Item, condition: &str) -> Result<TransactWriteItem, Error> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(condition);
    Ok(TransactWriteItem::builder()
        .put(put.build().map_err(incomplete)?)
        .build())
}
