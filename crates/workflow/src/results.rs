//! The figures of a whole run, as they are kept.

use std::collections::BTreeMap;

use metrics::{
    exchange::{Exchange, FURTHER_BYTES},
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

/// From the opening of the gates to the end of the load phase, in milliseconds: as planned, or until a stop, or until
/// the last of the engines that ended by themselves.
pub(crate) fn duration_ms(
    run: &Run,
    start_at: Timestamp,
    stop: Option<&Stop>,
    merge: &Merge,
    workers: &[Worker],
) -> u64 {
    let reports: Vec<&Report> = merge.merged.workers.iter().map(|worker| &worker.report).collect();
    let planned = run.scenario.shape.load().as_ms();
    let until_stop = stop.map_or(u64::MAX, |stop| stop.at.since(start_at).as_ms());
    let early: Option<Vec<u64>> = reports.iter().map(|report| report.ended_early_ms).collect();
    let until_last_engine = early.and_then(|ends| ends.into_iter().max()).unwrap_or(u64::MAX);
    let nobody_lasted = workers.iter().all(|worker| worker.state == State::Lost);
    let last_second = reports
        .iter()
        .map(|report| u64::from(report.complete_until) * 1_000)
        .max()
        .unwrap_or(0);
    let until_lost = if nobody_lasted { last_second } else { u64::MAX };
    planned.min(until_stop).min(until_last_engine).min(until_lost)
}

pub(crate) fn assemble(
    run: &Run,
    start_at: Timestamp,
    duration_ms: u64,
    decision: &Decision,
    workers: &[Worker],
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
        interrupted: reports.iter().map(|report| report.interrupted).sum(),
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
        validity: verdict::validity(decision.degraded, workers),
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
