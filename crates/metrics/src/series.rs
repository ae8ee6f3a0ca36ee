//! Figures over time as the API gives them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    histogram::{Histogram, Quantile},
    results::{ms, rounded_ms},
};

/// More points than these tell nobody more.
pub const MOST_POINTS: u32 = 2_000;

/// One point a step, without holes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    pub step_ms: u64,
    /// Seconds from `startAt` that every live worker has uploaded. Points beyond it may still grow.
    pub complete_until: u32,
    pub points: Vec<Point>,
}

/// The samples that ended within one step. Times are in milliseconds, and null without samples.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Seconds from `startAt` to the begin of the step.
    pub t: u32,
    /// The most within the step, over the workers asked for, whatever the label.
    pub virtual_users: u64,
    pub requests: u64,
    pub failures: u64,
    #[schema(required)]
    pub mean: Option<f64>,
    #[schema(required)]
    pub p50: Option<f64>,
    #[schema(required)]
    pub p90: Option<f64>,
    #[schema(required)]
    pub p95: Option<f64>,
    #[schema(required)]
    pub p99: Option<f64>,
    #[schema(required)]
    pub max: Option<f64>,
}

impl Point {
    /// `all` holds successes and failures alike.
    pub(crate) fn new(t: u32, virtual_users: u64, failures: u64, all: &Histogram) -> Self {
        use Quantile as Q;
        let [p50, p90, p95, p99] = all
            .percentiles([Q::P50, Q::P90, Q::P95, Q::P99])
            .map(|value| value.map(ms));
        Self {
            t,
            virtual_users,
            requests: all.count(),
            failures,
            mean: all.moments().mean().map(rounded_ms),
            p50,
            p90,
            p95,
            p99,
            max: (!all.is_empty()).then(|| ms(all.moments().max)),
        }
    }
}
