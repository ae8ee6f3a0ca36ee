//! Service Quotas: what this machine bears, as the quotas of Fargate.
//!
//! <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html>

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use http::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    ACCOUNT,
    call::{self, Body, Call},
    ecs::Capacity,
    policy::Need,
};

/// Codes and names as AWS has them:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html#service-quotas-fargate>
const QUOTAS: [(&str, &str); 2] = [
    ("L-3032A538", "Fargate On-Demand vCPU resource count"),
    ("L-36FBB829", "Fargate Spot vCPU resource count"),
];
const FARGATE: &str = "fargate";

/// The quotas of every region; they are the same in all. Clones share them.
#[derive(Debug, Clone)]
pub struct Quotas {
    vcpus: u64,
    /// The regions in which the account has no values of its own.
    unchanged: Arc<Mutex<HashSet<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    service_code: String,
    quota_code: String,
}

impl Quotas {
    /// A region runs no more than its own limit, and no more than the machine.
    pub fn new(capacity: &Capacity) -> Self {
        Self {
            vcpus: capacity.region_vcpus.min(capacity.cpu_units / 1_024),
            unchanged: Arc::default(),
        }
    }

    /// From now on the region is one in which nobody has changed a quota of the account: only the defaults are there.
    /// "If the applied quota value is not available for a quota, the quota is not retrieved."
    pub fn leave_unchanged(&self, region: &str) {
        let mut unchanged = self.unchanged.lock().expect("no holder panics");
        unchanged.insert(region.to_owned());
    }

    /// What a call needs to be allowed. The actions know no resource.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        vec![Need::new(
            format!("servicequotas:{}", call.operation()),
            Need::ANY,
        )]
    }

    /// Answers one call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        call::json(match call.operation() {
            "GetServiceQuota" => self.applied(&call),
            "GetAWSDefaultServiceQuota" => self.default(&call),
            operation => Err(call::Error::unknown_operation("Service Quotas", operation)),
        })
    }

    fn applied(&self, call: &Call) -> Result<Value, call::Error> {
        let quota = self.default(call)?;
        if self
            .unchanged
            .lock()
            .expect("no holder panics")
            .contains(&call.region)
        {
            let message = format!("the account has no value of its own in {}", call.region);
            return Err(call::Error::new("NoSuchResourceException", message));
        }
        Ok(quota)
    }

    fn default(&self, call: &Call) -> Result<Value, call::Error> {
        let asked: Asked = call.input()?;
        let known = QUOTAS
            .iter()
            .find(|(code, _)| asked.service_code == FARGATE && asked.quota_code == *code);
        let Some((code, name)) = known else {
            let (service, quota) = (asked.service_code, asked.quota_code);
            let message = format!("{service} has no quota {quota} on one machine");
            return Err(call::Error::new("NoSuchResourceException", message));
        };
        Ok(json!({"Quota": {
            "ServiceCode": FARGATE,
            "ServiceName": "AWS Fargate",
            "QuotaArn": format!("arn:aws:servicequotas:{}:{ACCOUNT}:{FARGATE}/{code}", call.region),
            "QuotaCode": code,
            "QuotaName": name,
            "Value": self.vcpus as f64,
            "Unit": "None",
            "Adjustable": false,
            "GlobalQuota": false,
        }}))
    }
}
