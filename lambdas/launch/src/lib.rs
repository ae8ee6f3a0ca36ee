//! Lambda function `launch`.

use aws::Gateways;
use model::Timestamp;
use workflow::{
    Clock, Error, Timing,
    event::{OfRegion, Through},
    launch,
};

/// Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, event: OfRegion) -> Result<Through, Error> {
    launch::run(
        gateways,
        Clock::starting_at(Timestamp::now()),
        &Timing::default(),
        event,
    )
    .await
}
