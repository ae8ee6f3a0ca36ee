//! Two runs beside each other: by label both figures and how they differ.

use std::collections::{BTreeMap, BTreeSet};

use model::criterion::Metric;
use serde::Serialize;
use utoipa::ToSchema;

use crate::results::{Figures, Results};

/// One label, or all requests, in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Pair {
    /// Null when the label is not in this run.
    #[schema(required)]
    pub base: Option<Figures>,
    /// Null when the label is not in this run.
    #[schema(required)]
    pub candidate: Option<Figures>,
    /// Null when the label is in one run only.
    #[schema(required)]
    pub delta: Option<Deltas>,
}

/// How the candidate's figures differ from the base's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deltas {
    pub requests: Delta,
    pub failure_rate: Delta,
    pub throughput: Delta,
    pub min: Delta,
    pub mean: Delta,
    pub p50: Delta,
    pub p75: Delta,
    pub p90: Delta,
    pub p95: Delta,
    pub p99: Delta,
    pub p999: Delta,
    pub max: Delta,
}

/// A difference; positive when the candidate has more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Delta {
    /// candidate − base, in the figure's own unit: times in milliseconds, a rate of failures as a fraction of one. Null
    /// when one of them has no such figure.
    #[schema(required)]
    pub absolute: Option<f64>,
    /// absolute / base; null also when the base is 0.
    #[schema(required)]
    pub relative: Option<f64>,
}

/// `*` for all requests, and every label of either run.
pub fn labels(base: &Results, candidate: &Results) -> BTreeMap<String, Pair> {
    let labels: BTreeSet<&String> = base.by_label.keys().chain(candidate.by_label.keys()).collect();
    let of_labels = labels.into_iter().map(|label| {
        let pair = Pair::of(base.by_label.get(label), candidate.by_label.get(label));
        (label.clone(), pair)
    });
    let all = Pair::of(Some(&base.total), Some(&candidate.total));
    of_labels.chain([("*".to_owned(), all)]).collect()
}

impl Pair {
    fn of(base: Option<&Figures>, candidate: Option<&Figures>) -> Self {
        let delta = base.zip(candidate);
        Self {
            base: base.cloned(),
            candidate: candidate.cloned(),
            delta: delta.map(|(base, candidate)| Deltas::between(base, candidate)),
        }
    }
}

impl Deltas {
    fn between(base: &Figures, candidate: &Figures) -> Self {
        let of = |metric| Delta::between(base.get(metric), candidate.get(metric));
        Self {
            requests: Delta::between(Some(base.requests as f64), Some(candidate.requests as f64)),
            failure_rate: of(Metric::FailureRate),
            throughput: of(Metric::Throughput),
            min: of(Metric::Min),
            mean: of(Metric::Mean),
            p50: of(Metric::P50),
            p75: of(Metric::P75),
            p90: of(Metric::P90),
            p95: of(Metric::P95),
            p99: of(Metric::P99),
            p999: of(Metric::P999),
            max: of(Metric::Max),
        }
    }
}

impl Delta {
    fn between(base: Option<f64>, candidate: Option<f64>) -> Self {
        let absolute = base.zip(candidate).map(|(base, candidate)| candidate - base);
        let share = |(absolute, base): (f64, f64)| (base != 0.0).then(|| absolute / base);
        Self {
            absolute: absolute.map(tidy),
            relative: absolute.zip(base).and_then(share).map(tidy),
        }
    }
}

/// Without the digits that subtracting binary fractions leaves behind.
fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_difference_needs_something_to_be_relative_to() {
        let delta = |base, candidate| {
            let delta = Delta::between(base, candidate);
            (delta.absolute, delta.relative)
        };
        assert_eq!(delta(Some(9.9), Some(22.0)), (Some(12.1), Some(1.222_222_222)));
        assert_eq!(delta(Some(20.0), Some(10.0)), (Some(-10.0), Some(-0.5)));
        assert_eq!(delta(Some(0.0), Some(0.25)), (Some(0.25), None));
        assert_eq!(delta(Some(0.0), Some(0.0)), (Some(0.0), None));
        assert_eq!(delta(None, Some(1.0)), (None, None));
        assert_eq!(delta(Some(1.0), None), (None, None));
    }
}
