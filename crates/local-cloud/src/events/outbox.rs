//! Invocations that are owed: durable from the moment an event is taken until a function has got it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    call::Error,
    clock::Clock,
    invocation::{Attempt, RetryPolicy, attempt},
    lambda::Lambda,
    sqlite::{Database, blocking},
};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS owed (
        id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, function TEXT NOT NULL, payload TEXT NOT NULL,
        expires_ms INTEGER NOT NULL, refusals_allowed INTEGER NOT NULL, refusals INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0, next_ms INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS owed_by_time ON owed (next_ms);
";

/// How many invocations are under way at once.
const AT_ONCE: usize = 32;

/// Stands for the number of the attempt, counted from 1, in what a schedule sends.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
pub(super) const ATTEMPT_NUMBER: &str = "<aws.scheduler.attempt-number>";

/// An invocation to be made.
pub(super) struct Owed {
    /// Who sends it: the ARN of a rule or a schedule.
    pub sender: String,
    pub function: String,
    pub payload: String,
    /// When it is given up, and how often it may be refused before; a function that fails has its own limit.
    pub expires_ms: i64,
    pub refusals_allowed: u32,
    /// The first attempt.
    pub at_ms: i64,
}

#[derive(Clone)]
pub(super) struct Outbox {
    database: Database,
    lambda: Lambda,
    retry: RetryPolicy,
    clock: Clock,
    under_way: Arc<Mutex<HashSet<i64>>>,
    changed: Arc<Notify>,
}

/// A row of the table.
struct Row {
    id: i64,
    owed: Owed,
    refusals: u32,
    failures: u32,
}

impl Outbox {
    pub(super) fn new(database: Database, lambda: Lambda, retry: RetryPolicy, clock: Clock) -> Self {
        Self {
            database,
            lambda,
            retry,
            clock,
            under_way: Arc::default(),
            changed: Arc::default(),
        }
    }

    /// Call it when [`put`] has been committed.
    pub(super) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Makes what is owed, until it is dropped.
    pub(super) async fn run(self) {
        loop {
            let outbox = self.clone();
            let now_ms = self.clock.now_ms();
            let looked = blocking(move || outbox.look(now_ms)).await;
            let next_ms = match looked {
                Ok((due, next_ms)) => {
                    for row in due {
                        tokio::spawn(self.clone().make(row));
                    }
                    next_ms
                }
                Err(error) => {
                    tracing::error!(%error, "invocations that are owed could not be read");
                    Some(now_ms + self.retry.longest_pause.as_millis() as i64)
                }
            };
            let next = next_ms.map_or(Timestamp::MAX, super::timestamp);
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// What is due and not under way, which is under way from now on; and when the next one after that is due.
    fn look(&self, now_ms: i64) -> Result<(Vec<Row>, Option<i64>), Error> {
        let mut under_way = self.under_way.lock().expect("no holder panics");
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, sender, function, payload, expires_ms, refusals_allowed, next_ms, refusals, failures
                 FROM owed WHERE next_ms <= ?1 ORDER BY next_ms, id LIMIT ?2",
            )?;
            let rows = statement.query_map(params![now_ms, AT_ONCE * 2], |row| {
                let owed = Owed {
                    sender: row.get(1)?,
                    function: row.get(2)?,
                    payload: row.get(3)?,
                    expires_ms: row.get(4)?,
                    refusals_allowed: row.get(5)?,
                    at_ms: row.get(6)?,
                };
                Ok(Row { id: row.get(0)?, owed, refusals: row.get(7)?, failures: row.get(8)? })
            })?;
            let mut due = Vec::new();
            for row in rows {
                let row = row?;
                if under_way.len() < AT_ONCE && under_way.insert(row.id) {
                    due.push(row);
                }
            }
            let next_ms = connection
                .prepare_cached("SELECT min(next_ms) FROM owed WHERE next_ms > ?1")?
                .query_row([now_ms], |row| row.get(0))?;
            Ok((due, next_ms))
        })
    }

    async fn make(self, row: Row) {
        let Row {
            id,
            owed,
            mut refusals,
            mut failures,
        } = row;
        let text = owed
            .payload
            .replace(ATTEMPT_NUMBER, &(refusals + failures + 1).to_string());
        // What is no JSON reaches the function as a text.
        let payload = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let outcome = attempt(&self.lambda, &owed.function, payload).await;
        let now_ms = self.clock.now_ms();
        let given_up = match &outcome {
            Attempt::Succeeded => None,
            Attempt::FunctionFailed(problem) => {
                failures += 1;
                (failures > self.retry.function_retries).then_some(problem)
            }
            Attempt::Refused(problem) => {
                refusals += 1;
                (refusals > owed.refusals_allowed).then_some(problem)
            }
            Attempt::Impossible(problem) => Some(problem),
        };
        let next_ms = now_ms + self.retry.pause(refusals + failures).as_millis() as i64;
        let expired = next_ms > owed.expires_ms && outcome != Attempt::Succeeded;
        if given_up.is_some() || expired {
            let Owed { sender, function, .. } = &owed;
            tracing::error!(
                sender,
                function,
                ?outcome,
                "an event is lost: its target could not be invoked"
            );
        }
        let done = outcome == Attempt::Succeeded || given_up.is_some() || expired;
        let database = self.database.clone();
        let settled = blocking(move || {
            database.write(|transaction| {
                if done {
                    transaction.execute("DELETE FROM owed WHERE id = ?1", [id])?;
                } else {
                    transaction.execute(
                        "UPDATE owed SET refusals = ?2, failures = ?3, next_ms = ?4 WHERE id = ?1",
                        params![id, refusals, failures, next_ms],
                    )?;
                }
                Ok(())
            })
        });
        if let Err(error) = settled.await {
            tracing::error!(%error, "the outcome of an invocation could not be recorded, so it will be repeated");
        }
        self.under_way.lock().expect("no holder panics").remove(&id);
        self.wake();
    }
}

/// Owes an invocation from the moment the transaction is committed.
pub(super) fn put(transaction: &Transaction<'_>, owed: &Owed) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO owed (sender, function, payload, expires_ms, refusals_allowed, next_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            owed.sender,
            owed.function,
            owed.payload,
            owed.expires_ms,
            owed.refusals_allowed,
            owed.at_ms
        ])
        .map(drop)
}
