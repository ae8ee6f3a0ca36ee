//! Whether a run met its criteria, and whether its figures speak of the target or of the generators.

use std::collections::BTreeMap;

use metrics::{
    cpu::BUSY,
    merge::WorkerReport,
    results::{CriterionResult, Figures, Grade, Validity, ValidityReason, Verdict},
};
use model::{
    criterion::{Bound, Criterion},
    run::Outcome,
    said,
};

/// Every criterion with what was observed; the implicit one is always there.
pub(crate) fn of(criteria: &[Criterion], total: &Figures, by_label: &BTreeMap<String, Figures>) -> Verdict {
    let implicit = Criterion::implicit();
    let all = criteria
        .iter()
        .chain((!criteria.contains(&implicit)).then_some(&implicit));
    let criteria: Vec<CriterionResult> = all
        .map(|criterion| {
            let figures = if criterion.label == "*" {
                Some(total)
            } else {
                by_label.get(&criterion.label)
            };
            let observed = figures.and_then(|figures| figures.get(criterion.metric));
            CriterionResult {
                criterion: criterion.clone(),
                observed: observed.map(|observed| in_unit(criterion.value, observed)),
                passed: observed
                    .is_some_and(|observed| criterion.op.holds(observed, criterion.value.figure())),
            }
        })
        .collect();
    let passed = criteria.iter().all(|criterion| criterion.passed);
    Verdict {
        outcome: if passed { Outcome::Passed } else { Outcome::Failed },
        criteria,
    }
}

/// A generator that is busy for fewer seconds, or for a smaller share of its time, only started, or met a peak.
const BUSY_SECONDS: u32 = 5;
const BUSY_SHARE: f64 = 0.1;

pub(crate) fn validity(degraded: bool, requests: u64, workers: &[WorkerReport]) -> Validity {
    if requests == 0 {
        let said = said!("NOTHING_MEASURED", "there is not one request to judge by");
        return Validity {
            grade: Grade::Invalid,
            reasons: vec![ValidityReason::new("NO_SAMPLES", said)],
        };
    }
    let mut reasons = Vec::new();
    if degraded {
        let said = said!(
            "LOAD_NOT_DELIVERED",
            "some workers did not deliver their load: the target got less than was asked for"
        );
        reasons.push(ValidityReason::new("WORKERS_LOST", said));
    }
    let busy = workers.iter().map(|worker| {
        let seconds = worker.report.cpu;
        (
            f64::from(seconds.busy) / f64::from(seconds.measured.max(1)),
            worker,
        )
    });
    let busiest = busy
        .filter(|(share, worker)| *share > BUSY_SHARE && worker.report.cpu.busy >= BUSY_SECONDS)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((share, worker)) = busiest {
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        let said = said!(
            "GENERATOR_SATURATED",
            "worker {} in {} used more than {} % of its processors for {} % of the time: give it fewer users, or more of them",
            worker.worker,
            worker.region,
            percent(BUSY),
            percent(share)
        );
        reasons.push(ValidityReason::new("GENERATOR_CPU", said));
    }
    Validity {
        grade: if reasons.is_empty() {
            Grade::Valid
        } else {
            Grade::Degraded
        },
        reasons,
    }
}

fn in_unit(bound: Bound, observed: f64) -> String {
    let trimmed = |number: f64| {
        let text = format!("{number:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match bound {
        Bound::Time(_) => format!("{}ms", trimmed(observed)),
        Bound::Percent(_) => format!("{}%", trimmed(observed * 100.0)),
        Bound::PerSecond(_) => format!("{}/s", trimmed(observed)),
    }
}

#[cfg(test)]
mod tests {
    use metrics::{
        cpu::CpuSeconds,
        results::{ResponseTime, Times},
        segment::Report,
    };

    use super::*;

    fn figures(p95: f64, failure_rate: f64) -> Figures {
        let all = Times {
            p95: Some(p95),
            ..Times::default()
        };
        let response_time_ms = ResponseTime {
            all,
            ..ResponseTime::default()
        };
        Figures {
            requests: 10,
            failure_rate: Some(failure_rate),
            response_time_ms,
            ..Figures::default()
        }
    }

    fn p95_below(label: &str, value: &str) -> Criterion {
        serde_json::from_value(
            serde_json::json!({"label": label, "metric": "p95", "op": "<", "value": value}),
        )
        .unwrap()
    }

    #[test]
    fn all_criteria_must_hold() {
        let verdict = of(&[p95_below("*", "300ms")], &figures(212.5, 0.0), &BTreeMap::new());
        assert_eq!(verdict.outcome, Outcome::Passed);
        assert_eq!(verdict.criteria[0].observed.as_deref(), Some("212.5ms"));
        assert_eq!(verdict.criteria[1].observed.as_deref(), Some("0%"));
        let verdict = of(&[p95_below("*", "200ms")], &figures(212.5, 0.0), &BTreeMap::new());
        assert_eq!(verdict.outcome, Outcome::Failed);
    }

    fn report(worker: u32, measured: u32, busy: u32) -> WorkerReport {
        let cpu = CpuSeconds { measured, busy };
        WorkerReport {
            region: "us-east-1".parse().unwrap(),
            worker,
            sequence: 0,
            report: Report {
                cpu,
                ..Report::default()
            },
        }
    }

    #[test]
    fn a_generator_that_was_busy_for_long_casts_doubt_on_its_figures() {
        let workers = [report(0, 300, 31), report(1, 300, 200), report(2, 0, 0)];
        let Validity { grade, reasons } = validity(false, 1, &workers);
        assert_eq!((grade, reasons.len()), (Grade::Degraded, 1));
        assert_eq!(
            reasons[0].detail,
            "worker 1 in us-east-1 used more than 90 % of its processors for 67 % of the time: give it fewer users, or more of them"
        );
    }

    #[test]
    fn a_generator_that_was_busy_for_a_moment_does_not() {
        // A short run that begins with the start of an engine, and a long one with a peak.
        let workers = [report(0, 10, 4), report(1, 300, 30)];
        assert_eq!(validity(false, 1, &workers).grade, Grade::Valid);
    }

    #[test]
    fn nothing_is_no_valid_measurement() {
        assert_eq!(validity(false, 0, &[]).grade, Grade::Invalid);
    }

    #[test]
    fn a_target_that_refuses_everything_does_not_pass() {
        assert_eq!(
            of(&[], &figures(1.0, 1.0), &BTreeMap::new()).outcome,
            Outcome::Failed
        );
    }

    #[test]
    fn a_label_that_was_never_seen_passes_nothing() {
        let verdict = of(
            &[p95_below("GET /cart", "1s")],
            &figures(1.0, 0.0),
            &BTreeMap::new(),
        );
        assert_eq!(
            (verdict.outcome, verdict.criteria[0].observed.as_deref()),
            (Outcome::Failed, None)
        );
    }
}
