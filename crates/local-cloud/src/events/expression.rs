//! When something fires: `at(…)`, `rate(…)` and `cron(…)`.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::cron::{Cron, CronError, resolve};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// Once, at a local time.
    At(DateTime),
    /// Every so often, whatever the clocks do.
    Rate(SignedDuration),
    Cron(Cron),
}

/// Why an expression is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExpressionError {
    #[error("an expression is at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)")]
    Form,
    #[error("a rate is a positive number of minutes, hours or days")]
    Rate,
    #[error("a time is written yyyy-mm-ddThh:mm:ss")]
    Time,
    #[error(transparent)]
    Cron(#[from] CronError),
}

impl Expression {
    pub(super) fn parse(text: &str) -> Result<Self, ExpressionError> {
        let (kind, inside) = text.trim().split_once('(').ok_or(ExpressionError::Form)?;
        let inside = inside.strip_suffix(')').ok_or(ExpressionError::Form)?.trim();
        match kind {
            "at" => match inside.parse() {
                // With an offset it would be an instant, not a local time.
                Ok(time) if inside.len() == "yyyy-mm-ddThh:mm:ss".len() => Ok(Self::At(time)),
                _ => Err(ExpressionError::Time),
            },
            "rate" => parse_rate(inside).map(Self::Rate).ok_or(ExpressionError::Rate),
            "cron" => Ok(Self::Cron(Cron::parse(inside)?)),
            _ => Err(ExpressionError::Form),
        }
    }

    /// The first firing after `after`; rates count from `origin`, which is a firing itself.
    pub(super) fn next(&self, after: Timestamp, zone: &TimeZone, origin: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(local) => resolve(*local, zone).filter(|at| *at > after),
            Self::Cron(cron) => cron.next(after, zone),
            Self::Rate(_) if after < origin => Some(origin),
            Self::Rate(period) => {
                let passed = after.duration_since(origin).as_millis() / period.as_millis();
                let count = i32::try_from(passed + 1).ok()?;
                origin.checked_add(period.checked_mul(count)?).ok()
            }
        }
    }
}

fn parse_rate(text: &str) -> Option<SignedDuration> {
    let (value, unit) = text.split_once(char::is_whitespace)?;
    let value: i64 = value
        .parse()
        .ok()
        .filter(|value| (1..=1_000_000).contains(value))?;
    match unit.trim() {
        "minute" | "minutes" => Some(SignedDuration::from_mins(value)),
        "hour" | "hours" => Some(SignedDuration::from_hours(value)),
        "day" | "days" => Some(SignedDuration::from_hours(value * 24)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, after: &str, zone: &str) -> Option<String> {
        let origin = "2026-01-01T00:00:30Z".parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        Expression::parse(expression)
            .unwrap()
            .next(after.parse().unwrap(), &zone, origin)
            .map(|at| at.to_string())
    }

    #[test]
    fn rates_count_from_their_origin() {
        assert_eq!(
            next("rate(5 minutes)", "2025-12-31T00:00:00Z", "UTC").unwrap(),
            "2026-01-01T00:00:30Z"
        );
        assert_eq!(
            next("rate(5 minutes)", "2026-01-01T00:00:30Z", "UTC").unwrap(),
            "2026-01-01T00:05:30Z"
        );
        assert_eq!(
            next("rate(1 hour)", "2026-01-01T09:59:00Z", "UTC").unwrap(),
            "2026-01-01T10:00:30Z"
        );
        // A day is 24 hours on either side of a change of the clocks.
        assert_eq!(
            next("rate(1 day)", "2026-03-30T00:00:30Z", "Europe/Berlin").unwrap(),
            "2026-03-31T00:00:30Z"
        );
    }

    #[test]
    fn a_time_fires_once_and_only_if_it_exists() {
        let at = "at(2026-03-08T02:30:00)";
        assert_eq!(
            next(at, "2026-01-01T00:00:00Z", "UTC").unwrap(),
            "2026-03-08T02:30:00Z"
        );
        assert_eq!(next(at, "2026-03-08T02:30:00Z", "UTC"), None);
        assert_eq!(next(at, "2026-01-01T00:00:00Z", "America/New_York"), None);
        assert_eq!(
            next(at, "2026-01-01T00:00:00Z", "America/Bogota").unwrap(),
            "2026-03-08T07:30:00Z"
        );
    }

    #[test]
    fn wrong_expressions_are_refused() {
        for (text, error) in [
            ("every day", ExpressionError::Form),
            ("rate(0 minutes)", ExpressionError::Rate),
            ("rate(5 weeks)", ExpressionError::Rate),
            ("rate(-5 days)", ExpressionError::Rate),
            ("at(2026-01-01T00:00:00Z)", ExpressionError::Time),
            ("at(tomorrow)", ExpressionError::Time),
            ("cron(* * * * *)", ExpressionError::Cron(CronError::Fields)),
        ] {
            assert_eq!(Expression::parse(text), Err(error), "{text}");
        }
    }
}
