//! Release: one instant for all gates of all regions.

use aws::{Gateways, runs::Changes};
use model::{
    Duration, Timestamp,
    control::Released,
    plan::Plan,
    run::{ReasonCode, Run, StageName, Status},
    said,
    worker::{State, Worker},
};

use crate::{
    Clock, Error, Timing,
    event::{self, OfRun},
};

/// Sets the instant and says who may start. A repeated call says the same again, and after a stop nothing is released.
pub async fn run(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    event: OfRun,
) -> Result<event::Released, Error> {
    let run_id = event.run_id;
    let run = gateways.runs.get(run_id).await?;
    let plan = run
        .plan
        .clone()
        .ok_or_else(|| Error::Event(format!("{run_id} has no plan")))?;
    gateways
        .runs
        .begin_stage(run_id, StageName::Release, clock.now())
        .await?;

    let mut ready: Vec<Vec<Worker>> = Vec::new();
    let mut absent = Vec::new();
    for part in &plan.regions {
        if gateways
            .workers
            .control(run_id, &part.region)
            .await?
            .stop
            .is_some()
        {
            return Ok(event::Released { released: false });
        }
        let workers = gateways.workers.of_region(run_id, &part.region).await?;
        let (at_gate, others) = workers
            .into_iter()
            .partition(|worker| worker.ready_at.is_some() && is_alive(worker));
        ready.push(at_gate);
        absent.extend::<Vec<Worker>>(others);
    }
    let Some(start_at) = decide(gateways, clock, timing, &run, &plan, &ready, &absent).await? else {
        return Ok(event::Released { released: false });
    };
    let mut released = true;
    for (part, ready) in plan.regions.iter().zip(&ready) {
        let positions: Released = ready
            .iter()
            .filter_map(|worker| part.position(worker.index))
            .collect();
        let control = gateways
            .workers
            .release(run_id, &part.region, start_at, &positions, clock.now())
            .await?;
        released &= control.stop.is_none();
    }
    gateways
        .runs
        .end_stage(run_id, StageName::Release, clock.now())
        .await?;
    // A stop that came in between is for Watch: the workers that were released before it are running.
    Ok(event::Released {
        released: released || gateways.runs.get(run_id).await?.start_at.is_some(),
    })
}

fn is_alive(worker: &Worker) -> bool {
    matches!(worker.state, State::Ready | State::Running | State::Done)
}

/// The instant, kept on the run before any worker hears of it; `None` when the run was stopped.
async fn decide(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    run: &Run,
    plan: &Plan,
    ready: &[Vec<Worker>],
    absent: &[Worker],
) -> Result<Option<Timestamp>, Error> {
    if let Some(start_at) = run.start_at {
        return Ok(Some(start_at));
    }
    let count = u32::try_from(ready.iter().map(Vec::len).sum::<usize>()).unwrap_or(u32::MAX);
    if count < run.scenario.start.least(plan.workers()) {
        return Err(too_few(run, count, plan.workers(), absent));
    }
    gateways
        .runs
        .move_to(run.run_id, Status::Ready, Changes::default())
        .await?;
    let lead = u64::try_from(timing.start_lead.as_millis()).unwrap_or(u64::MAX);
    let start_at = clock.now().plus(Duration::from_ms(lead));
    let changes = Changes {
        start_at: Some(start_at),
    };
    match gateways
        .runs
        .move_to(run.run_id, Status::Running, changes)
        .await?
    {
        // Another invocation may have been quicker: what is kept holds.
        Status::Running => Ok(gateways.runs.get(run.run_id).await?.start_at),
        _ => Ok(None),
    }
}

fn too_few(run: &Run, ready: u32, planned: u32, absent: &[Worker]) -> Error {
    let timeout = run.scenario.start.timeout;
    let said = absent
        .iter()
        .find_map(|worker| Some((worker, worker.exit.as_ref()?)));
    let said = match said {
        Some((worker, exit)) => {
            let said = said!(
                "TOO_FEW_READY_OF",
                "{} of {} workers were ready within {}; worker {} in {}: {}. Raise start.timeout, or lower start.quorum to \
                 go on with fewer",
                ready,
                planned,
                timeout,
                worker.index,
                worker.region,
                exit.detail
            );
            said.ending_in(&exit.said())
        }
        None => said!(
            "TOO_FEW_READY",
            "{} of {} workers were ready within {}. Raise start.timeout, or lower start.quorum to go on with fewer",
            ready,
            planned,
            timeout
        ),
    };
    Error::failed(ReasonCode::StartTimeout, said)
}
