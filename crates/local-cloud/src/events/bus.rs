//! The default event bus: rules that send events to Lambda functions.

use std::sync::Arc;

use http::Response;
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::{
    Inner, access,
    outbox::{self, Owed},
    rules::{Rule, Target, next_of_rule, rule_arn, rules_with_targets, targets},
};
use crate::{
    ACCOUNT,
    call::{self, Body, Call, Error},
    policy::Need,
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

    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        access::needs_of_bus(call)
    }

    /// Answers one `awsJson1.1` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        call::json(blocking(move || inner.answer(&call)).await)
    }
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

    pub(super) fn put_events(&self, call: &Call) -> Result<Value, Error> {
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
