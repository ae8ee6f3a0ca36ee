//! Plan: the load is split over regions and workers, once.

use std::collections::BTreeSet;

use aws::{Gateways, runs::Changes};
use model::{
    plan::Plan,
    run::{ReasonCode, StageName, Status},
};

use crate::{
    Clock, Error,
    event::{OfRun, Planned},
};

/// Plans the run and moves it to launching. A run that was cancelled before keeps its status: Launch looks for the stop.
pub async fn run(gateways: &Gateways, clock: Clock, event: OfRun) -> Result<Planned, Error> {
    let run_id = event.run_id;
    let run = gateways.runs.get(run_id).await?;
    gateways
        .runs
        .begin_stage(run_id, StageName::Plan, clock.now())
        .await?;
    let plan = run.plan.clone().unwrap_or_else(|| Plan::new(&run.scenario));
    let offered: BTreeSet<_> = gateways
        .settings
        .sites()
        .await?
        .into_iter()
        .map(|site| site.region)
        .collect();
    let regions: Vec<_> = plan.regions.iter().map(|part| part.region.clone()).collect();
    if let Some(missing) = regions.iter().find(|region| !offered.contains(region)) {
        let detail =
            format!("{missing} is not set up any more: take it out of the scenario, or set it up again");
        return Err(Error::failed(ReasonCode::LaunchRefused, detail));
    }
    gateways.runs.keep_plan(run_id, &plan).await?;
    gateways
        .runs
        .move_to(run_id, Status::Launching, Changes::default())
        .await?;
    gateways
        .runs
        .end_stage(run_id, StageName::Plan, clock.now())
        .await?;
    Ok(Planned { run_id, regions })
}
