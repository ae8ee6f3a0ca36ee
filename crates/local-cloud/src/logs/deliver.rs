//! Subscription filters: what they match goes to a Lambda function, stream by stream, in order, at least once.

use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{Inner, event_id, pattern::Pattern, store::Stream};
use crate::{
    ACCOUNT,
    call::Error,
    invocation::{Attempt, attempt},
    sqlite::blocking,
};

/// What one invocation carries at most, before compression, so that even noise stays under Lambda's 6 MB.
const BATCH_BYTES: usize = 1024 * 1024;
const BATCH_EVENTS: usize = 10_000;

/// A subscription filter and a stream of its group.
type Pair = (i64, i64);

/// The pairs that are being worked on; `true` when events have come since it looked.
#[derive(Default)]
pub(super) struct Busy(Mutex<HashMap<Pair, bool>>);

impl Busy {
    /// Whether the caller is to start working on the pair; if somebody does already, that one will look again.
    fn claim(&self, pair: Pair) -> bool {
        let mut busy = self.0.lock().expect("no holder panics");
        let known = busy.contains_key(&pair);
        busy.insert(pair, known);
        !known
    }

    /// Whether the caller is done; otherwise it has to look again.
    fn release(&self, pair: Pair) -> bool {
        let mut busy = self.0.lock().expect("no holder panics");
        if busy.insert(pair, false) == Some(true) {
            return false;
        }
        busy.remove(&pair);
        true
    }

    /// Leaves the pair to whoever claims it next.
    fn give_up(&self, pair: Pair) {
        self.0.lock().expect("no holder panics").remove(&pair);
    }
}

/// Events of one stream that a filter has not seen yet.
struct Batch {
    destination: String,
    /// None if the filter takes none of them.
    payload: Option<Value>,
    /// The last event that has been looked at.
    through: i64,
}

impl Inner {
    /// Has the filters of the stream's group look at it. Call it after the events are committed.
    pub(super) fn touched(self: &Arc<Self>, stream: Stream) {
        let filters = self.database.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT id FROM filters WHERE group_id = ?1")?;
            statement
                .query_map([stream.group], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()
        });
        match filters {
            Ok(filters) => filters
                .into_iter()
                .for_each(|filter| self.start_delivery((filter, stream.id))),
            Err(error) => tracing::error!(%error, "subscription filters could not be read"),
        }
    }

    /// Goes on with what an earlier host has not delivered.
    pub(super) fn resume_deliveries(self: &Arc<Self>) -> rusqlite::Result<()> {
        let behind: Vec<Pair> = self.database.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT filters.id, streams.id FROM filters
                 JOIN streams ON streams.group_id = filters.group_id
                 LEFT JOIN cursors ON filter_id = filters.id AND stream_id = streams.id
                 WHERE coalesce(event_id, since) < (SELECT max(id) FROM events WHERE stream_id = streams.id)",
            )?;
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        behind.into_iter().for_each(|pair| self.start_delivery(pair));
        Ok(())
    }

    fn start_delivery(self: &Arc<Self>, pair: Pair) {
        if self.busy.claim(pair) {
            let inner = Arc::clone(self);
            tokio::spawn(async move {
                let stop = inner.stop.clone();
                tokio::select! {
                    () = stop.cancelled() => {}
                    result = inner.deliver(pair) => if let Err(error) = result {
                        tracing::error!(%error, "log events could not be delivered to a subscriber");
                        inner.busy.give_up(pair);
                    },
                }
            });
        }
    }

    async fn deliver(self: &Arc<Self>, pair: Pair) -> Result<(), Error> {
        loop {
            let inner = Arc::clone(self);
            let batch =
                blocking(move || inner.database.read(|connection| next_batch(connection, pair))).await;
            let Some(batch) = batch? else {
                if self.busy.release(pair) {
                    return Ok(());
                }
                continue;
            };
            if let Some(payload) = batch.payload {
                self.send(&batch.destination, &payload).await;
                if self.duplicating.load(std::sync::atomic::Ordering::Relaxed) {
                    self.send(&batch.destination, &payload).await;
                }
            }
            let inner = Arc::clone(self);
            blocking(move || {
                inner.database.write(|transaction| {
                    // Nothing to advance when the filter or the stream has been deleted meanwhile.
                    transaction.execute(
                        "INSERT INTO cursors (filter_id, stream_id, event_id)
                         SELECT filters.id, streams.id, ?3 FROM filters, streams
                         WHERE filters.id = ?1 AND streams.id = ?2
                         ON CONFLICT DO UPDATE SET event_id = excluded.event_id",
                        params![pair.0, pair.1, batch.through],
                    )?;
                    Ok(())
                })
            })
            .await?;
        }
    }

    /// Invokes until it succeeds or is given up.
    async fn send(&self, destination: &str, payload: &Value) {
        let began = tokio::time::Instant::now();
        let mut attempts = 0;
        let mut failures = 0;
        loop {
            let problem = match attempt(&self.lambda, destination, payload.clone()).await {
                Attempt::Succeeded => return,
                Attempt::FunctionFailed(problem) => {
                    failures += 1;
                    if failures > self.config.retry.function_retries {
                        tracing::error!(
                            destination,
                            problem,
                            "log events are lost to a subscriber that fails"
                        );
                        return;
                    }
                    problem
                }
                Attempt::Refused(problem) => problem,
                Attempt::Impossible(problem) => {
                    tracing::error!(
                        destination,
                        problem,
                        "log events cannot be delivered to a subscriber"
                    );
                    return;
                }
            };
            attempts += 1;
            if began.elapsed() > self.config.deliver_for {
                tracing::error!(
                    destination,
                    problem,
                    "log events are lost to a subscriber out of reach"
                );
                return;
            }
            tracing::warn!(
                destination,
                problem,
                attempts,
                "log events will be delivered again"
            );
            tokio::time::sleep(self.config.retry.pause(attempts)).await;
        }
    }
}

fn next_batch(connection: &Connection, (filter, stream): Pair) -> Result<Option<Batch>, Error> {
    let known = connection
        .prepare_cached(
            "SELECT filters.name, pattern, destination, coalesce(event_id, since), groups.name, streams.name
             FROM filters JOIN groups ON groups.id = filters.group_id JOIN streams ON streams.group_id = groups.id
             LEFT JOIN cursors ON filter_id = filters.id AND stream_id = streams.id
             WHERE filters.id = ?1 AND streams.id = ?2",
        )?
        .query_row([filter, stream], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, String>(4)?,
                row.get::<_, String>(5)?,
            ))
        })
        .optional()?;
    let Some((name, pattern, destination, cursor, group_name, stream_name)) = known else {
        return Ok(None);
    };
    let pattern = Pattern::parse(&pattern).map_err(Error::internal)?;
    // By number, not by an index: what lies behind the cursor is short.
    let mut statement = connection.prepare_cached(
        "SELECT id, at_ms, message FROM events NOT INDEXED WHERE id > ?1 AND stream_id = ?2 ORDER BY id LIMIT ?3",
    )?;
    let mut rows = statement.query(params![cursor, stream, BATCH_EVENTS])?;
    let mut events = Vec::new();
    let mut bytes = 0;
    let mut through = None;
    while let Some(row) = rows.next()? {
        let (id, at_ms, message): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if pattern.matches(&message) {
            bytes += message.len();
            if bytes > BATCH_BYTES && !events.is_empty() {
                break;
            }
            events.push(json!({"id": event_id(id), "timestamp": at_ms, "message": message}));
        }
        through = Some(id);
    }
    let Some(through) = through else { return Ok(None) };
    let payload = if events.is_empty() {
        None
    } else {
        Some(envelope(&group_name, &stream_name, &name, &events)?)
    };
    Ok(Some(Batch {
        destination,
        payload,
        through,
    }))
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html>
fn envelope(group: &str, stream: &str, filter: &str, events: &[Value]) -> Result<Value, Error> {
    let data = json!({
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [filter],
        "logEvents": events,
    });
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(data.to_string().as_bytes())
        .map_err(Error::internal)?;
    let zipped = encoder.finish().map_err(Error::internal)?;
    Ok(json!({"awslogs": {"data": STANDARD.encode(zipped)}}))
}
