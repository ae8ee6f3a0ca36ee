//! Launch: every index of a region is assigned, and a task started for it.

use aws::Gateways;
use model::run::StageName;

use crate::{
    Clock, Error, Timing,
    bucket::Bucket,
    event::{OfRegion, Through},
    lease::Lease,
    placing::{Place, Placing},
};

/// Starts the region's tasks. What ECS has no room for after some tries is left to AwaitReady.
pub async fn run(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    event: OfRegion,
) -> Result<Through, Error> {
    let place = Place::of(gateways, event).await?;
    gateways
        .runs
        .begin_stage(place.run_id, StageName::Launch, clock.now())
        .await?;
    let lease = Lease::new(gateways, clock, timing, &place);
    // The first workers count on it while the last ones are launched.
    lease.look().await?;
    let workers = gateways.workers.of_region(place.run_id, place.name()).await?;
    Placing::new(gateways, clock, &place, &lease, Bucket::full())
        .place_missing(&workers)
        .await?;
    gateways
        .runs
        .end_stage(place.run_id, StageName::Launch, clock.now())
        .await?;
    Ok(Through { through: true })
}
