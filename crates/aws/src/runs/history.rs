//! Lists of runs, newest first.

use aws_sdk_dynamodb::{Client, operation::query::builders::QueryFluentBuilder, types::KeysAndAttributes};
use futures::future::try_join_all;
use model::{
    Duration, RunId, ScenarioId, Timestamp,
    run::{Entry, Status},
};

use super::{Runs, key, record};
use crate::{
    Error, Page, PageRequest,
    error::sorted,
    expression::{Update, incomplete},
    item::{Item, Reader, text},
    page,
};

/// Which runs a history has; validations are in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Any of these; of all when there is none.
    pub statuses: Vec<Status>,
    /// Created at this instant or later. The list of all scenarios' runs goes back [`REACH`] at most.
    pub from: Option<Timestamp>,
    /// Created before this instant.
    pub to: Option<Timestamp>,
}

/// How far the list of all scenarios' runs goes back when `from` does not say.
pub const REACH: Duration = Duration::from_secs(400 * 24 * 3600);

/// 2026-01-01: no run is older than the product.
const EARLIEST_MS: i64 = 1_767_225_600_000;

pub(crate) const BY_SCENARIO: &str = "byScenario";
/// What is written now is in one partition, whether it is of a month or of a day; and a month is one question.
pub(crate) const BY_MONTH: &str = "byMonth";
const SCENARIO_KEY: [&str; 2] = ["scenarioId", "runId"];
const MONTH_KEY: [&str; 2] = ["month", "runId"];
/// By how much a clock may be wrong, and a run's id older than its creation.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Months that are asked for at the same time, once the newest was not enough.
const MONTHS_AT_ONCE: usize = 8;

impl Runs {
    /// The runs of one scenario.
    pub async fn of_scenario(
        &self,
        scenario_id: ScenarioId,
        filter: &HistoryFilter,
        request: &PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let start = request
            .cursor
            .as_deref()
            .map(|cursor| page::key_of(cursor, &SCENARIO_KEY))
            .transpose()?;
        // A cursor names its partition: it must be this one.
        if start
            .as_ref()
            .is_some_and(|start| start.get("scenarioId") != Some(&text(scenario_id)))
        {
            return Err(Error::InvalidCursor);
        }
        let query = self.query(BY_SCENARIO, "scenarioId", &scenario_id.to_string(), filter);
        let items = page::items(query, start, request.limit + 1).await?;
        entries(items, request.limit, &SCENARIO_KEY)
    }

    /// The runs of all scenarios; `now` ends the list where `to` does not.
    pub async fn all(
        &self,
        filter: &HistoryFilter,
        request: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<Entry>, Error> {
        let start = request
            .cursor
            .as_deref()
            .map(|cursor| page::key_of(cursor, &MONTH_KEY))
            .transpose()?;
        // A clock that is a little ahead of ours must not hide a run. Outside of these bounds there are no runs, whatever
        // a client asks for.
        let newest = filter.to.unwrap_or_else(|| now.plus(DAY)).min(now.plus(DAY));
        let oldest = filter.from.unwrap_or_else(|| minus(now.min(newest), REACH));
        let oldest = oldest.max(Timestamp::from_ms(EARLIEST_MS));
        let mut months: Vec<String> = newest.months_back_to(oldest).collect();
        if let Some(month) = start.as_ref().and_then(|start| start.get("month")?.as_s().ok()) {
            let at = months.iter().position(|known| known == month);
            months.drain(..at.ok_or(Error::InvalidCursor)?);
        }
        let query = |month: &String| {
            let query = self.query(BY_MONTH, "month", month, filter);
            let start = start.clone();
            let start = start.filter(|start| start.get("month") == Some(&text(month)));
            page::items(query, start, request.limit + 1)
        };
        let (mut items, mut at_once) = (Vec::new(), 1);
        let mut months = months.as_slice();
        while items.len() <= request.limit && !months.is_empty() {
            let (next, rest) = months.split_at(at_once.min(months.len()));
            items.extend(try_join_all(next.iter().map(query)).await?.into_iter().flatten());
            (months, at_once) = (rest, MONTHS_AT_ONCE);
        }
        entries(items, request.limit, &MONTH_KEY)
    }

    /// The runs that were created since `since` and are not over, by a read that may lag a little.
    pub async fn unfinished(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Entry>, Error> {
        let mut found = Vec::new();
        let (first, last) = RunId::made_between(minus(since, DAY), now.plus(DAY));
        for month in now.plus(DAY).months_back_to(since) {
            let query = self
                .client
                .query()
                .table_name(self.table())
                .index_name(BY_MONTH)
                .key_condition_expression("#month = :month AND runId BETWEEN :first AND :last")
                .filter_expression("NOT #status IN (:completed, :failed, :cancelled)")
                .expression_attribute_names("#month", "month")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":month", text(month))
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
                .expression_attribute_values(":completed", text(Status::Completed.as_str()))
                .expression_attribute_values(":failed", text(Status::Failed.as_str()))
                .expression_attribute_values(":cancelled", text(Status::Cancelled.as_str()));
            found.extend(page::items(query, None, usize::MAX).await?);
        }
        found.iter().map(record::entry).collect()
    }

    /// These runs, at most 100, in no order; those that are gone are left out.
    pub(crate) async fn entries(&self, ids: &[RunId]) -> Result<Vec<Entry>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut keys = KeysAndAttributes::builder().consistent_read(true).projection_expression(
            "runId, scenarioId, scenarioName, #status, #trigger, note, #ref, reason, degraded, pinned, createdAt, \
             startAt, endedAt, planned, counts, summary",
        );
        for (placeholder, name) in [("#status", "status"), ("#trigger", "trigger"), ("#ref", "ref")] {
            keys = keys.expression_attribute_names(placeholder, name);
        }
        let keys = ids.iter().fold(keys, |keys, id| keys.keys(key(*id)));
        let mut request = Some([(self.table().to_owned(), keys.build().map_err(incomplete)?)].into());
        let mut items: Vec<Item> = Vec::new();
        while let Some(keys) = request.take() {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(keys))
                .send()
                .await
                .map_err(sorted)?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            request = answer.unprocessed_keys.filter(|keys| !keys.is_empty());
        }
        items.iter().map(record::entry).collect()
    }

    fn query(&self, index: &str, partition: &str, value: &str, filter: &HistoryFilter) -> QueryFluentBuilder {
        // An id tells when it was made, so that what is outside of the bounds is not even read.
        let (first, last) = RunId::made_between(
            filter.from.map_or(Timestamp::from_ms(0), |from| minus(from, DAY)),
            filter.to.map_or(Timestamp::from_ms(i64::MAX), |to| to.plus(DAY)),
        );
        let mut conditions = vec!["#trigger <> :validation".to_owned()];
        let mut query = self
            .client
            .query()
            .table_name(self.table())
            .index_name(index)
            .scan_index_forward(false)
            .key_condition_expression("#partition = :partition AND runId BETWEEN :first AND :last")
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":partition", text(value))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .expression_attribute_names("#trigger", "trigger")
            .expression_attribute_values(":validation", text("validation"));
        if !filter.statuses.is_empty() {
            let place = |number| format!(":status{number}");
            let places: Vec<String> = (0..filter.statuses.len()).map(place).collect();
            conditions.push(format!("#status IN ({})", places.join(", ")));
            query = query.expression_attribute_names("#status", "status");
            for (place, status) in places.into_iter().zip(&filter.statuses) {
                query = query.expression_attribute_values(place, text(status.as_str()));
            }
        }
        // RFC 3339 with a fixed number of decimals sorts as time does.
        if let Some(from) = filter.from {
            conditions.push("createdAt >= :from".to_owned());
            query = query.expression_attribute_values(":from", text(from));
        }
        if let Some(to) = filter.to {
            conditions.push("createdAt < :to".to_owned());
            query = query.expression_attribute_values(":to", text(to));
        }
        query.filter_expression(conditions.join(" AND "))
    }
}

fn entries(items: Vec<Item>, limit: usize, index_key: &[&str]) -> Result<Page<Entry>, Error> {
    let (items, next_cursor) = page::cut(items, limit, index_key);
    let items = items.iter().map(record::entry).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor })
}

fn minus(at: Timestamp, duration: Duration) -> Timestamp {
    Timestamp::from_ms(at.as_ms().saturating_sub(duration.as_ms() as i64))
}

/// Gives the runs that were kept before lists went by month their month. There are none after the first time.
pub(crate) async fn name_months(client: &Client, table: &str) -> Result<(), Error> {
    let mut pages = client
        .scan()
        .table_name(table)
        .filter_expression("attribute_not_exists(#month)")
        .expression_attribute_names("#month", "month")
        .projection_expression("runId, createdAt")
        .into_paginator()
        .items()
        .send();
    while let Some(item) = pages.try_next().await.map_err(sorted)? {
        let read = Reader::new("a run", &item);
        let created_at: Timestamp = read.parsed("createdAt")?;
        let name = Update::new()
            .set("month", text(created_at.month()))
            .when_present("runId");
        match name.send(client, table, key(read.parsed("runId")?)).await {
            // It was deleted in between.
            Ok(_) | Err(Error::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
