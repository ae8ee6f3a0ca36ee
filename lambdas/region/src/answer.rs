//! The answer to CloudFormation, at the presigned address of its event.

use std::time::Duration;

use aws::https::{self, Https};
use serde_json::json;
use url::{Origin, Url};

use crate::request::Request;

/// Why an event is not answered. The messages name no address.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not an event of a custom resource")]
    NotAnEvent(#[from] serde_json::Error),
    #[error("the answer would go to an address that is not CloudFormation's")]
    Foreign,
    #[error("the answer could not be given")]
    Unanswered(#[source] https::Error),
}

/// The addresses that answers may go to. An event comes from CloudFormation alone, as nobody else may invoke the
/// function; should that change one day, the function still talks to nobody else.
#[derive(Debug, Clone)]
pub enum Hosts {
    /// Buckets of S3, in every partition, by TLS.
    Aws,
    /// What stands in for AWS: everything at this origin.
    StandIn(Origin),
}

const BUCKETS: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

impl Hosts {
    /// Where a process sends what it says to AWS: to AWS, unless the variable of the SDKs for all endpoints,
    /// `AWS_ENDPOINT_URL`, has another value.
    pub fn of_endpoint(endpoint: Option<&str>) -> Result<Self, url::ParseError> {
        let Some(endpoint) = endpoint.filter(|endpoint| !endpoint.is_empty()) else {
            return Ok(Self::Aws);
        };
        Ok(Self::StandIn(Url::parse(endpoint)?.origin()))
    }

    pub(crate) fn accept(&self, address: &str) -> Result<Url, Error> {
        let url = Url::parse(address).map_err(|_| Error::Foreign)?;
        let is_ours = match self {
            Self::Aws => {
                let host = url.host_str().unwrap_or_default();
                url.scheme() == "https" && BUCKETS.iter().any(|bucket| host.ends_with(bucket))
            }
            Self::StandIn(origin) => url.origin() == *origin,
        };
        let is_plain = url.username().is_empty() && url.password().is_none();
        if is_ours && is_plain {
            Ok(url)
        } else {
            Err(Error::Foreign)
        }
    }
}

/// An answer may have 4,096 bytes, and a reason is for people.
const LONGEST_REASON: usize = 500;
const ATTEMPTS: u32 = 4;

pub(crate) async fn send(
    https: &Https,
    address: &Url,
    request: &Request,
    outcome: Result<(), String>,
) -> Result<(), Error> {
    let (status, reason) = match outcome {
        Ok(()) => ("SUCCESS", String::new()),
        Err(reason) => ("FAILED", reason.chars().take(LONGEST_REASON).collect()),
    };
    let answer = json!({
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": request.physical_resource_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
    });
    let body = answer.to_string().into_bytes();
    let mut attempt = 1;
    loop {
        match https.put(address.as_str(), body.clone()).await {
            Ok(()) => return Ok(()),
            // An address that is expired, or was answered and locked, stays so.
            Err(error @ https::Error::Status(400..500)) => return Err(Error::Unanswered(error)),
            Err(error) if attempt == ATTEMPTS => return Err(Error::Unanswered(error)),
            Err(error) => tracing::warn!(%error, attempt, "the answer is given again"),
        }
        tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_to_buckets_of_aws_alone() {
        for fine in [
            "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn%3Aaws?X-Amz-Signature=a",
            "https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn/x",
        ] {
            assert!(Hosts::Aws.accept(fine).is_ok(), "{fine}");
        }
        for foreign in [
            "http://bucket.s3.amazonaws.com/x",
            "https://amazonaws.com.example.org/x",
            "https://evilamazonaws.com/x",
            "https://user@bucket.s3.amazonaws.com/x",
            "https://169.254.170.2/v2/credentials",
            "file:///etc/passwd",
            "not an address",
        ] {
            assert!(
                matches!(Hosts::Aws.accept(foreign), Err(Error::Foreign)),
                "{foreign}"
            );
        }
    }

    #[test]
    fn a_stand_in_has_one_origin() {
        let hosts = Hosts::of_endpoint(Some("http://127.0.0.1:4566")).unwrap();
        assert!(hosts.accept("http://127.0.0.1:4566/answers/1").is_ok());
        for foreign in [
            "http://127.0.0.1:9001/2018-06-01",
            "https://bucket.s3.amazonaws.com/x",
        ] {
            assert!(matches!(hosts.accept(foreign), Err(Error::Foreign)), "{foreign}");
        }
        assert!(matches!(Hosts::of_endpoint(None), Ok(Hosts::Aws)));
        assert!(Hosts::of_endpoint(Some("nowhere")).is_err());
    }
}
