//! Lambda function `clean-up`.

use aws::Gateways;
use model::Timestamp;
use workflow::{Clock, Error, Timing, clean_up, event::Ended};

/// Reads the clock once, at the edge.
pub async fn handle(gateways: &Gateways, event: clean_up::Event) -> Result<Ended, Error> {
    clean_up::run(
        gateways,
        Clock::starting_at(Timestamp::now()),
        &Timing::default(),
        event,
    )
    .await
}
