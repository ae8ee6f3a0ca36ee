//! The default event bus: rules that send events to Lambda functions.

use std::sync::Arc;

use http::Response;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::{
    Inner,
    expression::Expression,
    outbox::{self, Owed},
    pattern::Pattern,
};
use crate::{
    ACCOUNT,
    call::{self, Body, Call, Error},
    sqlite::blocking,
};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS rules (
        region TEXT, name TEXT, pattern TEXT, schedule TEXT, enabled INTEGER NOT NULL, created_ms INTEGER NOT NULL,
        next_ms INTEGER, PRIMARY KEY (region, name)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS targets (
        region TEXT, rule TEXT, id TEXT, function TEXT NOT NULL, input TEXT, PRIMARY KEY (region, rule, id),
        FOREIGN KEY (region, rule) REFERENCES rules ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
";

/// How long a target that cannot be invoked is tried.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>
const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1_000;
const REFUSALS_ALLOWED: u32 = 185;

/// How long the id of an event is known; services tell the events of their last hour again when they start.
const SEEN_FOR_MS: i64 = 3 * 60 * 60 * 1_000;

/// How many events one transaction takes.
const BATCH: usize = 100;

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// An event that fits an event pattern.
    Pattern(Value),
    /// `rate(…)`, or `cron(…)` in UTC.
    Schedule(String),
}

/// The bus; clones share it.
#[derive(Clone)]
pub struct Bus {
    pub(super) inner: Arc<Inner>,
    pub(super) sender: UnboundedSender<Value>,
    pub(super) _let_go: Arc<tokio_util::sync::DropGuard>,
}

impl Bus {
    /// Where services of this host leave their events. An event counts once per `id`.
    pub fn sender(&self) -> UnboundedSender<Value> {
        self.sender.clone()
    }

    /// Makes or changes a rule with one target, the Lambda function of this name or ARN.
    ///
    /// A schedule that stays the same goes on as it was.
    pub async fn put_rule(
        &self,
        region: &str,
        name: &str,
        trigger: Trigger,
        function: &str,
    ) -> Result<(), Error> {
        let inner = Arc::clone(&self.inner);
        let (region, name, function) = (region.to_owned(), name.to_owned(), function.to_owned());
        blocking(move || {
            let (pattern, schedule) = match trigger {
                Trigger::Pattern(pattern) => (Some(pattern.to_string()), None),
                Trigger::Schedule(schedule) => (None, Some(schedule)),
            };
            let rule = Rule {
                name: name.clone(),
                pattern,
                schedule,
                enabled: true,
            };
            inner.put_rule(&region, &rule)?;
            inner.put_targets(
                &region,
                &name,
                &[Target {
                    id: "function".to_owned(),
                    arn: function,
                    input: None,
                }],
            )
        })
        .await
    }

    /// Answers one `awsJson1.1` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        call::json(blocking(move || inner.answer(&call)).await)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRule {
    name: String,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
}

/// A rule as it is stored.
struct Rule {
    name: String,
    pattern: Option<String>,
    schedule: Option<String>,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Target {
    id: String,
    arn: String,
    /// A constant to send instead of the event.
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfRule {
    rule: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

impl Inner {
    /// Takes the events of the channel into the outbox.
    pub(super) async fn run_bus(self: Arc<Self>, mut events: UnboundedReceiver<Value>) {
        let mut batch = Vec::new();
        while events.recv_many(&mut batch, BATCH).await > 0 {
            let inner = Arc::clone(&self);
            let taken = std::mem::take(&mut batch);
            if let Err(error) = blocking(move || inner.take_events(&taken)).await {
                tracing::error!(%error, "events could not be taken; their senders tell them again after a restart");
            }
        }
    }

    fn take_events(&self, events: &[Value]) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        self.database.write(|transaction| {
            let rules = rules_with_targets(transaction)?;
            let mut remember =
                transaction.prepare_cached("INSERT OR IGNORE INTO seen (id, at_ms) VALUES (?1, ?2)")?;
            for event in events {
                if remember.execute(params![event["id"].as_str(), now_ms])? == 0 {
                    continue;
                }
                for (region, rule, pattern, target) in &rules {
                    if event["region"] != region.as_str() || !pattern.matches(event) {
                        continue;
                    }
                    let payload = target.input.clone().unwrap_or_else(|| event.to_string());
                    outbox::put(transaction, &owed(region, rule, target, payload, now_ms))?;
                }
            }
            transaction.execute("DELETE FROM seen WHERE at_ms < ?1", [now_ms - SEEN_FOR_MS])?;
            Ok::<_, Error>(())
        })?;
        self.outbox.wake();
        Ok(())
    }

    /// Sets off the scheduled rules that are due, each once, however long the host was away.
    pub(super) fn fire_rules(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        now_ms: i64,
    ) -> Result<(), Error> {
        let due: Vec<(String, String, String, i64)> = transaction
            .prepare_cached(
                "SELECT region, name, schedule, created_ms FROM rules WHERE enabled AND next_ms <= ?1",
            )?
            .query_map([now_ms], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        for (region, rule, schedule, created_ms) in due {
            let time = super::timestamp(now_ms);
            let event = json!({
                "version": "0",
                "id": super::event_id(),
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": ACCOUNT,
                "time": format!("{time:.0}"),
                "region": region,
                "resources": [rule_arn(&region, &rule)],
                "detail": {},
            });
            for target in targets(transaction, &region, &rule)? {
                let payload = target.input.clone().unwrap_or_else(|| event.to_string());
                outbox::put(transaction, &owed(&region, &rule, &target, payload, now_ms))?;
            }
            let next_ms = next_of_rule(&schedule, now_ms, created_ms)?;
            transaction.execute(
                "UPDATE rules SET next_ms = ?3 WHERE region = ?1 AND name = ?2",
                params![region, rule, next_ms],
            )?;
        }
        Ok(())
    }

    fn answer(&self, call: &Call) -> Result<Value, Error> {
        let region = &call.region;
        match call.operation() {
            "PutRule" => {
                let input: PutRule = call.input()?;
                let rule = Rule {
                    name: input.name,
                    pattern: input.event_pattern,
                    schedule: input.schedule_expression,
                    enabled: input.state.as_deref() != Some("DISABLED"),
                };
                self.put_rule(region, &rule)?;
                Ok(json!({"RuleArn": rule_arn(region, &rule.name)}))
            }
            "PutTargets" => {
                #[derive(Deserialize)]
                #[serde(rename_all = "PascalCase")]
                struct Input {
                    rule: String,
                    targets: Vec<Target>,
                }
                let input: Input = call.input()?;
                self.put_targets(region, &input.rule, &input.targets)?;
                Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
            }
            "RemoveTargets" => {
                #[derive(Deserialize)]
                #[serde(rename_all = "PascalCase")]
                struct Input {
                    rule: String,
                    ids: Vec<String>,
                }
                let input: Input = call.input()?;
                self.database.write(|transaction| {
                    rule(transaction, region, &input.rule)?;
                    for id in &input.ids {
                        transaction.execute(
                            "DELETE FROM targets WHERE region = ?1 AND rule = ?2 AND id = ?3",
                            [region, &input.rule, id],
                        )?;
                    }
                    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
                })
            }
            "DeleteRule" => {
                let input: Named = call.input()?;
                self.database.write(|transaction| {
                    if !targets(transaction, region, &input.name)?.is_empty() {
                        return Err(validation("Rule can't be deleted since it has targets."));
                    }
                    transaction.execute(
                        "DELETE FROM rules WHERE region = ?1 AND name = ?2",
                        [region, &input.name],
                    )?;
                    Ok(json!({}))
                })
            }
            "DescribeRule" => {
                let input: Named = call.input()?;
                let rule = self
                    .database
                    .read(|connection| rule(connection, region, &input.name))?;
                Ok(describe(region, &rule))
            }
            "ListRules" => self.database.read(|connection| {
                let mut statement = connection.prepare(
                    "SELECT name, pattern, schedule, enabled FROM rules WHERE region = ?1 ORDER BY name",
                )?;
                let rules = statement
                    .query_map([region], read_rule)?
                    .collect::<rusqlite::Result<Vec<Rule>>>()?;
                Ok(json!({"Rules": rules.iter().map(|rule| describe(region, rule)).collect::<Vec<_>>()}))
            }),
            "ListTargetsByRule" => {
                let input: OfRule = call.input()?;
                self.database.read(|connection| {
                    rule(connection, region, &input.rule)?;
                    let targets = targets(connection, region, &input.rule)?;
                    let shown = targets.iter().map(|target| {
                        let mut shown = json!({"Id": target.id, "Arn": target.arn});
                        if let Some(input) = &target.input {
                            shown["Input"] = input.as_str().into();
                        }
                        shown
                    });
                    Ok(json!({"Targets": shown.collect::<Vec<_>>()}))
                })
            }
            "PutEvents" => self.put_events(call),
            operation => Err(Error::unknown_operation("events", operation)),
        }
    }

    fn put_rule(&self, region: &str, rule: &Rule) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        if let Some(pattern) = &rule.pattern {
            let refuse = |problem: String| Error::new("InvalidEventPatternException", problem);
            let pattern = serde_json::from_str(pattern).map_err(|error| refuse(error.to_string()))?;
            Pattern::parse(&pattern).map_err(|error| refuse(error.to_string()))?;
        }
        if rule.pattern.is_none() == rule.schedule.is_none() {
            return Err(validation(
                "a rule on one machine has either EventPattern or ScheduleExpression",
            ));
        }
        let next_ms = match &rule.schedule {
            Some(schedule) => next_of_rule(schedule, now_ms, now_ms)?,
            None => None,
        };
        self.database.write(|transaction| {
            transaction.execute(
                "INSERT INTO rules VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET pattern = excluded.pattern, enabled = excluded.enabled,
                     created_ms = iif(schedule IS excluded.schedule, created_ms, excluded.created_ms),
                     next_ms = iif(schedule IS excluded.schedule, next_ms, excluded.next_ms),
                     schedule = excluded.schedule",
                params![
                    region,
                    rule.name,
                    rule.pattern,
                    rule.schedule,
                    rule.enabled,
                    now_ms,
                    next_ms
                ],
            )?;
            Ok::<_, Error>(())
        })?;
        self.schedules_changed.notify_one();
        Ok(())
    }

    fn put_targets(&self, region: &str, name: &str, targets: &[Target]) -> Result<(), Error> {
        self.database.write(|transaction| {
            rule(transaction, region, name)?;
            for target in targets {
                transaction.execute(
                    "INSERT OR REPLACE INTO targets VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![region, name, target.id, target.arn, target.input],
                )?;
            }
            Ok(())
        })
    }

    fn put_events(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Entry {
            source: String,
            detail_type: String,
            detail: String,
            #[serde(default)]
            resources: Vec<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input {
            entries: Vec<Entry>,
        }
        let input: Input = call.input()?;
        let now = self.clock.now();
        let mut events = Vec::new();
        let mut answers = Vec::new();
        for entry in input.entries {
            let Ok(detail @ Value::Object(_)) = serde_json::from_str(&entry.detail) else {
                answers.push(json!({"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}));
                continue;
            };
            let id = super::event_id();
            answers.push(json!({"EventId": id}));
            events.push(json!({
                "version": "0", "id": id, "detail-type": entry.detail_type, "source": entry.source,
                "account": ACCOUNT, "time": format!("{now:.0}"), "region": call.region,
                "resources": entry.resources, "detail": detail,
            }));
        }
        self.take_events(&events)?;
        let failed = answers.len() - events.len();
        Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }
}

type Match = (String, String, Pattern, Target);

fn rules_with_targets(connection: &Connection) -> Result<Vec<Match>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT rules.region, name, pattern, id, function, input FROM rules
         JOIN targets ON targets.region = rules.region AND rule = name WHERE enabled AND pattern IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let pattern: Value = serde_json::from_str(&row.get::<_, String>(2)?).map_err(Error::internal)?;
        let pattern = Pattern::parse(&pattern).map_err(Error::internal)?;
        found.push((
            row.get(0)?,
            row.get(1)?,
            pattern,
            Target {
                id: row.get(3)?,
                arn: row.get(4)?,
                input: row.get(5)?,
            },
        ));
    }
    Ok(found)
}

fn targets(connection: &Connection, region: &str, rule: &str) -> rusqlite::Result<Vec<Target>> {
    connection
        .prepare_cached(
            "SELECT id, function, input FROM targets WHERE region = ?1 AND rule = ?2 ORDER BY id",
        )?
        .query_map([region, rule], |row| {
            Ok(Target {
                id: row.get(0)?,
                arn: row.get(1)?,
                input: row.get(2)?,
            })
        })?
        .collect()
}

fn rule(connection: &Connection, region: &str, name: &str) -> Result<Rule, Error> {
    connection
        .prepare_cached("SELECT name, pattern, schedule, enabled FROM rules WHERE region = ?1 AND name = ?2")?
        .query_row([region, name], read_rule)
        .optional()?
        .ok_or_else(|| {
            Error::new(
                "ResourceNotFoundException",
                format!("Rule {name} does not exist on EventBus default."),
            )
        })
}

fn read_rule(row: &rusqlite::Row<'_>) -> rusqlite::Result<Rule> {
    Ok(Rule {
        name: row.get(0)?,
        pattern: row.get(1)?,
        schedule: row.get(2)?,
        enabled: row.get(3)?,
    })
}

fn describe(region: &str, rule: &Rule) -> Value {
    let mut shown = json!({
        "Name": rule.name, "Arn": rule_arn(region, &rule.name), "EventBusName": "default",
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
    });
    for (field, value) in [
        ("EventPattern", &rule.pattern),
        ("ScheduleExpression", &rule.schedule),
    ] {
        if let Some(value) = value {
            shown[field] = value.as_str().into();
        }
    }
    shown
}

fn next_of_rule(schedule: &str, after_ms: i64, created_ms: i64) -> Result<Option<i64>, Error> {
    let expression = Expression::parse(schedule).map_err(|error| validation(error.to_string()))?;
    if matches!(expression, Expression::At(_)) {
        return Err(validation("Parameter ScheduleExpression is not valid."));
    }
    let (after, origin) = (super::timestamp(after_ms), super::timestamp(created_ms));
    Ok(expression
        .next(after, &jiff::tz::TimeZone::UTC, origin)
        .map(jiff::Timestamp::as_millisecond))
}

fn owed(region: &str, rule: &str, target: &Target, payload: String, now_ms: i64) -> Owed {
    Owed {
        sender: rule_arn(region, rule),
        function: target.arn.clone(),
        payload,
        expires_ms: now_ms + KEPT_FOR_MS,
        refusals_allowed: REFUSALS_ALLOWED,
        at_ms: now_ms,
    }
}

fn rule_arn(region: &str, name: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT}:rule/{name}")
}

fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationException", message)
}
