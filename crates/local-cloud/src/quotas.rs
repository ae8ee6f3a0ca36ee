//! Service Quotas: what this machine bears, as the quotas of Fargate.
//!
//! <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html>

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

/// The quotas of every region; they are the same in all.
#[derive(Debug, Clone, Copy)]
pub struct Quotas {
    vcpus: u64,
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
        }
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
            "GetServiceQuota" | "GetAWSDefaultServiceQuota" => self.get(&call),
            operation => Err(call::Error::unknown_operation("Service Quotas", operation)),
        })
    }

    fn get(&self, call: &Call) -> Result<Value, call::Error> {
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
