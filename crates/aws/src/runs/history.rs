//! Lists of runs, newest first.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::KeysAndAttributes};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    Duration, RunId, ScenarioId, Timestamp,
    run::{Entry, Status},
};

use super::{Runs, key, record};
use crate::{
    Error, Page, PageRequest,
    error::sorted,
    expression::incomplete,
    item::{Item, text},
    page,
};

/// Which runs a history has; validations are in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    pub status: Option<Status>,
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
pub(crate) const BY_DAY: &str = "byDay";
const SCENARIO_KEY: [&str; 2] = ["scenarioId", "runId"];
const DAY_KEY: [&str; 2] = ["day", "runId"];
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Days that are asked for at the same time.
const DAYS_AT_ONCE: usize = 8;

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
            .map(|cursor| page::key_of(cursor, &DAY_KEY))
            .transpose()?;
        let newest = match start.as_ref().and_then(|start| start.get("day")?.as_s().ok()) {
            Some(day) => format!("{day}T00:00:00Z")
                .parse()
                .map_err(|_| Error::InvalidCursor)?,
            None => filter.to.unwrap_or_else(|| now.plus(DAY)),
        };
        // A clock that is a little ahead of ours must not hide a run at midnight. Beyond these days there are no runs,
        // whatever a client asks for.
        let newest: Timestamp = newest.min(now.plus(DAY));
        let oldest = filter.from.unwrap_or_else(|| minus(now.min(newest), REACH));
        let oldest = oldest.max(Timestamp::from_ms(EARLIEST_MS));
        let mut days = stream::iter(days_back(newest, oldest))
            .map(|day| {
                let query = self.query(BY_DAY, "day", &day, filter);
                let start = start
                    .clone()
                    .filter(|start| start.get("day") == Some(&text(&day)));
                page::items(query, start, request.limit + 1)
            })
            .buffered(DAYS_AT_ONCE);
        let mut items = Vec::new();
        while items.len() <= request.limit
            && let Some(of_day) = days.try_next().await?
        {
            items.extend(of_day);
        }
        entries(items, request.limit, &DAY_KEY)
    }

    /// The runs that were created since `since` and are not over, by a read that may lag a little.
    pub async fn unfinished(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Entry>, Error> {
        let mut found = Vec::new();
        for day in days_back(now.plus(DAY), since) {
            let query = self
                .client
                .query()
                .table_name(self.table())
                .index_name(BY_DAY)
                .key_condition_expression("#day = :day")
                .filter_expression("NOT #status IN (:completed, :failed, :cancelled)")
                .expression_attribute_names("#day", "day")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":day", text(day))
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
        let mut conditions = vec!["#trigger <> :validation"];
        let mut query = self
            .client
            .query()
            .table_name(self.table())
            .index_name(index)
            .scan_index_forward(false)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":partition", text(value))
            .expression_attribute_names("#trigger", "trigger")
            .expression_attribute_values(":validation", text("validation"));
        if let Some(status) = filter.status {
            conditions.push("#status = :status");
            query = query
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", text(status.as_str()));
        }
        // RFC 3339 with a fixed number of decimals sorts as time does.
        if let Some(from) = filter.from {
            conditions.push("createdAt >= :from");
            query = query.expression_attribute_values(":from", text(from));
        }
        if let Some(to) = filter.to {
            conditions.push("createdAt < :to");
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

/// The UTC days from the newest to the oldest.
fn days_back(newest: Timestamp, oldest: Timestamp) -> impl Iterator<Item = String> {
    let first = newest.as_ms().div_euclid(DAY.as_ms() as i64);
    let last = oldest.as_ms().div_euclid(DAY.as_ms() as i64);
    (last..=first)
        .rev()
        .map(|day| Timestamp::from_ms(day * DAY.as_ms() as i64).day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_backwards_and_include_both_ends() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let days: Vec<_> = days_back(at("2026-03-01T00:00:00Z"), at("2026-02-27T23:59:59.999Z")).collect();
        assert_eq!(days, ["2026-03-01", "2026-02-28", "2026-02-27"]);
        assert_eq!(
            days_back(at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z")).count(),
            0
        );
    }
}
