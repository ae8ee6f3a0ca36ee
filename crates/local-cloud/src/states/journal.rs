//! What survives a crash: every execution's history and the place it has come to, written together at each step.
//!
//! A step is one transaction, so a crash leaves an execution before or after it, never within. What a caller was told
//! is on the disk before the answer; steps in between are safe from a crash of the process at once, and from a loss of
//! power with the next such write.

use std::{collections::HashMap, path::Path};

use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    failure::Failure,
    history::{self, Event},
};
use crate::sqlite::{Database, Durability};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS machines (
        arn TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL,
        updated INTEGER NOT NULL, revision INTEGER NOT NULL REFERENCES definitions);
    CREATE TABLE IF NOT EXISTS definitions (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine TEXT NOT NULL,
        region TEXT NOT NULL, role TEXT NOT NULL, definition INTEGER NOT NULL REFERENCES definitions,
        input TEXT NOT NULL, status TEXT NOT NULL, started INTEGER NOT NULL, stopped INTEGER, output TEXT, error TEXT,
        cause TEXT, last_event INTEGER NOT NULL, announced TEXT);
    CREATE INDEX IF NOT EXISTS executions_of ON executions (machine, id);
    CREATE TABLE IF NOT EXISTS events (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, at INTEGER NOT NULL,
        kind TEXT NOT NULL, field TEXT, details TEXT, PRIMARY KEY (execution, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS frames (
        execution INTEGER NOT NULL, path TEXT NOT NULL, frame TEXT NOT NULL,
        PRIMARY KEY (execution, path)) WITHOUT ROWID;
";

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the journal cannot be read or written")]
    Database(#[from] rusqlite::Error),
    #[error("the journal holds what this version cannot read")]
    Content(#[from] serde_json::Error),
    /// The execution has ended meanwhile.
    #[error("the execution is not running")]
    Ended,
    /// The execution may have no more events.
    #[error("the history is full")]
    Full,
}

/// Where one line of an execution is: the machine itself, a branch, or an iteration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub state: String,
    /// The state's raw input.
    pub input: Value,
    pub entered_ms: i64,
    /// The last event on this line.
    pub previous: i64,
    /// How often each rule of the state's Retry has been used.
    pub retries: Vec<u32>,
    pub phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Phase {
    Entered,
    /// A function has been called and has not answered.
    InFlight,
    /// Branches or iterations are under way, each with a frame of its own.
    Fanned,
    Backoff {
        until_ms: i64,
    },
    Finished {
        output: Value,
    },
    Failed {
        failure: Failure,
    },
}

impl Frame {
    pub fn entering(state: &str, input: Value, now_ms: i64, previous: i64) -> Self {
        let state = state.to_owned();
        Self {
            state,
            input,
            entered_ms: now_ms,
            previous,
            retries: Vec::new(),
            phase: Phase::Entered,
        }
    }
}

/// One step of one line of an execution.
pub(crate) struct Step<'s> {
    pub execution: i64,
    /// Names the line: empty for the machine itself, `/2` for its third branch, `/2/0` for a branch of that.
    pub path: &'s str,
    pub events: &'s [Event],
    pub now_ms: i64,
    /// Whether the lines below this one are done with.
    pub drop_below: bool,
}

/// How an execution ends.
pub(crate) struct Ending<'s> {
    pub execution: i64,
    pub status: &'static str,
    pub output: Option<&'s str>,
    pub failure: Option<&'s Failure>,
    pub events: &'s [Event],
    pub previous: Option<i64>,
    pub now_ms: i64,
}

/// Two connections to one file: they differ in what a write survives.
pub(crate) struct Journal {
    /// Steps, and all reading.
    pub(super) steps: Database,
    /// What a caller is told about.
    pub(super) acknowledged: Database,
}

impl Journal {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            steps: Database::open(path, SCHEMA, Durability::Process)?,
            acknowledged: Database::open(path, SCHEMA, Durability::Power)?,
        })
    }

    /// Writes the events of a step and where it leads; `frame.previous` becomes the last of them.
    pub fn record(&self, step: &Step<'_>, frame: &mut Frame) -> Result<(), Error> {
        self.steps.write(|transaction| {
            let last = last_event(transaction, step.execution)?;
            if last + step.events.len() as i64 >= history::LIMIT {
                return Err(Error::Full);
            }
            frame.previous = append(
                transaction,
                step.execution,
                last,
                frame.previous,
                step.events,
                step.now_ms,
            )?;
            if step.drop_below {
                // Paths hold digits and slashes only, so the pattern means itself.
                transaction
                    .prepare_cached("DELETE FROM frames WHERE execution = ?1 AND path LIKE ?2")?
                    .execute(params![step.execution, format!("{}/%", step.path)])?;
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO frames (execution, path, frame) VALUES (?1, ?2, ?3)")?
                .execute(params![step.execution, step.path, serde_json::to_string(frame)?])?;
            Ok(())
        })
    }

    /// Ends a running execution.
    pub fn end(&self, ending: &Ending<'_>) -> Result<(), Error> {
        self.acknowledged.write(|transaction| {
            let last = last_event(transaction, ending.execution)?;
            let previous = ending.previous.unwrap_or(last);
            append(transaction, ending.execution, last, previous, ending.events, ending.now_ms)?;
            transaction.execute("DELETE FROM frames WHERE execution = ?1", [ending.execution])?;
            transaction.execute(
                "UPDATE executions SET status = ?2, stopped = ?3, output = ?4, error = ?5, cause = ?6 WHERE id = ?1",
                params![
                    ending.execution,
                    ending.status,
                    ending.now_ms,
                    ending.output,
                    ending.failure.and_then(|failure| failure.error.as_deref()),
                    ending.failure.and_then(|failure| failure.cause.as_deref()),
                ],
            )?;
            Ok(())
        })
    }

    /// Where the lines of an execution are, by path.
    pub fn frames(&self, execution: i64) -> Result<HashMap<String, Frame>, Error> {
        self.steps.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT path, frame FROM frames WHERE execution = ?1")?;
            let mut rows = statement.query([execution])?;
            let mut frames = HashMap::new();
            while let Some(row) = rows.next()? {
                frames.insert(row.get(0)?, serde_json::from_str(&row.get::<_, String>(1)?)?);
            }
            Ok(frames)
        })
    }
}

fn last_event(transaction: &Transaction<'_>, execution: i64) -> Result<i64, Error> {
    transaction
        .prepare_cached("SELECT last_event FROM executions WHERE id = ?1 AND status = 'RUNNING'")?
        .query_row([execution], |row| row.get(0))
        .optional()?
        .ok_or(Error::Ended)
}

/// Adds events behind the event `last`, the first of which follows from `previous`; answers with the id of the last.
pub(super) fn append(
    transaction: &Transaction<'_>,
    execution: i64,
    mut last: i64,
    mut previous: i64,
    events: &[Event],
    now_ms: i64,
) -> Result<i64, Error> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (execution, id, previous, at, kind, field, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for event in events {
        last += 1;
        let (field, details) = match &event.details {
            Some((field, details)) => (Some(*field), Some(details.to_string())),
            None => (None, None),
        };
        insert.execute(params![
            execution, last, previous, now_ms, event.kind, field, details
        ])?;
        previous = last;
    }
    transaction
        .prepare_cached("UPDATE executions SET last_event = ?2 WHERE id = ?1")?
        .execute(params![execution, last])?;
    Ok(previous)
}
