//! Launch: every index of a region is assigned, and a task started for it.

use aws::Gateways;
use model::run::StageName;

use crate::{
    Clock, Error,
    event::{OfRegion, Through},
    placing::{Place, Placing},
};

/// Starts the region's tasks. What ECS has no room for now is left to AwaitReady.
pub async fn run(gateways: &Gateways, clock: Clock, event: OfRegion) -> Result<Through, Error> {
    let run = gateways.runs.get(event.run_id).await?;
    let place = Place::of(gateways, &run, &event.region).await?;
    gateways
        .runs
        .begin_stage(event.run_id, StageName::Launch, clock.now())
        .await?;
    gateways
        .workers
        .renew_lease(event.run_id, &event.region, clock.now())
        .await?;
    let workers = gateways.workers.of_region(event.run_id, &event.region).await?;
    Placing::new(gateways, clock, &place)
        .place_missing(&workers)
        .await?;
    gateways
        .runs
        .end_stage(event.run_id, StageName::Launch, clock.now())
        .await?;
    Ok(Through { through: true })
}
