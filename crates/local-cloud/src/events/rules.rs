//! Rules and their targets: the operations on them, and how they are read.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Inner, expression::Expression, pattern::Pattern};
use crate::{
    ACCOUNT,
    call::{Call, Error},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRule {
    name: String,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
}

/// A rule as it is stored.
pub(super) struct Rule {
    pub name: String,
    pub pattern: Option<String>,
    pub schedule: Option<String>,
    pub enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Target {
    pub id: String,
    pub arn: String,
    /// A constant to send instead of the event.
    pub input: Option<String>,
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
    pub(super) fn answer(&self, call: &Call) -> Result<Value, Error> {
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

    pub(super) fn put_rule(&self, region: &str, rule: &Rule) -> Result<(), Error> {
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

    pub(super) fn put_targets(&self, region: &str, name: &str, targets: &[Target]) -> Result<(), Error> {
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
}

/// A region, a rule of it, what it takes, and one of its targets.
pub(super) type Match = (String, String, Pattern, Target);

pub(super) fn rules_with_targets(connection: &Connection) -> Result<Vec<Match>, Error> {
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

pub(super) fn targets(connection: &Connection, region: &str, rule: &str) -> rusqlite::Result<Vec<Target>> {
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

pub(super) fn next_of_rule(schedule: &str, after_ms: i64, created_ms: i64) -> Result<Option<i64>, Error> {
    let expression = Expression::parse(schedule).map_err(|error| validation(error.to_string()))?;
    if matches!(expression, Expression::At(_)) {
        return Err(validation("Parameter ScheduleExpression is not valid."));
    }
    let (after, origin) = (super::timestamp(after_ms), super::timestamp(created_ms));
    Ok(expression
        .next(after, &jiff::tz::TimeZone::UTC, origin)
        .map(jiff::Timestamp::as_millisecond))
}

pub(super) fn rule_arn(region: &str, name: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT}:rule/{name}")
}

fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationException", message)
}
