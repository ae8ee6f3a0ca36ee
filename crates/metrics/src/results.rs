//! The figures of a run as the API gives them. `semantics` of every field: see the results chapter of the API.

use std::collections::BTreeMap;

use model::{
    Region, RunId, ScenarioId, Timestamp,
    criterion::{Criterion, Metric},
    field::Said,
    run::{Outcome, Status, Summary},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    exchange::Exchange,
    histogram::{Counter, Histogram, Quantile},
};

/// Everything that a run, or a window of it, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    pub run_id: RunId,
    pub scenario_id: ScenarioId,
    pub status: Status,
    pub degraded: bool,
    /// When the first engine ended by itself, before the load phase did.
    #[schema(required)]
    pub ended_early: Option<Timestamp>,
    /// Samples that still ran when the drain was over, and were cut.
    pub interrupted: u64,
    pub start_at: Timestamp,
    pub ended_at: Timestamp,
    /// `startAt` to the end of the load phase, drain excluded.
    pub duration_ms: u64,
    pub workers: Workers,
    pub total: Figures,
    /// `total` for the hold alone.
    pub steady: Figures,
    pub by_label: BTreeMap<String, Figures>,
    pub by_region: BTreeMap<String, Figures>,
    /// Rows of transaction controllers. They are no requests, and in no other figure.
    pub transactions: BTreeMap<String, Figures>,
    pub phases: Phases,
    pub errors: Vec<ErrorGroup>,
    pub verdict: Verdict,
    pub validity: Validity,
    /// The part of the run that the figures are of; absent when it is the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub window: Option<Window>,
}

impl Results {
    /// What a list of runs shows of them.
    pub fn summary(&self) -> Summary {
        Summary {
            requests: self.total.requests,
            failure_rate: self.total.failure_rate,
            throughput: self.total.throughput,
            p95: self.total.response_time_ms.all.p95,
            duration_ms: Some(self.duration_ms),
            verdict: self.verdict.outcome,
        }
    }
}

/// Milliseconds from `startAt`, the end excluded, as they were applied: whole steps of the stored series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    pub from_ms: u64,
    pub to_ms: u64,
}

/// Whose samples are in the figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workers {
    pub planned: u32,
    /// Workers that uploaded at least one segment.
    pub included: u32,
    /// Those of the included whose load was cut short.
    pub partial: Vec<PartialWorker>,
    pub start_skew_ms: StartSkew,
}

/// A worker that is included only up to some instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartialWorker {
    pub region: Region,
    pub worker: u32,
    /// Milliseconds from `startAt` up to which its samples are complete.
    pub until_ms: u64,
}

/// Gate opened − `startAt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct StartSkew {
    /// The largest absolute skew of any worker; null when none was reported.
    #[schema(required)]
    pub max: Option<u64>,
}

/// The figures of a set of samples.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub requests: u64,
    pub successes: u64,
    pub failures: u64,
    /// Failures / requests; null without requests.
    #[schema(required)]
    pub failure_rate: Option<f64>,
    /// How often each response code was received.
    pub codes: BTreeMap<String, u64>,
    /// Requests per second of the duration; null when there was none.
    #[schema(required)]
    pub throughput: Option<f64>,
    pub bytes_received: u64,
    pub bytes_sent: u64,
    pub virtual_users_max: u64,
    pub response_time_ms: ResponseTime,
    pub ttfb_ms: Brief,
    pub connect_ms: Brief,
}

impl Figures {
    /// One figure, in the unit of [`model::criterion::Bound::figure`].
    pub fn get(&self, metric: Metric) -> Option<f64> {
        let times = &self.response_time_ms.all;
        match metric {
            Metric::Min => times.min,
            Metric::Mean => times.mean,
            Metric::P50 => times.p50,
            Metric::P75 => times.p75,
            Metric::P90 => times.p90,
            Metric::P95 => times.p95,
            Metric::P99 => times.p99,
            Metric::P999 => times.p999,
            Metric::Max => times.max,
            Metric::FailureRate => self.failure_rate,
            Metric::Throughput => self.throughput,
        }
    }
}

/// Response times of all samples, and of the successful ones.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ResponseTime {
    #[serde(flatten)]
    pub all: Times,
    pub successful: Times,
}

/// Times in milliseconds; all null without samples.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Times {
    #[schema(required)]
    pub min: Option<f64>,
    #[schema(required)]
    pub mean: Option<f64>,
    #[schema(required)]
    pub stdev: Option<f64>,
    #[schema(required)]
    pub p50: Option<f64>,
    #[schema(required)]
    pub p75: Option<f64>,
    #[schema(required)]
    pub p90: Option<f64>,
    #[schema(required)]
    pub p95: Option<f64>,
    #[schema(required)]
    pub p99: Option<f64>,
    #[schema(required)]
    pub p999: Option<f64>,
    #[schema(required)]
    pub max: Option<f64>,
}

impl<C: Counter> From<&Histogram<C>> for Times {
    fn from(histogram: &Histogram<C>) -> Self {
        use Quantile as Q;
        let moments = histogram.moments();
        let [p50, p75, p90, p95, p99, p999] = histogram
            .percentiles([Q::P50, Q::P75, Q::P90, Q::P95, Q::P99, Q::P999])
            .map(|value| value.map(ms));
        let some = |value| (moments.count > 0).then(|| ms(value));
        Self {
            min: some(moments.min),
            mean: moments.mean().map(rounded_ms),
            stdev: moments.stdev().map(rounded_ms),
            p50,
            p75,
            p90,
            p95,
            p99,
            p999,
            max: some(moments.max),
        }
    }
}

/// The short form of [`Times`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Brief {
    #[schema(required)]
    pub mean: Option<f64>,
    #[schema(required)]
    pub p95: Option<f64>,
    #[schema(required)]
    pub max: Option<f64>,
}

impl<C: Counter> From<&Histogram<C>> for Brief {
    fn from(histogram: &Histogram<C>) -> Self {
        let moments = histogram.moments();
        Self {
            mean: moments.mean().map(rounded_ms),
            p95: histogram.percentile(Quantile::P95).map(ms),
            max: (moments.count > 0).then(|| ms(moments.max)),
        }
    }
}

/// Samples outside of the load phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Phases {
    pub setup: PhaseCounts,
    pub teardown: PhaseCounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct PhaseCounts {
    pub requests: u64,
    pub failures: u64,
}

/// Failures that are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorGroup {
    pub label: String,
    pub code: String,
    /// The response message with ids and numbers normalised.
    pub message: String,
    /// The message of the failed assertion, normalised; null when none failed.
    #[schema(required)]
    pub assertion: Option<String>,
    pub count: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The first of `samples`.
    #[schema(required)]
    pub sample: Option<Exchange>,
    /// Failed exchanges, at most five, unless the scenario's `captureErrors` is false. They are of the whole run, also
    /// where the count is of a window.
    #[serde(default)]
    #[schema(required, max_items = 5)]
    pub samples: Vec<Exchange>,
}

/// Whether the run reached what its scenario asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    pub outcome: Outcome,
    pub criteria: Vec<CriterionResult>,
}

/// One criterion and what was observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CriterionResult {
    #[serde(flatten)]
    pub criterion: Criterion,
    /// In the unit of the bound; null when there was nothing to observe, which passes no criterion.
    #[schema(required)]
    pub observed: Option<String>,
    pub passed: bool,
}

/// Whether the figures say something of the target, or of the generators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validity {
    pub grade: Grade,
    pub reasons: Vec<ValidityReason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    Valid,
    Degraded,
    Invalid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidityReason {
    /// Such as `GENERATOR_CPU`.
    pub code: String,
    pub detail: String,
    /// Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub words: Option<String>,
    /// What `detail` names besides, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub values: Vec<String>,
}

impl ValidityReason {
    pub fn new(code: &str, said: impl Into<Said>) -> Self {
        let said = said.into();
        Self {
            code: code.to_owned(),
            detail: said.detail,
            words: said.code,
            values: said.values,
        }
    }

    /// What it says, without the code of the reason.
    pub fn said(&self) -> Said {
        Said {
            detail: self.detail.clone(),
            code: self.words.clone(),
            values: self.values.clone(),
        }
    }
}

/// Whole microseconds as milliseconds.
pub(crate) fn ms(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// Fractional microseconds as milliseconds with three decimals: finer is noise to a reader.
pub(crate) fn rounded_ms(micros: f64) -> f64 {
    micros.round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are a contract: clients read them.
    #[test]
    fn figures_are_written_as_the_api_says() {
        let mut times = Histogram::<u64>::default();
        for elapsed in [1_000, 2_000, 4_000] {
            times.record(elapsed);
        }
        let figures = Figures {
            requests: 3,
            response_time_ms: ResponseTime {
                all: Times::from(&times),
                successful: Times::default(),
            },
            ttfb_ms: Brief::from(&times),
            ..Figures::default()
        };
        insta::assert_json_snapshot!(figures);
    }
}
