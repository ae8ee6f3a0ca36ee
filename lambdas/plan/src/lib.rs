//! Lambda function `plan`.

use aws::Gateways;
use model::Timestamp;
use workflow::{
    Clock, Error,
    event::{OfRun, Planned},
    plan,
};

/// Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, event: OfRun) -> Result<Planned, Error> {
    plan::run(gateways, Clock::starting_at(Timestamp::now()), event).await
}
