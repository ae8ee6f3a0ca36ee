//! Scenarios as they are kept: one document each, with a version for optimistic locking.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use model::{RunId, ScenarioId, Timestamp, run, scenario::Scenario};

use crate::{
    Deployment, Error, Page, PageRequest,
    error::sorted,
    expression::Update,
    item::{Item, Reader, json, number, text},
    page,
    runs::{self, Runs},
};

/// The table of scenarios.
#[derive(Clone)]
pub struct Scenarios {
    client: Client,
    runs: Runs,
    deployment: Arc<Deployment>,
}

/// A scenario and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub scenario_id: ScenarioId,
    /// Counts the edits, from 1.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The run that is not over yet.
    pub active_run_id: Option<RunId>,
    /// The run that others are held against.
    pub baseline_run_id: Option<RunId>,
    pub scenario: Scenario,
}

/// A scenario as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub scenario_id: ScenarioId,
    pub version: u64,
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub active_run_id: Option<RunId>,
    pub baseline_run_id: Option<RunId>,
    pub last_run: Option<run::Entry>,
}

/// Which scenarios a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this tag.
    pub tag: Option<String>,
    /// Somewhere in the name or the description, whatever the case.
    pub query: Option<String>,
}

/// What became of an edit.
#[derive(Debug, Clone, PartialEq)]
pub enum Updated {
    Updated(Box<Stored>),
    /// Someone else edited it since; the version that it has now.
    Stale(u64),
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    Deleted,
    /// It is running.
    ActiveRun(RunId),
}

pub(crate) const LIST_INDEX: &str = "listed";
/// The one partition of the list: a scenario is small there, and there are thousands, not millions.
const LIST: &str = "scenarios";
const LIST_KEY: [&str; 2] = ["list", "scenarioId"];
/// What the list index carries besides its keys: all that [`summary`] and the filters read.
pub(crate) const LISTED: [&str; 10] = [
    "version",
    "name",
    "description",
    "tags",
    "search",
    "createdAt",
    "updatedAt",
    "activeRunId",
    "baselineRunId",
    "lastRunId",
];

impl Scenarios {
    pub(crate) fn new(client: Client, runs: Runs, deployment: Arc<Deployment>) -> Self {
        Self {
            client,
            runs,
            deployment,
        }
    }

    /// Keeps a new scenario, as version 1. The same id again is a conflict.
    pub async fn put(&self, id: ScenarioId, scenario: &Scenario, now: Timestamp) -> Result<Stored, Error> {
        let update = content(scenario)
            .when_absent("scenarioId")
            .set("list", text(LIST))
            .set("version", number(1))
            .set("createdAt", text(now))
            .set("updatedAt", text(now));
        stored(&update.send(&self.client, self.table(), key(id)).await?)
    }

    pub async fn get(&self, id: ScenarioId) -> Result<Stored, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key(id)))
            .consistent_read(true);
        let item = answer.send().await.map_err(sorted)?.item;
        stored(&item.ok_or_else(|| Error::NotFound(id.to_string()))?)
    }

    /// Newest first.
    pub async fn list(&self, filter: &Filter, request: &PageRequest) -> Result<Page<Summary>, Error> {
        let mut query = self
            .client
            .query()
            .table_name(self.table())
            .index_name(LIST_INDEX)
            .scan_index_forward(false)
            .key_condition_expression("#list = :list")
            .expression_attribute_names("#list", "list")
            .expression_attribute_values(":list", text(LIST));
        let mut conditions = Vec::new();
        if let Some(tag) = &filter.tag {
            conditions.push("contains(#tags, :tag)");
            query = query
                .expression_attribute_names("#tags", "tags")
                .expression_attribute_values(":tag", text(tag));
        }
        if let Some(words) = &filter.query {
            conditions.push("contains(#search, :words)");
            query = query
                .expression_attribute_names("#search", "search")
                .expression_attribute_values(":words", text(words.to_lowercase()));
        }
        if !conditions.is_empty() {
            query = query.filter_expression(conditions.join(" AND "));
        }
        let start = request
            .cursor
            .as_deref()
            .map(|cursor| page::key_of(cursor, &LIST_KEY))
            .transpose()?;
        let items = page::items(query, start, request.limit + 1).await?;
        let (items, next_cursor) = page::cut(items, request.limit, &LIST_KEY);
        let last_runs = self.last_runs(&items).await?;
        let items = items
            .iter()
            .map(|item| summary(item, &last_runs))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor })
    }

    /// Replaces the document if it still has this version.
    pub async fn update(
        &self,
        id: ScenarioId,
        version: u64,
        scenario: &Scenario,
        now: Timestamp,
    ) -> Result<Updated, Error> {
        let update = content(scenario)
            .when_equal("version", number(version as i64))
            .set("version", number(version as i64 + 1))
            .set("updatedAt", text(now));
        match update.send(&self.client, self.table(), key(id)).await {
            Ok(item) => Ok(Updated::Updated(Box::new(stored(&item)?))),
            Err(Error::Conflict(_)) => Ok(Updated::Stale(self.get(id).await?.version)),
            Err(error) => Err(error),
        }
    }

    /// Makes a completed run of the scenario, with results, its baseline. It is a conflict when the run or the scenario is
    /// not so any more.
    pub async fn set_baseline(&self, id: ScenarioId, run_id: RunId) -> Result<Stored, Error> {
        let fit = Update::new()
            .when_equal("scenarioId", text(id))
            .when_equal("status", text(run::Status::Completed.as_str()))
            .when_present("summary");
        let set = Update::new()
            .set("baselineRunId", text(run_id))
            .when_present("scenarioId");
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(fit.checked_in_transaction(&self.deployment.runs_table, runs::key(run_id))?)
            .transact_items(set.in_transaction(self.table(), key(id))?);
        transaction.send().await.map_err(sorted)?;
        self.get(id).await
    }

    /// Leaves the scenario without a baseline.
    pub async fn remove_baseline(&self, id: ScenarioId) -> Result<(), Error> {
        let remove = Update::new().remove("baselineRunId").when_present("scenarioId");
        match remove.send(&self.client, self.table(), key(id)).await {
            Ok(_) => Ok(()),
            Err(Error::Conflict(_)) => Err(Error::NotFound(id.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Deletes a scenario that is not running. Its runs stay.
    pub async fn delete(&self, id: ScenarioId) -> Result<Deleted, Error> {
        loop {
            let delete = self
                .client
                .delete_item()
                .table_name(self.table())
                .set_key(Some(key(id)))
                .condition_expression("attribute_exists(scenarioId) AND attribute_not_exists(activeRunId)");
            match delete.send().await.map_err(sorted) {
                Ok(_) => return Ok(Deleted::Deleted),
                Err(Error::Conflict(_)) => {
                    // Gone, running, or just freed by the end of its run.
                    if let Some(run_id) = self.get(id).await?.active_run_id {
                        return Ok(Deleted::ActiveRun(run_id));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn last_runs(&self, items: &[Item]) -> Result<HashMap<RunId, run::Entry>, Error> {
        let ids: Vec<RunId> = items
            .iter()
            .filter_map(|item| {
                Reader::new("a scenario", item)
                    .optional_parsed("lastRunId")
                    .transpose()
            })
            .collect::<Result<_, _>>()?;
        let entries = self.runs.entries(&ids).await?;
        Ok(entries.into_iter().map(|entry| (entry.run_id, entry)).collect())
    }

    fn table(&self) -> &str {
        &self.deployment.scenarios_table
    }
}

pub(crate) fn key(id: ScenarioId) -> Item {
    [("scenarioId".to_owned(), text(id))].into()
}

fn content(scenario: &Scenario) -> Update {
    let tags = scenario.tags.iter().map(text).collect();
    Update::new()
        .set("document", json(scenario))
        .set("name", text(&scenario.name))
        .set("description", text(&scenario.description))
        .set("tags", AttributeValue::L(tags))
        .set(
            "search",
            text(format!("{}\n{}", scenario.name, scenario.description).to_lowercase()),
        )
}

fn stored(item: &Item) -> Result<Stored, Error> {
    let read = Reader::new("a scenario", item);
    Ok(Stored {
        scenario_id: read.parsed("scenarioId")?,
        version: read.number("version")?,
        created_at: read.parsed("createdAt")?,
        updated_at: read.parsed("updatedAt")?,
        active_run_id: read.optional_parsed("activeRunId")?,
        baseline_run_id: read.optional_parsed("baselineRunId")?,
        scenario: read.json("document")?,
    })
}

fn summary(item: &Item, last_runs: &HashMap<RunId, run::Entry>) -> Result<Summary, Error> {
    let read = Reader::new("a scenario", item);
    let last_run: Option<RunId> = read.optional_parsed("lastRunId")?;
    let tags = item.get("tags").and_then(|tags| tags.as_l().ok());
    Ok(Summary {
        scenario_id: read.parsed("scenarioId")?,
        version: read.number("version")?,
        name: read.text("name")?.to_owned(),
        description: read.text("description")?.to_owned(),
        tags: tags
            .into_iter()
            .flatten()
            .filter_map(|tag| tag.as_s().ok().cloned())
            .collect(),
        created_at: read.parsed("createdAt")?,
        updated_at: read.parsed("updatedAt")?,
        active_run_id: read.optional_parsed("activeRunId")?,
        baseline_run_id: read.optional_parsed("baselineRunId")?,
        last_run: last_run.and_then(|id| last_runs.get(&id).cloned()),
    })
}
