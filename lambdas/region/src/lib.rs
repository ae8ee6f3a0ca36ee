//! Lambda function `region`: the custom resource that offers a region in the hub's settings while its stack stands.

mod answer;
mod request;

use std::{error::Error as StdError, time::Duration};

use aws::{Gateways, https::Https, settings::Settings};
use serde_json::Value;

pub use answer::{Error, Hosts};
use request::{Change, Request};

/// Shorter than the function may take: CloudFormation hears of it rather than wait for an hour.
const LONGEST: Duration = Duration::from_secs(20);

/// What the function works with.
#[derive(Clone)]
pub struct Function {
    pub gateways: Gateways,
    pub https: Https,
    /// Where answers may go.
    pub hosts: Hosts,
}

impl Function {
    /// Does what one event of CloudFormation asks for, and answers it where the event says. The answer tells of a failure
    /// too; an error is an answer that could not be given, so that Lambda tries the event again.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html>
    pub async fn handle(&self, event: Value) -> Result<(), Error> {
        let request = Request::read(event)?;
        let address = self.hosts.accept(&request.response_url)?;
        let outcome =
            match tokio::time::timeout(LONGEST, change(&self.gateways.settings, &request.change)).await {
                Ok(outcome) => outcome,
                Err(_) => Err("the hub's settings could not be reached in time".to_owned()),
            };
        match &outcome {
            Ok(()) => tracing::info!(stack = request.stack_id, "the region is as the stack says"),
            Err(reason) => tracing::error!(
                stack = request.stack_id,
                reason,
                "the region could not be changed"
            ),
        }
        answer::send(&self.https, &address, &request, outcome).await
    }
}

async fn change(settings: &Settings, change: &Change) -> Result<(), String> {
    let outcome = match change {
        Change::Offer(site) => settings.put_site(site).await,
        Change::TakeBack(region) => match settings.delete_site(region).await {
            // The hub's data went first: nothing is on offer any more.
            Err(aws::Error::NotFound(_)) => Ok(()),
            outcome => outcome,
        },
        Change::Nothing => Ok(()),
        Change::Impossible(reason) => return Err(reason.clone()),
    };
    outcome.map_err(|error| chain(&error))
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
