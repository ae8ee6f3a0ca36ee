//! Plan: the load is split over regions and workers, once, if there is room for it.

use std::collections::BTreeSet;

use aws::{Gateways, runs::Changes};
use model::{
    field::Said,
    plan::Plan,
    run::{ReasonCode, Run, StageName, Status},
    said,
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
        let said = said!(
            "REGION_NOT_SET_UP",
            "{} is not set up any more: take it out of the scenario, or set it up again",
            missing
        );
        return Err(Error::failed(ReasonCode::LaunchRefused, said));
    }
    check_quotas(gateways, &run).await?;
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

/// Refuses at once what would wait at the gate, and be paid for, until the start times out. Where quotas cannot be read,
/// ECS has the last word.
async fn check_quotas(gateways: &Gateways, run: &Run) -> Result<(), Error> {
    let quotas = match gateways.quotas_of(&run.scenario).await {
        Ok(quotas) => quotas,
        Err(error) => {
            tracing::warn!(run_id = %run.run_id, error = Error::from(error).chain(), "the quotas could not be read");
            return Ok(());
        }
    };
    let short: Vec<_> = quotas.iter().filter(|quota| quota.shortfall > 0).collect();
    if short.is_empty() {
        return Ok(());
    }
    let details: Vec<String> = short.iter().map(ToString::to_string).collect();
    // Five values for each quota; a client says what to do about it from these.
    let values = short.iter().flat_map(|quota| {
        let place = quota.region.as_ref().map(ToString::to_string).unwrap_or_default();
        let figures = [quota.needed, quota.quota.unwrap_or_default(), quota.used];
        let figures = figures.map(|figure| figure.to_string());
        [place, quota.name.clone()].into_iter().chain(figures)
    });
    let said = said!("QUOTAS_SHORT", "{}", details.join("; "));
    let values = values.collect();
    Err(Error::failed(ReasonCode::QuotaExceeded, Said { values, ..said }))
}
