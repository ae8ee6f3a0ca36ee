//! One concrete gateway for each kind of thing that the product keeps or moves on AWS, speaking model types.
//!
//! Nothing of an SDK shows in a public signature but [`aws_config::SdkConfig`], which [`connect`] makes at the edge.

mod cancel;
pub mod capacity;
pub mod connect;
mod connector;
pub mod deployment;
mod error;
pub mod executions;
mod expression;
pub mod fleet;
pub mod https;
mod item;
pub mod live;
pub mod logs;
pub mod objects;
mod page;
pub mod quotas;
pub mod runs;
pub mod scenarios;
pub mod settings;
pub mod tables;
pub mod workers;

use std::sync::Arc;

pub use aws_config::SdkConfig;

pub use connect::{HttpClient, Patience};
pub use deployment::Deployment;
pub use error::Error;
use model::Region;
pub use page::{Page, PageRequest};

use executions::Executions;
use fleet::Fleet;
use live::Live;
use logs::Logs;
use objects::Objects;
use quotas::Quotas;
use runs::Runs;
use scenarios::Scenarios;
use settings::Settings;
use workers::Workers;

/// Every gateway of one function or one worker. Cheap to clone.
#[derive(Clone)]
pub struct Gateways {
    pub scenarios: Scenarios,
    pub runs: Runs,
    pub workers: Workers,
    pub settings: Settings,
    pub objects: Objects,
    pub fleet: Fleet,
    pub executions: Executions,
    pub live: Live,
    pub logs: Logs,
    pub quotas: Quotas,
    /// Where what is kept is kept.
    pub hub: Region,
}

impl Gateways {
    /// Gateways with the credentials and the endpoint of `config`. What is kept is kept in the hub region; tasks and
    /// logs are reached in the region of each call.
    pub fn new(config: &SdkConfig, deployment: Deployment) -> Self {
        let hub = connect::in_region(config, &deployment.hub_region);
        let deployment = Arc::new(deployment);
        let dynamodb = aws_sdk_dynamodb::Client::new(&hub);
        let runs = Runs::new(dynamodb.clone(), Arc::clone(&deployment));
        Self {
            scenarios: Scenarios::new(dynamodb.clone(), runs.clone(), Arc::clone(&deployment)),
            runs,
            workers: Workers::new(dynamodb.clone(), Arc::clone(&deployment)),
            settings: Settings::new(dynamodb, Arc::clone(&deployment)),
            objects: Objects::new(&hub, Arc::clone(&deployment)),
            fleet: Fleet::new(config),
            executions: Executions::new(&hub, Arc::clone(&deployment)),
            live: Live::new(&hub, Arc::clone(&deployment)),
            logs: Logs::new(config),
            quotas: Quotas::new(config),
            hub: deployment.hub_region.clone(),
        }
    }
}
