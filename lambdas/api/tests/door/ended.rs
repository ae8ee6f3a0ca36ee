//! Runs that are over, with results of known figures.

use std::collections::BTreeMap;

use aws::{
    objects::keys,
    runs::{Changes, Ending},
};
use metrics::results::{Figures, Grade, Phases, ResponseTime, Results, Times, Validity, Verdict, Workers};
use model::{
    Duration, RunId, Timestamp,
    run::{Outcome, Status},
};

use super::Door;

/// The figures of so many requests with this 95th percentile in milliseconds.
pub fn figures(requests: u64, p95: f64) -> Figures {
    let all = Times {
        p95: Some(p95),
        ..Times::default()
    };
    Figures {
        requests,
        successes: requests,
        failure_rate: Some(0.0),
        throughput: Some(requests as f64 / 60.0),
        response_time_ms: ResponseTime {
            all,
            successful: Times::default(),
        },
        ..Figures::default()
    }
}

impl Door {
    /// A run of the scenario that has completed with these figures of all requests and by label.
    pub async fn completed(&self, scenario: &str, total: Figures, by_label: &[(&str, Figures)]) -> RunId {
        self.ended(scenario, Status::Completed, |run_id, results| {
            results.run_id = run_id;
            results.total = total;
            results.by_label = by_label
                .iter()
                .map(|(label, figures)| ((*label).to_owned(), figures.clone()))
                .collect();
        })
        .await
    }

    /// A run of the scenario that has ended so, with what `change` makes of empty results.
    pub async fn ended(
        &self,
        scenario: &str,
        status: Status,
        change: impl FnOnce(RunId, &mut Results),
    ) -> RunId {
        let run_id: RunId = self.run(scenario).await.parse().unwrap();
        let start_at = Timestamp::now();
        let runs = &self.gateways.runs;
        for next in [
            Status::Launching,
            Status::Ready,
            Status::Running,
            Status::Collecting,
        ] {
            let changes = Changes {
                start_at: (next == Status::Running).then_some(start_at),
            };
            assert_eq!(runs.move_to(run_id, next, changes).await.unwrap(), next);
        }
        let mut results = empty(run_id, scenario, status, start_at);
        change(run_id, &mut results);
        let bytes = serde_json::to_vec(&results).unwrap();
        let objects = &self.gateways.objects;
        objects
            .put(&keys::result(run_id, keys::RESULTS), bytes)
            .await
            .unwrap();
        let ending = Ending {
            status,
            reason: None,
            degraded: results.degraded,
            summary: Some(results.summary()),
            ended_at: results.ended_at,
        };
        runs.finish(run_id, &ending).await.unwrap();
        run_id
    }
}

fn empty(run_id: RunId, scenario: &str, status: Status, start_at: Timestamp) -> Results {
    Results {
        run_id,
        scenario_id: scenario.parse().unwrap(),
        status,
        degraded: false,
        ended_early: None,
        interrupted: 0,
        start_at,
        ended_at: start_at.plus(Duration::from_secs(70)),
        duration_ms: 60_000,
        workers: Workers::default(),
        total: Figures::default(),
        steady: Figures::default(),
        by_label: BTreeMap::new(),
        by_region: BTreeMap::new(),
        transactions: BTreeMap::new(),
        phases: Phases::default(),
        errors: Vec::new(),
        verdict: Verdict {
            outcome: Outcome::Passed,
            criteria: Vec::new(),
        },
        validity: Validity {
            grade: Grade::Valid,
            reasons: Vec::new(),
        },
        window: None,
    }
}
