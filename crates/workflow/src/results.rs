//! The figures of a whole run, as they are kept.

use std::collections::{BTreeMap, BTreeSet};

use metrics::{
    exchange::{Exchange, FURTHER_BYTES},
    merge::WorkerReport,
    names::ErrorKey,
    results::{ErrorGroup, PartialWorker, PhaseCounts, Phases, Results, StartSkew, Workers},
    segment::Report,
    store::Query,
};
use model::{
    Timestamp,
    control::Stop,
    run::Run,
    worker::{State, Worker},
};

use crate::{Error, merging::Merge, outcome::Decision, verdict};

/// From the opening of the gates to the end of the load phase, in milliseconds: as planned, or until a stop, or, when no
/// engine lasted that long, until the last of them ended by itself or was lost.
pub(crate) fn duration_ms(
    run: &Run,
    start_at: Timestamp,
    stop: Option<&Stop>,
    reports: &[WorkerReport],
    workers: &[Worker],
) -> u64 {
    let planned = run.scenario.shape.load().as_ms();
    let until_stop = stop.map_or(u64::MAX, |stop| stop.at.since(start_at).as_ms());
    let lost = workers.iter().filter(|worker| worker.state == State::Lost);
    let lost: BTreeSet<u32> = lost.map(|worker| worker.index).collect();
    let end = |WorkerReport { worker, report, .. }: &WorkerReport| {
        // Of a lost worker it is known how far it had got.
        let so_far = u64::from(report.complete_until) * 1_000;
        report.ended_early_ms.or(lost.contains(worker).then_some(so_far))
    };
    let ends: Option<Vec<u64>> = reports.iter().map(end).collect();
    let until_last = ends.and_then(|ends| ends.into_iter().max()).unwrap_or(u64::MAX);
    planned.min(until_stop).min(until_last)
}

pub(crate) fn assemble(
    run: &Run,
    start_at: Timestamp,
    duration_ms: u64,
    decision: &Decision,
    merge: &Merge,
) -> Result<Results, Error> {
    let resolution = merge.merged.index.resolution;
    let mut whole = Query::whole(resolution);
    merge.answer(&mut whole)?;
    let whole = whole.finish(start_at, duration_ms);
    // The plan's own shape has no ramp to leave out.
    let hold_from = run
        .scenario
        .shape
        .hold_from()
        .map_or(0, |from| from.as_ms().min(duration_ms));
    let mut steady = Query::new(&(hold_from..duration_ms), resolution);
    merge.answer(&mut steady)?;
    let steady = steady.finish(start_at, duration_ms);

    let reports: Vec<&Report> = merge.merged.workers.iter().map(|worker| &worker.report).collect();
    let ended_early = reports.iter().filter_map(|report| report.ended_early_ms).min();
    let mut errors = whole.errors;
    keep_samples(&mut errors, &merge.merged.exchanges);
    let verdict = verdict::of(&run.scenario.criteria, &whole.total, &whole.by_label);
    Ok(Results {
        run_id: run.run_id,
        scenario_id: run.scenario_id,
        status: decision.status,
        degraded: decision.degraded,
        ended_early: ended_early.map(|ms| start_at.plus(model::Duration::from_ms(ms))),
        interrupted: merge.interrupted(),
        start_at,
        ended_at: start_at.plus(model::Duration::from_ms(duration_ms)),
        duration_ms,
        workers: included(run, merge),
        total: whole.total,
        steady: steady.total,
        by_label: whole.by_label,
        by_region: whole.by_region,
        transactions: whole.transactions,
        phases: phases(&reports),
        errors,
        verdict,
        validity: verdict::validity(decision.degraded, merge.requests(), &merge.merged.workers),
        window: None,
    })
}

/// Gives each group its exchanges: the first in any case, further ones while all of them together are small.
fn keep_samples(errors: &mut [ErrorGroup], exchanges: &BTreeMap<ErrorKey, Vec<Exchange>>) {
    let mut further = 0;
    for group in errors {
        let key = ErrorKey {
            label: group.label.clone(),
            code: group.code.clone(),
            message: group.message.clone(),
            assertion: group.assertion.clone(),
        };
        for exchange in exchanges.get(&key).into_iter().flatten() {
            if !group.samples.is_empty() {
                further += serde_json::to_vec(exchange).map_or(usize::MAX, |json| json.len());
            }
            if further <= FURTHER_BYTES {
                group.samples.push(exchange.clone());
            }
        }
        group.sample = group.samples.first().cloned();
    }
}

fn included(run: &Run, merge: &Merge) -> Workers {
    let reports = &merge.merged.workers;
    let partial = reports
        .iter()
        .filter(|worker| !worker.report.last)
        .map(|worker| PartialWorker {
            region: worker.region.clone(),
            worker: worker.worker,
            until_ms: u64::from(worker.report.complete_until) * 1_000,
        });
    Workers {
        planned: run.workers.planned,
        included: u32::try_from(reports.len()).unwrap_or(u32::MAX),
        partial: partial.collect(),
        start_skew_ms: StartSkew {
            max: reports
                .iter()
                .filter_map(|worker| worker.report.start_skew_ms)
                .map(i64::unsigned_abs)
                .max(),
        },
    }
}

fn phases(reports: &[&Report]) -> Phases {
    let sum = |of: &dyn Fn(&Report) -> PhaseCounts| {
        reports
            .iter()
            .map(|report| of(report))
            .fold(PhaseCounts::default(), |sum, counts| PhaseCounts {
                requests: sum.requests + counts.requests,
                failures: sum.failures + counts.failures,
            })
    };
    Phases {
        setup: sum(&|report| report.phases.setup),
        teardown: sum(&|report| report.phases.teardown),
    }
}

#[cfg(test)]
mod tests {
    use model::{control::StopCause, run::Trigger, scenario::Scenario};
    use serde_json::json;

    use super::*;
    use crate::testing::worker;

    fn start() -> Timestamp {
        Timestamp::from_ms(1_795_421_151_000)
    }

    fn run() -> Run {
        let scenario = Scenario::parse(&json!({
            "name": "abc",
            "workload": {"kind": "script", "scriptId": "scr_01KB2Z7W6N9M3A5T4C8D1E2F3G"},
            "shape": {"kind": "script", "maxDuration": "1h", "drain": "30s"},
            "traffic": [{"region": "us-east-1", "workers": 3}],
        }));
        let (run_id, scenario_id) = ("run_01KAQ000000000000000000000", "scn_01KAQ000000000000000000000");
        Run::queued(
            run_id.parse().unwrap(),
            scenario_id.parse().unwrap(),
            scenario.unwrap(),
            1,
            Trigger::Api,
            start(),
        )
    }

    fn report(worker: u32, complete_until: u32, ended_early_ms: Option<u64>) -> WorkerReport {
        WorkerReport {
            region: "us-east-1".parse().unwrap(),
            worker,
            sequence: 0,
            report: Report {
                complete_until,
                ended_early_ms,
                ..Report::default()
            },
        }
    }

    #[test]
    fn a_load_lasts_until_the_last_engine_ends() {
        let workers = [
            worker(0, State::Done),
            worker(1, State::Done),
            worker(2, State::Lost),
        ];
        let duration = |reports: &[WorkerReport]| duration_ms(&run(), start(), None, reports, &workers);
        let (early, later) = (report(0, 290, Some(290_500)), report(1, 300, Some(300_250)));
        assert_eq!(duration(&[early.clone(), later.clone()]), 300_250);
        // A worker that was lost meanwhile does not make the load longer than it was, unless it was the last.
        assert_eq!(
            duration(&[early.clone(), later.clone(), report(2, 120, None)]),
            300_250
        );
        assert_eq!(duration(&[early.clone(), later, report(2, 420, None)]), 420_000);
        // One that lasted makes it as long as it was planned.
        assert_eq!(duration(&[early, report(1, 3_600, None)]), 3_600_000);
        assert_eq!(duration(&[report(2, 120, None)]), 120_000);
    }

    #[test]
    fn a_stop_ends_the_load() {
        let stop = Stop {
            at: start().plus(model::Duration::from_secs(90)),
            cause: StopCause::Cancel,
            said: "cancelled".into(),
        };
        let workers = [worker(0, State::Done)];
        assert_eq!(
            duration_ms(&run(), start(), Some(&stop), &[report(0, 90, None)], &workers),
            90_000
        );
    }
}
