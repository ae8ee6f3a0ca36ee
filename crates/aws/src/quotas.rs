//! Quotas of the account: how many vCPUs Fargate runs at once in a region.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::SdkConfig;
use aws_sdk_servicequotas::{Client, types::ServiceQuota};
use model::{Region, quota::FargateVcpu};
use tokio::time::Instant;

use crate::{Error, connect, error::sorted};

/// Service Quotas of all regions.
#[derive(Clone)]
pub struct Quotas {
    config: SdkConfig,
    /// Service Quotas takes few calls a second, and an editor asks with every change.
    known: Arc<Mutex<HashMap<(Region, &'static str), Known>>>,
}

#[derive(Clone, Copy)]
struct Known {
    vcpu: Option<u64>,
    since: Instant,
}

const SERVICE: &str = "fargate";
/// A quota changes when a person at AWS says so.
const STAYS: Duration = Duration::from_secs(60);

impl Quotas {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            config: config.clone(),
            known: Arc::default(),
        }
    }

    /// The vCPUs that may run at once; `None` when this role may not ask, or nobody there knows. It may be a minute old.
    pub async fn fargate_vcpu(&self, region: &Region, kind: FargateVcpu) -> Result<Option<u64>, Error> {
        let key = (region.clone(), kind.code());
        let known = self.known.lock().expect("no holder panics").get(&key).copied();
        if let Some(known) = known.filter(|known| known.since.elapsed() < STAYS) {
            return Ok(known.vcpu);
        }
        let vcpu = self.ask(region, kind).await?;
        let since = Instant::now();
        self.known
            .lock()
            .expect("no holder panics")
            .insert(key, Known { vcpu, since });
        Ok(vcpu)
    }

    async fn ask(&self, region: &Region, kind: FargateVcpu) -> Result<Option<u64>, Error> {
        let client = Client::new(&connect::in_region(&self.config, region));
        let applied = client
            .get_service_quota()
            .service_code(SERVICE)
            .quota_code(kind.code())
            .send();
        match applied.await.map_err(sorted) {
            Ok(answer) => return Ok(vcpus(answer.quota)),
            // An account that never asked for more has no value of its own.
            Err(Error::NotFound(_)) => {}
            Err(error) => return unless_refused(error),
        }
        let default = client
            .get_aws_default_service_quota()
            .service_code(SERVICE)
            .quota_code(kind.code())
            .send();
        match default.await.map_err(sorted) {
            Ok(answer) => Ok(vcpus(answer.quota)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => unless_refused(error),
        }
    }
}

fn vcpus(quota: Option<ServiceQuota>) -> Option<u64> {
    quota.and_then(|quota| quota.value).map(|value| value as u64)
}

fn unless_refused(error: Error) -> Result<Option<u64>, Error> {
    match error {
        Error::Refused { .. } => Ok(None),
        other => Err(other),
    }
}
