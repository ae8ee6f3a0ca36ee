//! Lambda function `collect`.

use aws::Gateways;
use model::Timestamp;
use workflow::{
    Clock, Error, Timing, collect,
    event::{Ended, Outcome},
};

/// Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, event: Outcome) -> Result<Ended, Error> {
    collect::run(
        gateways,
        Clock::starting_at(Timestamp::now()),
        &Timing::default(),
        event,
    )
    .await
}
