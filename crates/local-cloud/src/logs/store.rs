//! The durable state: groups, streams, events, subscription filters, and how far files and deliveries have got.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;

use crate::call::Error;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS groups (
        id INTEGER PRIMARY KEY, region TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
        retention_days INTEGER, UNIQUE (region, name)
    );
    CREATE TABLE IF NOT EXISTS streams (
        id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE, name TEXT NOT NULL,
        created_ms INTEGER NOT NULL, first_ms INTEGER, last_ms INTEGER, ingested_ms INTEGER, UNIQUE (group_id, name)
    );
    -- AUTOINCREMENT: the number of a deleted event must not come again, cursors point past it.
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL,
        stream_id INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
        at_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS events_by_stream ON events (stream_id, at_ms);
    CREATE INDEX IF NOT EXISTS events_by_group ON events (group_id, at_ms);
    CREATE TABLE IF NOT EXISTS tails (
        path TEXT PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, offset INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS filters (
        id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
        name TEXT NOT NULL, pattern TEXT NOT NULL, destination TEXT NOT NULL, created_ms INTEGER NOT NULL,
        since INTEGER NOT NULL, UNIQUE (group_id, name)
    );
    CREATE TABLE IF NOT EXISTS cursors (
        filter_id INTEGER NOT NULL REFERENCES filters ON DELETE CASCADE,
        stream_id INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
        event_id INTEGER NOT NULL, PRIMARY KEY (filter_id, stream_id)
    ) WITHOUT ROWID;
";

/// An event on its way in.
#[derive(Debug, Deserialize)]
pub(super) struct NewEvent {
    /// Milliseconds since the epoch.
    #[serde(rename = "timestamp")]
    pub at_ms: i64,
    pub message: String,
}

/// A stream and the group that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    pub id: i64,
    pub group: i64,
}

/// The number of a group, or the error that AWS answers.
pub(super) fn group(connection: &Connection, region: &str, name: &str) -> Result<i64, Error> {
    connection
        .prepare_cached("SELECT id FROM groups WHERE region = ?1 AND name = ?2")?
        .query_row([region, name], |row| row.get(0))
        .optional()?
        .ok_or_else(|| missing("The specified log group does not exist."))
}

pub(super) fn create_group(
    connection: &Connection,
    region: &str,
    name: &str,
    now_ms: i64,
) -> rusqlite::Result<bool> {
    let added = connection.execute(
        "INSERT OR IGNORE INTO groups (region, name, created_ms) VALUES (?1, ?2, ?3)",
        params![region, name, now_ms],
    )?;
    Ok(added == 1)
}

/// The number of a stream, or the error that AWS answers.
pub(super) fn stream(connection: &Connection, group: i64, name: &str) -> Result<Stream, Error> {
    connection
        .prepare_cached("SELECT id FROM streams WHERE group_id = ?1 AND name = ?2")?
        .query_row(params![group, name], |row| {
            Ok(Stream {
                id: row.get(0)?,
                group,
            })
        })
        .optional()?
        .ok_or_else(|| missing("The specified log stream does not exist."))
}

pub(super) fn create_stream(
    connection: &Connection,
    group: i64,
    name: &str,
    now_ms: i64,
) -> rusqlite::Result<bool> {
    let added = connection.execute(
        "INSERT OR IGNORE INTO streams (group_id, name, created_ms) VALUES (?1, ?2, ?3)",
        params![group, name, now_ms],
    )?;
    Ok(added == 1)
}

/// Adds events to a stream, in the order given.
pub(super) fn append(
    transaction: &Transaction<'_>,
    stream: Stream,
    events: &[NewEvent],
    now_ms: i64,
) -> rusqlite::Result<()> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (group_id, stream_id, at_ms, ingested_ms, message) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut last_ms = first.at_ms;
    for event in events {
        insert.execute(params![
            stream.group,
            stream.id,
            event.at_ms,
            now_ms,
            event.message
        ])?;
        last_ms = last_ms.max(event.at_ms);
    }
    transaction
        .prepare_cached(
            "UPDATE streams SET first_ms = coalesce(min(first_ms, ?2), ?2), last_ms = coalesce(max(last_ms, ?3), ?3),
                ingested_ms = ?4 WHERE id = ?1",
        )?
        .execute(params![stream.id, first.at_ms, last_ms, now_ms])?;
    Ok(())
}

/// The number of the newest event of all.
pub(super) fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| row.get(0))
}

/// Removes what is older than its group keeps it.
pub(super) fn expire(transaction: &Transaction<'_>, now_ms: i64) -> rusqlite::Result<usize> {
    transaction.execute(
        "DELETE FROM events WHERE id IN (
            SELECT events.id FROM groups JOIN events ON events.group_id = groups.id
            WHERE retention_days IS NOT NULL AND at_ms < ?1 - retention_days * 86400000)",
        [now_ms],
    )
}

fn missing(message: &str) -> Error {
    Error::new("ResourceNotFoundException", message)
}
