//! One line a run for CloudWatch, in its embedded metric format.
//!
//! ```json
//! {"_aws":{"Timestamp":1795421151000,"CloudWatchMetrics":[{"Namespace":"Oleada","Dimensions":[["scenarioId"],[]],
//!   "Metrics":[{"Name":"requests","Unit":"Count"},…]}]},
//!  "scenarioId":"scn_…","runId":"run_…","status":"completed","requests":120000,"failureRate":0.083,"p95":31,…}
//! ```
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use model::run::{Run, Trigger};
use serde_json::{Value, json};

/// The target under which the line is logged; [`crate::serve`] writes it to the log as it is.
pub(crate) const TARGET: &str = "oleada::emf";

/// Logs the line of a run that has ended; a validation says nothing of a target under load.
pub(crate) fn write(run: &Run) {
    if run.trigger == Trigger::Validation {
        return;
    }
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

#[cfg(test)]
mod tests {
    use model::run::{Outcome, Status, Summary, Trigger};

    use super::*;

    fn ended(summary: Option<Summary>) -> Run {
        let scenario = model::scenario::Scenario::parse(&json!({
            "name": "Checkout",
            "workload": {"kind": "http", "requests": [{"url": "http://127.0.0.1:9/"}]},
            "shape": {"kind": "users", "hold": "2s"},
            "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}],
        }))
        .expect("a scenario");
        let created_at = model::Timestamp::from_ms(1_795_421_151_000);
        let (run_id, scenario_id) = ("run_01KAQ000000000000000000000", "scn_01KAQ000000000000000000000");
        let mut run = Run::queued(
            run_id.parse().expect("an id"),
            scenario_id.parse().expect("an id"),
            scenario,
            1,
            Trigger::Api,
            created_at,
        );
        run.status = Status::Completed;
        run.ended_at = Some(created_at.plus(model::Duration::from_secs(9)));
        run.summary = summary;
        run
    }

    /// Every metric that the directive names is a number at the top of the line, and so is every dimension a text.
    fn check(line: &Value) -> Vec<&str> {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], 1_795_421_160_000_i64);
        assert_eq!(directive["Namespace"], "Oleada");
        for dimension in directive["Dimensions"].as_array().expect("sets of dimensions") {
            for name in dimension.as_array().expect("a set") {
                assert!(line[name.as_str().expect("a name")].is_string());
            }
        }
        let metrics = directive["Metrics"].as_array().expect("metrics");
        let names = metrics
            .iter()
            .map(|metric| metric["Name"].as_str().expect("a name"));
        names
            .inspect(|name| assert!(line[*name].is_number(), "{name}"))
            .collect()
    }

    #[test]
    fn the_line_of_a_run_holds_every_metric_that_it_names() {
        let line = line(&ended(Some(Summary {
            requests: 120,
            failure_rate: Some(0.25),
            throughput: Some(13.5),
            p95: Some(31.0),
            duration_ms: Some(9_000),
            verdict: Outcome::Passed,
        })));
        assert_eq!(
            check(&line),
            ["requests", "failureRate", "throughput", "p95", "workersLost"]
        );
        assert_eq!(
            (&line["failureRate"], &line["requests"]),
            (&json!(25.0), &json!(120.0))
        );
        assert_eq!(line["status"], "completed");
    }

    #[test]
    fn what_a_run_does_not_have_is_not_named() {
        assert_eq!(check(&line(&ended(None))), ["workersLost"]);
    }
}
