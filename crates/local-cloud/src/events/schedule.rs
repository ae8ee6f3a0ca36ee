//! A schedule of EventBridge Scheduler: what it says, when it fires, what it sends.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{expression::Expression, outbox::Owed};
use crate::{ACCOUNT, call::Error};

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>
const EVENT_AGE_S: std::ops::RangeInclusive<i64> = 60..=86_400;
const RETRIES: std::ops::RangeInclusive<u32> = 0..=185;

/// The body of CreateSchedule and UpdateSchedule, as it is kept and shown again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Schedule {
    pub schedule_expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_expression_timezone: Option<String>,
    /// Seconds since the epoch, like `end_date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<f64>,
    #[serde(default)]
    pub state: State,
    pub flexible_time_window: FlexibleTimeWindow,
    #[serde(default)]
    pub action_after_completion: ActionAfterCompletion,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub target: Target,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    #[default]
    Enabled,
    Disabled,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ActionAfterCompletion {
    #[default]
    None,
    Delete,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FlexibleTimeWindow {
    pub mode: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Target {
    pub arn: String,
    pub role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    #[serde(default)]
    pub retry_policy: RetryPolicy,
    /// Accepted and shown; this host has no queues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<Value>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RetryPolicy {
    #[serde(default = "longest_age", rename = "MaximumEventAgeInSeconds")]
    pub maximum_event_age_s: i64,
    #[serde(default = "most_retries")]
    pub maximum_retry_attempts: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            maximum_event_age_s: longest_age(),
            maximum_retry_attempts: most_retries(),
        }
    }
}

/// The calendar of a schedule: when it fires.
pub(super) struct Calendar {
    expression: Expression,
    zone: TimeZone,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl Schedule {
    /// Checks everything that AWS refuses, and what this host does not offer.
    pub(super) fn calendar(&self) -> Result<Calendar, Error> {
        let expression = Expression::parse(&self.schedule_expression).map_err(|error| {
            validation(format!(
                "Invalid Schedule Expression {}: {error}",
                self.schedule_expression
            ))
        })?;
        let zone = self.schedule_expression_timezone.as_deref().unwrap_or("UTC");
        let zone = TimeZone::get(zone).map_err(|_| validation(format!("Invalid TimeZone {zone}")))?;
        let instant = |seconds: Option<f64>| {
            let ms = seconds.map(|seconds| (seconds * 1_000.0).round() as i64);
            ms.map(Timestamp::from_millisecond)
                .transpose()
                .map_err(|error| validation(error.to_string()))
        };
        let (start, end) = (instant(self.start_date)?, instant(self.end_date)?);
        if start.zip(end).is_some_and(|(start, end)| start > end) {
            return Err(validation("EndDate must be after StartDate"));
        }
        if self.flexible_time_window.mode != "OFF" {
            return Err(validation("one machine offers FlexibleTimeWindow OFF only"));
        }
        let Target {
            arn,
            input,
            retry_policy,
            ..
        } = &self.target;
        if !arn.contains(":lambda:") {
            return Err(validation("one machine invokes Lambda functions only"));
        }
        if input
            .as_ref()
            .is_some_and(|input| serde_json::from_str::<Value>(input).is_err())
        {
            return Err(validation("Input of a Lambda target must be valid JSON"));
        }
        if !EVENT_AGE_S.contains(&retry_policy.maximum_event_age_s) {
            return Err(validation(
                "MaximumEventAgeInSeconds must be between 60 and 86400",
            ));
        }
        if !RETRIES.contains(&retry_policy.maximum_retry_attempts) {
            return Err(validation("MaximumRetryAttempts must be between 0 and 185"));
        }
        // A single firing needs no bounds: AWS ignores them.
        let recurs = !matches!(expression, Expression::At(_));
        Ok(Calendar {
            expression,
            zone,
            start: start.filter(|_| recurs),
            end: end.filter(|_| recurs),
        })
    }

    /// What a firing owes its target.
    pub(super) fn firing(&self, arn: &str, region: &str, at: Timestamp, execution: &str) -> Owed {
        let RetryPolicy {
            maximum_event_age_s,
            maximum_retry_attempts,
        } = self.target.retry_policy;
        Owed {
            sender: arn.to_owned(),
            function: self.target.arn.clone(),
            payload: self.payload(arn, region, at, execution),
            expires_ms: at.as_millisecond() + maximum_event_age_s * 1_000,
            refusals_allowed: maximum_retry_attempts,
            at_ms: at.as_millisecond(),
        }
    }

    fn payload(&self, arn: &str, region: &str, at: Timestamp, execution: &str) -> String {
        let time = format!("{at:.0}");
        match &self.target.input {
            Some(input) => input
                .replace("<aws.scheduler.schedule-arn>", arn)
                .replace("<aws.scheduler.scheduled-time>", &time)
                .replace("<aws.scheduler.execution-id>", execution),
            None => json!({
                "version": "0",
                "id": execution,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": ACCOUNT,
                "time": time,
                "region": region,
                "resources": [arn],
                "detail": "{}",
            })
            .to_string(),
        }
    }
}

impl Calendar {
    /// The first firing after `after`. A rate without a start date counts from when the schedule was created, at
    /// which it fires for the first time.
    pub(super) fn next(&self, after: Timestamp, created: Timestamp) -> Option<Timestamp> {
        let just_before = |start: Timestamp| start - jiff::SignedDuration::from_nanos(1);
        let after = self.start.map_or(after, |start| after.max(just_before(start)));
        let next = self
            .expression
            .next(after, &self.zone, self.start.unwrap_or(created))?;
        self.end.is_none_or(|end| next <= end).then_some(next)
    }

    /// The instant to look for the first firing after. A schedule that is made for a time that has passed never fires.
    pub(super) fn beginning(&self, created: Timestamp) -> Timestamp {
        match self.expression {
            Expression::Rate(_) => created - jiff::SignedDuration::from_nanos(1),
            Expression::At(_) | Expression::Cron(_) => created,
        }
    }
}

fn longest_age() -> i64 {
    *EVENT_AGE_S.end()
}

fn most_retries() -> u32 {
    *RETRIES.end()
}

pub(super) fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationException", message)
}
