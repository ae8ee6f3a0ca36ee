//! The durable state: clusters, task definitions, tasks, client tokens and the events told of late.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::Value;

use super::{
    definition::Definition,
    task::{Status, Task},
};

/// How long stopped tasks can be described, and their events are told again after a restart.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>
pub(super) const STOPPED_KEPT_MS: i64 = 60 * 60 * 1_000;

/// How long a client token holds.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html>
const TOKEN_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS clusters (region TEXT, name TEXT, PRIMARY KEY (region, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS definitions (
        region TEXT, family TEXT, revision INTEGER, document TEXT NOT NULL, PRIMARY KEY (region, family, revision)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS tasks (
        sequence INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, region TEXT NOT NULL, cluster TEXT NOT NULL,
        family TEXT NOT NULL, started_by TEXT, desired TEXT NOT NULL, stopped_ms INTEGER,
        metadata_token TEXT UNIQUE NOT NULL, cpu INTEGER NOT NULL, memory INTEGER NOT NULL, document TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS tasks_by_starter ON tasks (region, cluster, started_by);
    CREATE TABLE IF NOT EXISTS client_tokens (
        region TEXT, cluster TEXT, token TEXT, request TEXT NOT NULL, tasks TEXT NOT NULL, failures TEXT NOT NULL,
        at_ms INTEGER NOT NULL, PRIMARY KEY (region, cluster, token)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, document TEXT NOT NULL);
";

pub(super) fn create_cluster(connection: &Connection, region: &str, name: &str) -> rusqlite::Result<()> {
    connection
        .execute("INSERT OR IGNORE INTO clusters VALUES (?1, ?2)", [region, name])
        .map(drop)
}

pub(super) fn has_cluster(connection: &Connection, region: &str, name: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM clusters WHERE region = ?1 AND name = ?2")?
        .exists([region, name])
}

/// The revision that the next registration of a family gets.
pub(super) fn next_revision(connection: &Connection, region: &str, family: &str) -> rusqlite::Result<u32> {
    connection.query_row(
        "SELECT coalesce(max(revision), 0) + 1 FROM definitions WHERE region = ?1 AND family = ?2",
        [region, family],
        |row| row.get(0),
    )
}

pub(super) fn put_definition(
    transaction: &Transaction<'_>,
    region: &str,
    definition: &Definition,
) -> rusqlite::Result<()> {
    let document = json_text(definition);
    transaction.execute(
        "INSERT INTO definitions VALUES (?1, ?2, ?3, ?4)",
        params![region, definition.family, definition.revision, document],
    )?;
    Ok(())
}

/// A revision, or the latest one of a family.
pub(super) fn definition(
    connection: &Connection,
    region: &str,
    family: &str,
    revision: Option<u32>,
) -> rusqlite::Result<Option<Definition>> {
    connection
        .query_row(
            "SELECT document FROM definitions WHERE region = ?1 AND family = ?2 AND (?3 IS NULL OR revision = ?3)
             ORDER BY revision DESC LIMIT 1",
            params![region, family, revision],
            |row| from_json(&row.get::<_, String>(0)?),
        )
        .optional()
}

/// Writes the record, and the event that tells of it.
pub(super) fn put_task(
    transaction: &Transaction<'_>,
    task: &Task,
    event: &Value,
    at_ms: i64,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO tasks (id, region, cluster, family, started_by, desired, stopped_ms, metadata_token, cpu, memory,
                            document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET
             desired = excluded.desired, stopped_ms = excluded.stopped_ms, document = excluded.document",
        params![
            task.id,
            task.region,
            task.cluster,
            task.family,
            task.started_by,
            task.desired_status(),
            task.stopped_ms,
            task.metadata_token,
            task.cpu,
            task.memory,
            json_text(task),
        ],
    )?;
    transaction
        .execute(
            "INSERT INTO events (at_ms, document) VALUES (?1, ?2)",
            params![at_ms, event.to_string()],
        )
        .map(drop)
}

pub(super) fn task(connection: &Connection, id: &str) -> rusqlite::Result<Option<Task>> {
    connection
        .query_row("SELECT document FROM tasks WHERE id = ?1", [id], read_task)
        .optional()
}

pub(super) fn task_of_token(connection: &Connection, token: &str) -> rusqlite::Result<Option<Task>> {
    connection
        .query_row(
            "SELECT document FROM tasks WHERE metadata_token = ?1",
            [token],
            read_task,
        )
        .optional()
}

/// Every task on record, in the order of their starts.
pub(super) fn tasks(connection: &Connection) -> rusqlite::Result<Vec<Task>> {
    let mut statement = connection.prepare("SELECT document FROM tasks ORDER BY sequence")?;
    statement.query_map([], read_task)?.collect()
}

/// CPU units and MiB that tasks take up, in all regions or in one.
pub(super) fn reserved(connection: &Connection, region: Option<&str>) -> rusqlite::Result<(u64, u64)> {
    connection.query_row(
        "SELECT coalesce(sum(cpu), 0), coalesce(sum(memory), 0) FROM tasks
         WHERE stopped_ms IS NULL AND (?1 IS NULL OR region = ?1)",
        [region],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What ListTasks asks for.
pub(super) struct Filter<'a> {
    pub region: &'a str,
    pub cluster: &'a str,
    pub family: Option<&'a str>,
    pub started_by: Option<&'a str>,
    pub desired: &'a str,
    /// The sequence number after which to go on.
    pub after: i64,
    pub limit: usize,
}

/// The ids that pass the filter, with their sequence numbers.
pub(super) fn list(connection: &Connection, filter: &Filter<'_>) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, id FROM tasks
         WHERE region = ?1 AND cluster = ?2 AND (?3 IS NULL OR family = ?3) AND (?4 IS NULL OR started_by = ?4)
             AND desired = ?5 AND sequence > ?6
         ORDER BY sequence LIMIT ?7",
    )?;
    let Filter {
        region,
        cluster,
        family,
        started_by,
        desired,
        after,
        limit,
    } = filter;
    let rows = statement.query_map(
        params![region, cluster, family, started_by, desired, after, limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    rows.collect()
}

/// What a client token was used for.
pub(super) struct Remembered {
    pub request: String,
    pub tasks: Vec<String>,
    pub failures: Value,
}

pub(super) fn remembered(
    connection: &Connection,
    (region, cluster, token): (&str, &str, &str),
    now_ms: i64,
) -> rusqlite::Result<Option<Remembered>> {
    connection
        .query_row(
            "SELECT request, tasks, failures FROM client_tokens
             WHERE region = ?1 AND cluster = ?2 AND token = ?3 AND at_ms > ?4",
            params![region, cluster, token, now_ms - TOKEN_KEPT_MS],
            |row| {
                Ok(Remembered {
                    request: row.get(0)?,
                    tasks: from_json(&row.get::<_, String>(1)?)?,
                    failures: from_json(&row.get::<_, String>(2)?)?,
                })
            },
        )
        .optional()
}

pub(super) fn remember(
    transaction: &Transaction<'_>,
    (region, cluster, token): (&str, &str, &str),
    remembered: &Remembered,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let Remembered {
        request,
        tasks,
        failures,
    } = remembered;
    let tasks = json_text(tasks);
    transaction.execute(
        "INSERT OR REPLACE INTO client_tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            region,
            cluster,
            token,
            request,
            tasks,
            failures.to_string(),
            now_ms
        ],
    )?;
    Ok(())
}

/// The events of late, oldest first.
pub(super) fn events(connection: &Connection) -> rusqlite::Result<Vec<Value>> {
    let mut statement = connection.prepare("SELECT document FROM events ORDER BY sequence")?;
    statement
        .query_map([], |row| from_json(&row.get::<_, String>(0)?))?
        .collect()
}

/// Forgets what nobody may ask for any longer; answers the ids of the tasks among it.
pub(super) fn forget(transaction: &Transaction<'_>, now_ms: i64) -> rusqlite::Result<Vec<String>> {
    transaction.execute("DELETE FROM events WHERE at_ms <= ?1", [now_ms - STOPPED_KEPT_MS])?;
    transaction.execute(
        "DELETE FROM client_tokens WHERE at_ms <= ?1",
        [now_ms - TOKEN_KEPT_MS],
    )?;
    let mut statement = transaction.prepare("DELETE FROM tasks WHERE stopped_ms <= ?1 RETURNING id")?;
    statement
        .query_map([now_ms - STOPPED_KEPT_MS], |row| row.get(0))?
        .collect()
}

impl Task {
    /// Whether the task has come to its end.
    pub(super) fn is_over(&self) -> bool {
        self.status == Status::Stopped
    }
}

fn read_task(row: &rusqlite::Row<'_>) -> rusqlite::Result<Task> {
    from_json(&row.get::<_, String>(0)?)
}

fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records are plain data and serialise")
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}
