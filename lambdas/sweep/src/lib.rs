//! Lambda function `sweep`.

use aws::Gateways;
use model::Timestamp;
use workflow::{Clock, Error, Timing, sweep};

/// A timer invokes it; what the event says does not matter. Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, _event: serde_json::Value) -> Result<(), Error> {
    sweep::run(gateways, Clock::starting_at(Timestamp::now()), &Timing::default()).await
}
