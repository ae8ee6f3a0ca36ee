//! Operations on groups and streams, and PutLogEvents.

use std::sync::Arc;

use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Inner, group_arn,
    store::{self, NewEvent},
};
use crate::call::{Call, Error};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const PUT_EVENTS: usize = 10_000;
const PUT_BYTES: usize = 1_048_576;
const EVENT_OVERHEAD: usize = 26;
const TOO_OLD_MS: i64 = 14 * 24 * 60 * 60 * 1_000;
const TOO_NEW_MS: i64 = 2 * 60 * 60 * 1_000;

/// The retention periods that can be chosen, in days.
const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    log_group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedStream {
    log_group_name: String,
    log_stream_name: String,
}

impl Inner {
    pub(super) fn create_group(&self, call: &Call) -> Result<Value, Error> {
        let input: Named = call.input()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-/#".contains(c);
        let name = &input.log_group_name;
        if name.is_empty() || name.len() > 512 || !name.chars().all(fits) {
            return Err(invalid(
                "logGroupName must be 1 to 512 letters, digits and the characters . _ - / #",
            ));
        }
        let now_ms = self.config.clock.now_ms();
        if !self
            .database
            .write(|transaction| store::create_group(transaction, &call.region, name, now_ms))?
        {
            return Err(exists("The specified log group already exists"));
        }
        Ok(json!({}))
    }

    pub(super) fn create_stream(&self, call: &Call) -> Result<Value, Error> {
        let input: NamedStream = call.input()?;
        let name = &input.log_stream_name;
        if name.is_empty() || name.len() > 512 || name.contains([':', '*']) {
            return Err(invalid(
                "logStreamName must be 1 to 512 characters without : and *",
            ));
        }
        let now_ms = self.config.clock.now_ms();
        let created = self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            Ok::<_, Error>(store::create_stream(transaction, group, name, now_ms)?)
        })?;
        if created {
            Ok(json!({}))
        } else {
            Err(exists("The specified log stream already exists"))
        }
    }

    pub(super) fn delete_group(&self, call: &Call) -> Result<Value, Error> {
        let input: Named = call.input()?;
        self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            transaction.execute("DELETE FROM groups WHERE id = ?1", [group])?;
            Ok(json!({}))
        })
    }

    pub(super) fn delete_stream(&self, call: &Call) -> Result<Value, Error> {
        let input: NamedStream = call.input()?;
        self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            let stream = store::stream(transaction, group, &input.log_stream_name)?;
            transaction.execute("DELETE FROM streams WHERE id = ?1", [stream.id])?;
            Ok(json!({}))
        })
    }

    pub(super) fn put_retention(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            retention_in_days: u32,
        }
        let input: Input = call.input()?;
        if !RETENTIONS.contains(&input.retention_in_days) {
            return Err(invalid(
                "retentionInDays is not one of the periods that can be chosen",
            ));
        }
        self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            transaction.execute(
                "UPDATE groups SET retention_days = ?2 WHERE id = ?1",
                params![group, input.retention_in_days],
            )?;
            Ok(json!({}))
        })
    }

    pub(super) fn put_events(self: &Arc<Self>, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            log_stream_name: String,
            log_events: Vec<NewEvent>,
        }
        let input: Input = call.input()?;
        let mut events = input.log_events;
        let bytes: usize = events
            .iter()
            .map(|event| event.message.len() + EVENT_OVERHEAD)
            .sum();
        if events.is_empty() || events.len() > PUT_EVENTS || bytes > PUT_BYTES {
            return Err(invalid(format!(
                "a batch holds 1 to {PUT_EVENTS} events and at most {PUT_BYTES} bytes"
            )));
        }
        if !events.is_sorted_by_key(|event| event.at_ms) {
            return Err(invalid(
                "Log events in a single PutLogEvents request must be in chronological order.",
            ));
        }
        if events.iter().any(|event| event.message.is_empty()) {
            return Err(invalid("a message must have at least one character"));
        }
        let now_ms = self.config.clock.now_ms();
        let old = events.partition_point(|event| event.at_ms < now_ms - TOO_OLD_MS);
        let new = events.partition_point(|event| event.at_ms <= now_ms + TOO_NEW_MS);
        let mut rejected = json!({});
        if old > 0 {
            rejected["tooOldLogEventEndIndex"] = old.into();
        }
        if new < events.len() {
            rejected["tooNewLogEventStartIndex"] = new.into();
        }
        events.truncate(new);
        events.drain(..old);
        let stream = self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            let stream = store::stream(transaction, group, &input.log_stream_name)?;
            store::append(transaction, stream, &events, now_ms)?;
            Ok::<_, Error>(stream)
        })?;
        self.touched(stream);
        let mut answer = json!({"nextSequenceToken": now_ms.to_string()});
        if rejected.as_object().is_some_and(|rejected| !rejected.is_empty()) {
            answer["rejectedLogEventsInfo"] = rejected;
        }
        Ok(answer)
    }

    pub(super) fn describe_groups(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name_prefix: Option<String>,
            next_token: Option<String>,
            limit: Option<usize>,
        }
        let input: Input = call.input()?;
        let limit = input.limit.unwrap_or(50).clamp(1, 50);
        let prefix = input.log_group_name_prefix.unwrap_or_default();
        let after = input.next_token.unwrap_or_default();
        self.database.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT name, created_ms, retention_days FROM groups
                 WHERE region = ?1 AND substr(name, 1, length(?2)) = ?2 AND name > ?3 ORDER BY name LIMIT ?4",
            )?;
            let rows = statement.query_map(params![call.region, prefix, after, limit + 1], |row| {
                let name: String = row.get(0)?;
                let arn = group_arn(&call.region, &name);
                let mut group = json!({
                    "logGroupName": name, "creationTime": row.get::<_, i64>(1)?, "metricFilterCount": 0,
                    "arn": format!("{arn}:*"), "logGroupArn": arn, "storedBytes": 0, "logGroupClass": "STANDARD",
                });
                if let Some(days) = row.get::<_, Option<u32>>(2)? {
                    group["retentionInDays"] = days.into();
                }
                Ok(group)
            })?;
            page("logGroups", rows.collect::<rusqlite::Result<_>>()?, limit, "logGroupName")
        })
    }

    pub(super) fn describe_streams(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            log_stream_name_prefix: Option<String>,
            order_by: Option<String>,
            #[serde(default)]
            descending: bool,
            next_token: Option<String>,
            limit: Option<usize>,
        }
        let input: Input = call.input()?;
        let limit = input.limit.unwrap_or(50).clamp(1, 50);
        let by_time = input.order_by.as_deref() == Some("LastEventTime");
        if by_time && input.log_stream_name_prefix.is_some() {
            return Err(invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        let skip: usize = match &input.next_token {
            Some(token) => token
                .parse()
                .map_err(|_| invalid("The specified nextToken is invalid."))?,
            None => 0,
        };
        self.database.read(|connection| {
            let group = store::group(connection, &call.region, &input.log_group_name)?;
            let order = if by_time { "coalesce(last_ms, 0)" } else { "name" };
            let direction = if input.descending { "DESC" } else { "ASC" };
            let mut statement = connection.prepare(&format!(
                "SELECT name, created_ms, first_ms, last_ms, ingested_ms FROM streams
                 WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2
                 ORDER BY {order} {direction}, id {direction} LIMIT ?3 OFFSET ?4",
            ))?;
            let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
            let rows = statement.query_map(params![group, prefix, limit + 1, skip], |row| {
                let name: String = row.get(0)?;
                let arn = format!("{}:log-stream:{name}", group_arn(&call.region, &input.log_group_name));
                let mut stream =
                    json!({"logStreamName": name, "creationTime": row.get::<_, i64>(1)?, "arn": arn, "storedBytes": 0});
                let times = ["firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"];
                for (column, field) in times.into_iter().enumerate() {
                    if let Some(at_ms) = row.get::<_, Option<i64>>(column + 2)? {
                        stream[field] = at_ms.into();
                    }
                }
                Ok(stream)
            })?;
            let mut streams = rows.collect::<rusqlite::Result<Vec<Value>>>()?;
            let more = streams.len() > limit;
            streams.truncate(limit);
            let mut answer = json!({"logStreams": streams});
            if more {
                answer["nextToken"] = (skip + limit).to_string().into();
            }
            Ok(answer)
        })
    }
}

/// A page of items that are ordered by `key`, which is also the token of the next one.
fn page(field: &str, mut items: Vec<Value>, limit: usize, key: &str) -> Result<Value, Error> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| item[key].clone());
    let mut answer = json!({});
    answer[field] = items.into();
    if let Some(next) = next {
        answer["nextToken"] = next;
    }
    Ok(answer)
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterException", message)
}

fn exists(message: &str) -> Error {
    Error::new("ResourceAlreadyExistsException", message)
}
