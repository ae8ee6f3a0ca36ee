//! GetLogEvents and FilterLogEvents.
//!
//! Events are ordered by time, then by number; a place between two events is written `time/number`.

use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Inner, event_id, operations::invalid, pattern::Pattern, store};
use crate::call::{Call, Error};

/// What one answer holds at most.
const EVENTS_LIMIT: usize = 10_000;
const BYTES_LIMIT: usize = 1_048_576;

/// How many events one FilterLogEvents looks at; a page may then be short, or empty, and still have a next one.
const SCAN_LIMIT: usize = 100_000;

/// A place in the order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at_ms: i64,
    id: i64,
}

impl Place {
    const START: Self = Self {
        at_ms: i64::MIN,
        id: i64::MIN,
    };
    const END: Self = Self {
        at_ms: i64::MAX,
        id: i64::MAX,
    };

    fn parse(text: &str) -> Option<Self> {
        let (at_ms, id) = text.split_once('/')?;
        Some(Self {
            at_ms: at_ms.parse().ok()?,
            id: id.parse().ok()?,
        })
    }

    fn write(self) -> String {
        format!("{}/{}", self.at_ms, self.id)
    }
}

/// An event as it is stored.
struct Event {
    place: Place,
    ingested_ms: i64,
    message: String,
    stream: i64,
}

impl Event {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            place: Place {
                at_ms: row.get(0)?,
                id: row.get(1)?,
            },
            ingested_ms: row.get(2)?,
            message: row.get(3)?,
            stream: row.get(4)?,
        })
    }
}

impl Inner {
    pub(super) fn get_events(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: Option<String>,
            log_group_identifier: Option<String>,
            log_stream_name: String,
            start_time: Option<i64>,
            end_time: Option<i64>,
            limit: Option<usize>,
            #[serde(default)]
            start_from_head: bool,
            next_token: Option<String>,
        }
        let input: Input = call.input()?;
        let group_name = group_name(input.log_group_name, input.log_group_identifier)?;
        let limit = input.limit.unwrap_or(EVENTS_LIMIT).clamp(1, EVENTS_LIMIT);
        let (forward, from) = match &input.next_token {
            None if input.start_from_head => (true, Place::START),
            None => (false, Place::END),
            Some(token) => {
                let place = token.get(2..).and_then(Place::parse);
                let place = place.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
                (token.starts_with("f/"), place)
            }
        };
        let mut events = self.database.read(|connection| {
            let group = store::group(connection, &call.region, &group_name)?;
            let stream = store::stream(connection, group, &input.log_stream_name)?;
            let (comparison, direction) = if forward { (">", "ASC") } else { ("<", "DESC") };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT at_ms, id, ingested_ms, message, stream_id FROM events
                 WHERE stream_id = ?1 AND (at_ms, id) {comparison} (?2, ?3) AND at_ms >= ?4 AND at_ms < ?5
                 ORDER BY at_ms {direction}, id {direction} LIMIT ?6",
            ))?;
            // The end time itself is not included.
            let end = input.end_time.unwrap_or(i64::MAX);
            let start = input.start_time.unwrap_or(i64::MIN);
            let rows = statement.query_map(
                params![stream.id, from.at_ms, from.id, start, end, limit],
                Event::read,
            )?;
            let mut bytes = 0;
            let mut events = Vec::new();
            for event in rows {
                let event = event?;
                bytes += event.message.len();
                if bytes > BYTES_LIMIT && !events.is_empty() {
                    break;
                }
                events.push(event);
            }
            Ok::<_, Error>(events)
        })?;
        if !forward {
            events.reverse();
        }
        // At either end, the token is the one that was given.
        let (backward_from, forward_from) = match (events.first(), events.last()) {
            (Some(first), Some(last)) => (first.place, last.place),
            _ if from == Place::END || from == Place::START => {
                (Place { at_ms: 0, id: 0 }, Place { at_ms: 0, id: 0 })
            }
            _ => (from, from),
        };
        let events: Vec<Value> = events
            .iter()
            .map(|event| json!({"timestamp": event.place.at_ms, "message": event.message, "ingestionTime": event.ingested_ms}))
            .collect();
        Ok(json!({
            "events": events,
            "nextForwardToken": format!("f/{}", forward_from.write()),
            "nextBackwardToken": format!("b/{}", backward_from.write()),
        }))
    }

    pub(super) fn filter_events(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: Option<String>,
            log_group_identifier: Option<String>,
            log_stream_names: Option<Vec<String>>,
            log_stream_name_prefix: Option<String>,
            start_time: Option<i64>,
            end_time: Option<i64>,
            filter_pattern: Option<String>,
            next_token: Option<String>,
            limit: Option<usize>,
        }
        let input: Input = call.input()?;
        let group_name = group_name(input.log_group_name, input.log_group_identifier)?;
        if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
            return Err(invalid(
                "logStreamNames and logStreamNamePrefix cannot be used together",
            ));
        }
        let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        let limit = input.limit.unwrap_or(EVENTS_LIMIT).clamp(1, EVENTS_LIMIT);
        let from = match &input.next_token {
            Some(token) => {
                Place::parse(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?
            }
            None => Place::START,
        };
        self.database.read(|connection| {
            let group = store::group(connection, &call.region, &group_name)?;
            let names = input.log_stream_names.as_deref();
            let streams = streams(connection, group, names, input.log_stream_name_prefix.as_deref())?;
            let mut statement = connection.prepare(&format!(
                "SELECT at_ms, id, ingested_ms, message, stream_id FROM events
                 WHERE {} AND (at_ms, id) > (?1, ?2) AND at_ms BETWEEN ?3 AND ?4 ORDER BY at_ms, id LIMIT ?5",
                among(
                    group,
                    &streams,
                    names.is_some() || input.log_stream_name_prefix.is_some()
                ),
            ))?;
            let start = input.start_time.unwrap_or(i64::MIN);
            let end = input.end_time.unwrap_or(i64::MAX);
            let mut rows = statement.query(params![from.at_ms, from.id, start, end, SCAN_LIMIT])?;
            let mut found = Vec::new();
            let mut bytes = 0;
            let mut scanned = 0;
            let mut next = None;
            let mut last = from;
            while let Some(row) = rows.next()? {
                let event = Event::read(row)?;
                scanned += 1;
                if pattern.matches(&event.message) {
                    bytes += event.message.len();
                    if found.len() == limit || (bytes > BYTES_LIMIT && !found.is_empty()) {
                        next = Some(last);
                        break;
                    }
                    found.push(json!({
                        "logStreamName": streams.get(&event.stream),
                        "timestamp": event.place.at_ms,
                        "message": event.message,
                        "ingestionTime": event.ingested_ms,
                        "eventId": event_id(event.place.id),
                    }));
                }
                last = event.place;
                if scanned == SCAN_LIMIT {
                    next = Some(last);
                }
            }
            let mut answer = json!({"events": found, "searchedLogStreams": []});
            if let Some(next) = next {
                answer["nextToken"] = next.write().into();
            }
            Ok(answer)
        })
    }
}

type Streams = std::collections::HashMap<i64, String>;

/// The streams that are asked for; those that do not exist are an error, as on AWS.
fn streams(
    connection: &Connection,
    group: i64,
    names: Option<&[String]>,
    prefix: Option<&str>,
) -> Result<Streams, Error> {
    if let Some(names) = names {
        let find = |name: &String| Ok((store::stream(connection, group, name)?.id, name.clone()));
        return names.iter().map(find).collect();
    }
    let mut statement = connection
        .prepare("SELECT id, name FROM streams WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2")?;
    let rows = statement.query_map(params![group, prefix.unwrap_or("")], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The condition that picks the streams, so that SQLite takes the index that serves it best.
fn among(group: i64, streams: &Streams, chosen: bool) -> String {
    let ids: Vec<String> = streams.keys().map(i64::to_string).collect();
    match ids.as_slice() {
        _ if !chosen => format!("group_id = {group}"),
        [only] => format!("stream_id = {only}"),
        several => format!("group_id = {group} AND stream_id IN ({})", several.join(",")),
    }
}

/// The name of a group that is given by name or by ARN.
fn group_name(name: Option<String>, identifier: Option<String>) -> Result<String, Error> {
    let name = name
        .or(identifier)
        .ok_or_else(|| invalid("logGroupName is missing"))?;
    Ok(name
        .split_once(":log-group:")
        .map_or(name.as_str(), |(_, rest)| rest.trim_end_matches(":*"))
        .to_owned())
}
