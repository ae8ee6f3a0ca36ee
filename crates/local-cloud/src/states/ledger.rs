//! The rows of the journal that the API shows: machines, executions, events.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    history::Event,
    journal::{Error, Journal, append},
    timestamp::seconds,
};

/// A state machine, with its current definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateMachine {
    pub arn: String,
    pub name: String,
    pub region: String,
    pub role: String,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub definition: String,
    pub revision: i64,
}

/// An execution as it is described; its definition is the one it started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Execution {
    pub id: i64,
    pub arn: String,
    pub name: String,
    /// The ARN of its state machine.
    pub machine: String,
    pub region: String,
    pub role: String,
    pub input: String,
    pub status: String,
    pub started_ms: i64,
    pub stopped_ms: Option<i64>,
    pub output: Option<String>,
    pub error: Option<String>,
    pub cause: Option<String>,
    definition: i64,
}

/// An event as `GetExecutionHistory` answers it.
fn event(row: &Row<'_>) -> Result<Value, Error> {
    let at_ms: i64 = row.get(2)?;
    let mut event = json!({
        "id": row.get::<_, i64>(0)?,
        "previousEventId": row.get::<_, i64>(1)?,
        "timestamp": seconds(at_ms),
        "type": row.get::<_, String>(3)?,
    });
    if let (Some(field), Some(details)) = (row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(5)?)
    {
        event[field] = serde_json::from_str(&details)?;
    }
    Ok(event)
}

/// Whether a start made an execution or found one of that name.
pub(crate) enum Start {
    New(Execution),
    Found(Execution),
}

impl Execution {
    /// The input, which was parsed when the execution was started.
    pub fn input_value(&self) -> Value {
        serde_json::from_str(&self.input).unwrap_or_default()
    }

    pub fn machine_name(&self) -> &str {
        self.machine.rsplit(':').next().unwrap_or_default()
    }
}

const MACHINE: &str = "SELECT arn, name, region, role, created, updated, text, revision
    FROM machines JOIN definitions ON definitions.id = machines.revision";

const EXECUTION: &str =
    "SELECT id, arn, name, machine, region, role, input, status, started, stopped, output, error,
    cause, definition FROM executions";

fn machine(row: &Row<'_>) -> rusqlite::Result<StateMachine> {
    Ok(StateMachine {
        arn: row.get(0)?,
        name: row.get(1)?,
        region: row.get(2)?,
        role: row.get(3)?,
        created_ms: row.get(4)?,
        updated_ms: row.get(5)?,
        definition: row.get(6)?,
        revision: row.get(7)?,
    })
}

fn execution(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        id: row.get(0)?,
        arn: row.get(1)?,
        name: row.get(2)?,
        machine: row.get(3)?,
        region: row.get(4)?,
        role: row.get(5)?,
        input: row.get(6)?,
        status: row.get(7)?,
        started_ms: row.get(8)?,
        stopped_ms: row.get(9)?,
        output: row.get(10)?,
        error: row.get(11)?,
        cause: row.get(12)?,
        definition: row.get(13)?,
    })
}

impl Journal {
    /// Adds a machine, or answers with the one that has its ARN.
    pub fn create_machine(&self, new: &StateMachine) -> Result<Option<StateMachine>, Error> {
        self.acknowledged.write(|transaction| {
            let found = transaction
                .query_row(&format!("{MACHINE} WHERE arn = ?1"), [&new.arn], machine)
                .optional()?;
            if found.is_none() {
                transaction.execute("INSERT INTO definitions (text) VALUES (?1)", [&new.definition])?;
                transaction.execute(
                    "INSERT INTO machines (arn, name, region, role, created, updated, revision)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        new.arn,
                        new.name,
                        new.region,
                        new.role,
                        new.created_ms,
                        new.updated_ms,
                        transaction.last_insert_rowid()
                    ],
                )?;
            }
            Ok(found)
        })
    }

    /// Changes what is given; answers with the new revision, or none if there is no such machine.
    pub fn update_machine(
        &self,
        arn: &str,
        definition: Option<&str>,
        role: Option<&str>,
        now_ms: i64,
    ) -> Result<Option<i64>, Error> {
        self.acknowledged.write(|transaction| {
            let revision = match definition {
                Some(text) => {
                    transaction.execute("INSERT INTO definitions (text) VALUES (?1)", [text])?;
                    Some(transaction.last_insert_rowid())
                }
                None => None,
            };
            let changed = transaction.query_row(
                "UPDATE machines SET revision = coalesce(?2, revision), role = coalesce(?3, role), updated = ?4
                 WHERE arn = ?1 RETURNING revision",
                params![arn, revision, role, now_ms],
                |row| row.get(0),
            );
            Ok(changed.optional()?)
        })
    }

    pub fn delete_machine(&self, arn: &str) -> Result<(), Error> {
        self.acknowledged.write(|transaction| {
            transaction.execute("DELETE FROM machines WHERE arn = ?1", [arn])?;
            Ok(())
        })
    }

    pub fn machine(&self, arn: &str) -> Result<Option<StateMachine>, Error> {
        let select = format!("{MACHINE} WHERE arn = ?1");
        self.steps
            .read(|connection| Ok(connection.query_row(&select, [arn], machine).optional()?))
    }

    /// Up to `limit` machines of a region by name, behind the name `after`.
    pub fn machines(&self, region: &str, after: &str, limit: usize) -> Result<Vec<StateMachine>, Error> {
        let select = format!("{MACHINE} WHERE region = ?1 AND name > ?2 ORDER BY name LIMIT ?3");
        self.steps.read(|connection| {
            let mut statement = connection.prepare_cached(&select)?;
            let rows = statement.query_map(params![region, after, limit as i64], machine)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Starts an execution of the machine's current definition, unless one has its ARN; none if there is no machine.
    pub fn start(
        &self,
        arn: &str,
        name: &str,
        machine_arn: &str,
        input: &str,
        now_ms: i64,
    ) -> Result<Option<Start>, Error> {
        self.acknowledged.write(|transaction| {
            let by_arn = format!("{EXECUTION} WHERE arn = ?1");
            let of = transaction.query_row(&format!("{MACHINE} WHERE arn = ?1"), [machine_arn], machine).optional()?;
            let Some(of) = of else {
                return Ok(None);
            };
            if let Some(found) = transaction.query_row(&by_arn, [arn], execution).optional()? {
                return Ok(Some(Start::Found(found)));
            }
            transaction.execute(
                "INSERT INTO executions (arn, name, machine, region, role, definition, input, status, started, last_event)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'RUNNING', ?8, 0)",
                params![arn, name, of.arn, of.region, of.role, of.revision, input, now_ms],
            )?;
            let id = transaction.last_insert_rowid();
            append(transaction, id, 0, 0, &[Event::execution_started(input, &of.role)], now_ms)?;
            Ok(Some(Start::New(transaction.query_row(&by_arn, [arn], execution)?)))
        })
    }

    pub fn execution(&self, arn: &str) -> Result<Option<Execution>, Error> {
        let select = format!("{EXECUTION} WHERE arn = ?1");
        self.steps
            .read(|connection| Ok(connection.query_row(&select, [arn], execution).optional()?))
    }

    /// Up to `limit` executions of a machine, newest first, that started before the execution `before`.
    pub fn executions(
        &self,
        machine: &str,
        status: Option<&str>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Execution>, Error> {
        self.select(
            "WHERE machine = ?1 AND (?2 IS NULL OR status = ?2) AND id < ?3 ORDER BY id DESC LIMIT ?4",
            params![machine, status, before, limit as i64],
        )
    }

    pub fn running(&self) -> Result<Vec<Execution>, Error> {
        self.select("WHERE status = 'RUNNING' ORDER BY id", [])
    }

    /// Executions whose last change of status has not been announced.
    pub fn unannounced(&self) -> Result<Vec<Execution>, Error> {
        self.select("WHERE announced IS NOT status ORDER BY id", [])
    }

    pub fn announced(&self, execution: &Execution) -> Result<(), Error> {
        self.steps.write(|transaction| {
            let change = "UPDATE executions SET announced = ?2 WHERE id = ?1";
            transaction.execute(change, params![execution.id, execution.status])?;
            Ok(())
        })
    }

    /// The definition that an execution started with.
    pub fn definition(&self, execution: &Execution) -> Result<String, Error> {
        let select = "SELECT text FROM definitions WHERE id = ?1";
        self.steps
            .read(|connection| Ok(connection.query_row(select, [execution.definition], |row| row.get(0))?))
    }

    /// Up to `limit` events, each with its id, from the one behind `after`; from the last one on if `reverse`.
    pub fn events(
        &self,
        execution: &Execution,
        after: Option<i64>,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<(i64, Value)>, Error> {
        let (condition, order) = if reverse {
            ("id < ?2", "DESC")
        } else {
            ("id > ?2", "ASC")
        };
        let after = after.unwrap_or(if reverse { i64::MAX } else { 0 });
        let select = format!(
            "SELECT id, previous, at, kind, field, details FROM events
             WHERE execution = ?1 AND {condition} ORDER BY id {order} LIMIT ?3"
        );
        self.steps.read(|connection| {
            let mut statement = connection.prepare_cached(&select)?;
            let mut rows = statement.query(params![execution.id, after, limit as i64])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                events.push((row.get(0)?, event(row)?));
            }
            Ok(events)
        })
    }

    fn select(&self, condition: &str, parameters: impl rusqlite::Params) -> Result<Vec<Execution>, Error> {
        self.steps.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{EXECUTION} {condition}"))?;
            let rows = statement.query_map(parameters, execution)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
