//! Lambda function `release`.

use aws::Gateways;
use model::Timestamp;
use workflow::{
    Clock, Error, Timing,
    event::{OfRun, Released},
    release,
};

/// Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, event: OfRun) -> Result<Released, Error> {
    release::run(
        gateways,
        Clock::starting_at(Timestamp::now()),
        &Timing::default(),
        event,
    )
    .await
}
