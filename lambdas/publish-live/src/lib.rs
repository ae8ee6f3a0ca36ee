//! Lambda function `publish-live`.

use aws::Gateways;
use workflow::{Error, publish_live};

/// Passes the ticks of one delivery on.
pub async fn handle(gateways: &Gateways, event: publish_live::Event) -> Result<(), Error> {
    publish_live::run(gateways, event).await
}
