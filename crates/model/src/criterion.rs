//! What a run must reach to pass.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Duration, field::Node, text::as_string};

/// One condition on the figures of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Criterion {
    /// A label, or `*` for all requests.
    pub label: String,
    pub metric: Metric,
    pub op: Op,
    pub value: Bound,
}

/// A figure that a criterion may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Metric {
    Min,
    Mean,
    P50,
    P75,
    P90,
    P95,
    P99,
    P999,
    Max,
    FailureRate,
    Throughput,
}

const METRICS: [(&str, Metric); 11] = [
    ("min", Metric::Min),
    ("mean", Metric::Mean),
    ("p50", Metric::P50),
    ("p75", Metric::P75),
    ("p90", Metric::P90),
    ("p95", Metric::P95),
    ("p99", Metric::P99),
    ("p999", Metric::P999),
    ("max", Metric::Max),
    ("failureRate", Metric::FailureRate),
    ("throughput", Metric::Throughput),
];

impl FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = METRICS
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, metric)| *metric);
        found.ok_or_else(|| format!("must be one of {}", METRICS.map(|(name, _)| name).join(", ")))
    }
}

/// How the observed figure must stand to the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Op {
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

impl Op {
    pub fn holds(self, observed: f64, bound: f64) -> bool {
        match self {
            Self::Less => observed < bound,
            Self::LessOrEqual => observed <= bound,
            Self::Greater => observed > bound,
            Self::GreaterOrEqual => observed >= bound,
        }
    }
}

impl FromStr for Op {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "<" => Ok(Self::Less),
            "<=" => Ok(Self::LessOrEqual),
            ">" => Ok(Self::Greater),
            ">=" => Ok(Self::GreaterOrEqual),
            _ => Err("must be one of <, <=, >, >="),
        }
    }
}

/// A value with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// A response time.
    Time(Duration),
    /// A share, in percent.
    Percent(f64),
    /// Requests per second.
    PerSecond(f64),
}

impl Bound {
    /// In the unit of the figures: milliseconds, a fraction of one, requests per second.
    pub fn figure(self) -> f64 {
        match self {
            Self::Time(duration) => duration.as_ms() as f64,
            Self::Percent(percent) => percent / 100.0,
            Self::PerSecond(rate) => rate,
        }
    }

    fn fits(self, metric: Metric) -> bool {
        match metric {
            Metric::FailureRate => matches!(self, Self::Percent(_)),
            Metric::Throughput => matches!(self, Self::PerSecond(_)),
            _ => matches!(self, Self::Time(_)),
        }
    }
}

impl FromStr for Bound {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str =
            "must be a number with its unit: ms or s for times, % for failureRate, /s for throughput";
        let number = |text: &str| {
            text.trim()
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite() && *n >= 0.0)
                .ok_or(WRONG)
        };
        if let Some(percent) = text.strip_suffix('%') {
            return number(percent).and_then(|n| {
                if n <= 100.0 {
                    Ok(Self::Percent(n))
                } else {
                    Err(WRONG)
                }
            });
        }
        if let Some(rate) = text.strip_suffix("/s") {
            return number(rate).map(Self::PerSecond);
        }
        text.parse().map(Self::Time).map_err(|_| WRONG)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(duration) if duration.as_ms() < 10_000 => write!(f, "{}ms", duration.as_ms()),
            Self::Time(duration) => duration.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::PerSecond(rate) => write!(f, "{rate}/s"),
        }
    }
}

as_string!(
    Bound,
    r"^[0-9.]+(ms|s|%|/s)|([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
    "300ms"
);

impl Criterion {
    /// The one that every run has: a target that refuses everything does not pass.
    pub fn implicit() -> Self {
        Self {
            label: "*".into(),
            metric: Metric::FailureRate,
            op: Op::Less,
            value: Bound::Percent(100.0),
        }
    }

    /// `labels` are those that there can be, where they are known before the run.
    pub(crate) fn read(node: &Node<'_>, labels: Option<&[&str]>) -> Option<Self> {
        let fields = node.object()?;
        let label = fields.or("label", "*".to_owned(), |node| {
            let label = node.line(1..=255)?;
            if label != "*" && labels.is_some_and(|labels| !labels.contains(&label.as_str())) {
                return node.problem(crate::said!(
                    "NO_SUCH_LABEL",
                    "must be * or the label of a request"
                ));
            }
            Some(label)
        });
        let metric = fields.required("metric", |node| node.parsed_as("NOT_METRIC"));
        let op = fields.required("op", |node| node.parsed_as("NOT_OPERATOR"));
        let value = fields.required("value", |node| node.parsed_as::<Bound>("NOT_BOUND"));
        let criterion = Self {
            label: label?,
            metric: metric?,
            op: op?,
            value: value?,
        };
        if !criterion.value.fits(criterion.metric) {
            return fields.problem(
                "value",
                crate::said!("WRONG_UNIT", "has a unit that does not fit the metric"),
            );
        }
        fields.finish();
        Some(criterion)
    }
}
