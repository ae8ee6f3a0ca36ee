//! EventBridge Scheduler: the `restJson` API over schedules and their groups, and the loop that fires them.

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Inner, access,
    groups::{DEFAULT_GROUP, group_created},
    outbox,
    schedule::{ActionAfterCompletion, Schedule, State, validation},
};
use crate::{
    ACCOUNT,
    call::{self, Body, Call, Error},
    policy::Need,
    sqlite::blocking,
};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS schedule_groups (
        region TEXT, name TEXT, created_ms INTEGER NOT NULL, PRIMARY KEY (region, name)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS schedules (
        region TEXT, group_name TEXT, name TEXT, document TEXT NOT NULL, created_ms INTEGER NOT NULL,
        modified_ms INTEGER NOT NULL, next_ms INTEGER, PRIMARY KEY (region, group_name, name)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS schedules_by_time ON schedules (next_ms) WHERE next_ms IS NOT NULL;
";

/// When firing is tried again after the database has failed.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(20);

/// The service; clones share it.
#[derive(Clone)]
pub struct Scheduler {
    pub(super) inner: Arc<Inner>,
    pub(super) _let_go: Arc<tokio_util::sync::DropGuard>,
}

impl Scheduler {
    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        access::needs_of_scheduler(call)
    }

    /// Answers one `restJson` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        let result = blocking(move || inner.answer_rest(&call)).await;
        let Err(error) = result else {
            return call::json(result);
        };
        // In this service the member is written with a capital.
        let mut answer = call::json(Ok(json!({"Message": error.message})));
        *answer.status_mut() = error.status;
        if let Ok(code) = error.code.parse() {
            answer.headers_mut().insert("x-amzn-errortype", code);
        }
        answer
    }
}

/// The path of a call, and its query, decoded.
pub(super) struct Request {
    path: String,
    query: Vec<(String, String)>,
}

impl Request {
    pub fn of(call: &Call) -> Self {
        let query = url::form_urlencoded::parse(call.uri.query().unwrap_or("").as_bytes());
        Self {
            path: percent_decode_str(call.uri.path())
                .decode_utf8_lossy()
                .into_owned(),
            query: query.into_owned().collect(),
        }
    }

    pub fn parts(&self) -> Vec<&str> {
        self.path.trim_matches('/').split('/').collect()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let (_, value) = self.query.iter().find(|(key, _)| key == name)?;
        Some(value.clone())
    }
}

/// Names a schedule.
pub(super) struct Key<'a> {
    pub region: &'a str,
    pub group: &'a str,
    pub name: &'a str,
}

impl Key<'_> {
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:scheduler:{}:{ACCOUNT}:schedule/{}/{}",
            self.region, self.group, self.name
        )
    }

    fn missing(&self) -> Error {
        not_found(format!("Schedule {} does not exist.", self.name))
    }
}

/// A schedule as it is stored.
struct Stored {
    schedule: Schedule,
    created_ms: i64,
    modified_ms: i64,
}

impl Inner {
    /// Fires what is due, until it is dropped.
    pub(super) async fn run_schedules(self: Arc<Self>) {
        loop {
            let inner = Arc::clone(&self);
            let now = self.clock.now();
            let next = match blocking(move || inner.fire(now)).await {
                Ok(next_ms) => next_ms.map_or(Timestamp::MAX, super::timestamp),
                Err(error) => {
                    tracing::error!(%error, "schedules could not be fired");
                    now + AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = self.schedules_changed.notified() => {}
            }
        }
    }

    /// Fires everything that is due at `now`; answers when the next firing is.
    fn fire(&self, now: Timestamp) -> Result<Option<i64>, Error> {
        let now_ms = now.as_millisecond();
        let next_ms = self.database.write(|transaction| {
            self.fire_rules(transaction, now_ms)?;
            let due: Vec<(String, String, String, i64)> = transaction
                .prepare_cached("SELECT region, group_name, name, next_ms FROM schedules WHERE next_ms <= ?1")?
                .query_map([now_ms], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for (region, group, name, due_ms) in due {
                let key = Key { region: &region, group: &group, name: &name };
                fire_schedule(transaction, &key, super::timestamp(due_ms), now)?;
            }
            Ok::<_, Error>(transaction.query_row(
                "SELECT min(next_ms) FROM (SELECT next_ms FROM schedules UNION ALL SELECT next_ms FROM rules WHERE enabled)",
                [],
                |row| row.get(0),
            )?)
        })?;
        self.outbox.wake();
        Ok(next_ms)
    }

    fn answer_rest(&self, call: &Call) -> Result<Value, Error> {
        let request = Request::of(call);
        let query = |name: &str| request.query(name);
        let group = query("groupName").unwrap_or_else(|| DEFAULT_GROUP.to_owned());
        match (&call.method, request.parts().as_slice()) {
            (&Method::GET, ["schedules"]) => self.list(call, &query),
            (&Method::POST, ["schedules", name]) => self.put(call, name, true),
            (&Method::PUT, ["schedules", name]) => self.put(call, name, false),
            (&Method::GET, ["schedules", name]) => self.get(&Key {
                region: &call.region,
                group: &group,
                name,
            }),
            (&Method::DELETE, ["schedules", name]) => self.delete(&Key {
                region: &call.region,
                group: &group,
                name,
            }),
            (&Method::GET, ["schedule-groups"]) => self.list_groups(call, &query),
            (&Method::POST, ["schedule-groups", name]) => self.create_group(call, name),
            (&Method::GET, ["schedule-groups", name]) => self.get_group(call, name),
            (&Method::DELETE, ["schedule-groups", name]) => self.delete_group(call, name),
            (method, _) => Err(Error::unknown_operation(
                "scheduler",
                &format!("{method} {}", request.path),
            )),
        }
    }

    /// Creates, or replaces as a whole.
    fn put(&self, call: &Call, name: &str, create: bool) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input {
            group_name: Option<String>,
            #[serde(flatten)]
            schedule: Schedule,
        }
        let input: Input =
            serde_json::from_slice(&call.body).map_err(|error| validation(error.to_string()))?;
        let group = input.group_name.as_deref().unwrap_or(DEFAULT_GROUP);
        let key = Key {
            region: &call.region,
            group,
            name,
        };
        check_name(name)?;
        let calendar = input.schedule.calendar()?;
        let now = self.clock.now();
        self.database.write(|transaction| {
            group_created(transaction, &call.region, group)?;
            let known = stored(transaction, &key)?;
            let created = match (&known, create) {
                (Some(_), true) => {
                    return Err(
                        Error::new("ConflictException", format!("Schedule {name} already exists."))
                            .status(StatusCode::CONFLICT),
                    );
                }
                (None, false) => return Err(key.missing()),
                (Some(known), false) => super::timestamp(known.created_ms),
                (None, true) => now,
            };
            let after = if create { calendar.beginning(now) } else { now };
            let next = if input.schedule.state == State::Enabled {
                calendar.next(after, created)
            } else {
                None
            };
            transaction.execute(
                "INSERT OR REPLACE INTO schedules VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    key.region,
                    key.group,
                    key.name,
                    serde_json::to_string(&input.schedule).map_err(Error::internal)?,
                    created.as_millisecond(),
                    now.as_millisecond(),
                    next.map(Timestamp::as_millisecond),
                ],
            )?;
            Ok::<_, Error>(())
        })?;
        self.schedules_changed.notify_one();
        Ok(json!({"ScheduleArn": key.arn()}))
    }

    fn get(&self, key: &Key<'_>) -> Result<Value, Error> {
        let stored = self
            .database
            .read(|connection| stored(connection, key))?
            .ok_or_else(|| key.missing())?;
        let mut shown = serde_json::to_value(&stored.schedule).map_err(Error::internal)?;
        shown["Arn"] = key.arn().into();
        shown["Name"] = key.name.into();
        shown["GroupName"] = key.group.into();
        shown["CreationDate"] = seconds(stored.created_ms);
        shown["LastModificationDate"] = seconds(stored.modified_ms);
        Ok(shown)
    }

    fn delete(&self, key: &Key<'_>) -> Result<Value, Error> {
        let gone = self.database.write(|transaction| remove(transaction, key))?;
        if gone { Ok(json!({})) } else { Err(key.missing()) }
    }

    fn list(&self, call: &Call, query: &dyn Fn(&str) -> Option<String>) -> Result<Value, Error> {
        let limit = page_size(query)?;
        let skip = offset(query)?;
        let prefix = query("NamePrefix").unwrap_or_default();
        self.database.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT group_name, name, document, created_ms, modified_ms FROM schedules
                 WHERE region = ?1 AND (?2 IS NULL OR group_name = ?2) AND substr(name, 1, length(?3)) = ?3
                     AND (?4 IS NULL OR json_extract(document, '$.State') = ?4)
                 ORDER BY group_name, name LIMIT ?5 OFFSET ?6",
            )?;
            let mut rows = statement.query(params![
                call.region,
                query("ScheduleGroup"),
                prefix,
                query("State"),
                limit + 1,
                skip
            ])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (group, name): (String, String) = (row.get(0)?, row.get(1)?);
                let schedule: Schedule =
                    serde_json::from_str(&row.get::<_, String>(2)?).map_err(Error::internal)?;
                found.push(json!({
                    "Arn": Key { region: &call.region, group: &group, name: &name }.arn(),
                    "Name": name,
                    "GroupName": group,
                    "State": schedule.state,
                    "CreationDate": seconds(row.get(3)?),
                    "LastModificationDate": seconds(row.get(4)?),
                    "Target": {"Arn": schedule.target.arn},
                }));
            }
            Ok(page("Schedules", found, limit, skip))
        })
    }
}

/// Owes the target every firing from `due` to `now` that is not too old, as retries would have made it, and notes the
/// next one.
fn fire_schedule(
    transaction: &Transaction<'_>,
    key: &Key<'_>,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(Stored {
        schedule, created_ms, ..
    }) = stored(transaction, key)?
    else {
        return Ok(());
    };
    let calendar = schedule.calendar()?;
    let mut firing = Some(due);
    while let Some(at) = firing.filter(|at| *at <= now) {
        let owed = schedule.firing(&key.arn(), key.region, at, &super::event_id());
        if owed.expires_ms >= now.as_millisecond() {
            outbox::put(transaction, &owed)?;
        } else {
            tracing::warn!(schedule = key.name, scheduled = %at, "a firing was missed for longer than its maximum age");
        }
        firing = calendar.next(at, super::timestamp(created_ms));
    }
    if firing.is_none() && schedule.action_after_completion == ActionAfterCompletion::Delete {
        remove(transaction, key)?;
        return Ok(());
    }
    transaction.execute(
        "UPDATE schedules SET next_ms = ?4 WHERE region = ?1 AND group_name = ?2 AND name = ?3",
        params![
            key.region,
            key.group,
            key.name,
            firing.map(Timestamp::as_millisecond)
        ],
    )?;
    Ok(())
}

fn stored(connection: &Connection, key: &Key<'_>) -> Result<Option<Stored>, Error> {
    let found = connection
        .prepare_cached(
            "SELECT document, created_ms, modified_ms FROM schedules
             WHERE region = ?1 AND group_name = ?2 AND name = ?3",
        )?
        .query_row([key.region, key.group, key.name], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((document, created_ms, modified_ms)) = found else {
        return Ok(None);
    };
    let schedule = serde_json::from_str(&document).map_err(Error::internal)?;
    Ok(Some(Stored {
        schedule,
        created_ms,
        modified_ms,
    }))
}

fn remove(transaction: &Transaction<'_>, key: &Key<'_>) -> Result<bool, Error> {
    let sql = "DELETE FROM schedules WHERE region = ?1 AND group_name = ?2 AND name = ?3";
    Ok(transaction.execute(sql, [key.region, key.group, key.name])? == 1)
}

pub(super) fn page_size(query: &dyn Fn(&str) -> Option<String>) -> Result<usize, Error> {
    let size = query("MaxResults").map_or(Ok(100), |text| text.parse());
    size.ok()
        .filter(|size| (1..=100).contains(size))
        .ok_or_else(|| validation("MaxResults must be between 1 and 100"))
}

pub(super) fn offset(query: &dyn Fn(&str) -> Option<String>) -> Result<usize, Error> {
    query("NextToken")
        .map_or(Ok(0), |text| text.parse())
        .map_err(|_| validation("Invalid NextToken."))
}

pub(super) fn page(field: &str, mut items: Vec<Value>, limit: usize, skip: usize) -> Value {
    let more = items.len() > limit;
    items.truncate(limit);
    let mut answer = json!({});
    answer[field] = items.into();
    if more {
        answer["NextToken"] = (skip + limit).to_string().into();
    }
    answer
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(validation(
            "Name must be 1 to 64 letters, digits and the characters . _ -",
        ));
    }
    Ok(())
}

pub(super) fn seconds(ms: i64) -> Value {
    (ms as f64 / 1_000.0).into()
}

pub(super) fn not_found(message: String) -> Error {
    Error::new("ResourceNotFoundException", message).status(StatusCode::NOT_FOUND)
}
