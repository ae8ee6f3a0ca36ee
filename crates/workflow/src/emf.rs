//! One line a run for CloudWatch, in its embedded metric format.
//!
//! ```json
//! {"_aws":{"Timestamp":1795421151000,"CloudWatchMetrics":[{"Namespace":"Oleada","Dimensions":[["scenarioId"],[]],
//!   "Metrics":[{"Name":"requests","Unit":"Count"},…]}]},
//!  "scenarioId":"scn_…","runId":"run_…","status":"completed","requests":120000,"failureRate":0.083,"p95":31,…}
//! ```
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use model::run::Run;
use serde_json::{Value, json};

/// The target under which the line is logged; [`crate::serve`] writes it to the log as it is.
pub(crate) const TARGET: &str = "oleada::emf";

/// Logs the line of a run that has ended.
pub(crate) fn write(run: &Run) {
    tracing::info!(target: TARGET, line = line(run).to_string());
}

fn line(run: &Run) -> Value {
    let ended_at = run.ended_at.unwrap_or(run.created_at);
    let summary = run.summary.as_ref();
    let percent = summary
        .and_then(|summary| summary.failure_rate)
        .map(|rate| rate * 100.0);
    let metrics = [
        (
            "requests",
            "Count",
            summary.map(|summary| summary.requests as f64),
        ),
        ("failureRate", "Percent", percent),
        (
            "throughput",
            "Count/Second",
            summary.and_then(|summary| summary.throughput),
        ),
        ("p95", "Milliseconds", summary.and_then(|summary| summary.p95)),
        ("workersLost", "Count", Some(f64::from(run.workers.lost))),
    ];
    let known: Vec<_> = metrics
        .into_iter()
        .filter_map(|(name, unit, value)| Some((name, unit, value?)))
        .collect();
    let named: Vec<Value> = known
        .iter()
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}))
        .collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": ended_at.as_ms(),
            "CloudWatchMetrics": [{"Namespace": "Oleada", "Dimensions": [["scenarioId"], []], "Metrics": named}],
        },
        "scenarioId": run.scenario_id,
        "runId": run.run_id,
        "status": run.status,
    });
    for (name, _, value) in known {
        line[name] = json!(value);
    }
    line
}
