//! Whether a run met its criteria, and whether its figures speak of the target or of the generators.

use std::collections::BTreeMap;

use metrics::results::{CriterionResult, Figures, Grade, Validity, ValidityReason, Verdict};
use model::{
    criterion::{Bound, Criterion},
    run::Outcome,
    said,
    worker::Worker,
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

/// A generator above this share of its processors measures itself.
const BUSY: f64 = 0.9;

pub(crate) fn validity(degraded: bool, workers: &[Worker]) -> Validity {
    let mut reasons = Vec::new();
    if degraded {
        let said = said!(
            "LOAD_NOT_DELIVERED",
            "some workers did not deliver their load: the target got less than was asked for"
        );
        reasons.push(ValidityReason::new("WORKERS_LOST", said));
    }
    let busiest = workers
        .iter()
        .filter_map(|worker| Some((worker.progress.cpu?, worker)));
    let busiest = busiest
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(cpu, _)| *cpu > BUSY);
    if let Some((cpu, worker)) = busiest {
        let said = said!(
            "GENERATOR_BUSY",
            "worker {} in {} used {} % of its processors: give it fewer users, or more of them",
            worker.index,
            worker.region,
            format!("{:.0}", cpu * 100.0)
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
    use metrics::results::{ResponseTime, Times};

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
