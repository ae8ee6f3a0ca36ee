//! The live feed: publishing to a run's topic, and addresses that let a client read it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        SessionTokenMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_types::{Blob, DateTime};
use bytes::Bytes;
use model::{RunId, Timestamp};

use crate::{
    Deployment, Error,
    deployment::{LIVE_ADDRESS, LIVE_ROLE_ARN},
    error::sorted,
};

/// The largest message that is published; IoT Core takes 128 KB.
pub const LARGEST_MESSAGE: usize = 100_000;

/// The topics of all runs.
#[derive(Clone)]
pub struct Live {
    publisher: aws_sdk_iotdataplane::Client,
    tokens: aws_sdk_sts::Client,
    deployment: Arc<Deployment>,
}

/// How one client reads one run's feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAddress {
    /// `ws(s)://…/mqtt?…`, signed.
    pub url: String,
    pub topic: String,
    /// The client must use this one.
    pub client_id: String,
    /// When the session behind the address ends.
    pub expires_at: Timestamp,
}

const SESSION: Duration = Duration::from_secs(3600);
/// How long the address may wait for its connection; a connection lives on after it.
const ADDRESS: Duration = Duration::from_secs(300);
const SERVICE: &str = "iotdevicegateway";

impl Live {
    pub(crate) fn new(config: &SdkConfig, deployment: Arc<Deployment>) -> Self {
        Self {
            publisher: aws_sdk_iotdataplane::Client::new(config),
            tokens: aws_sdk_sts::Client::new(config),
            deployment,
        }
    }

    /// Publishes a message of at most [`LARGEST_MESSAGE`] bytes to the run's topic.
    pub async fn publish(&self, run_id: RunId, message: Bytes) -> Result<(), Error> {
        if message.len() > LARGEST_MESSAGE {
            return Err(Error::TooLarge {
                what: "a live message".into(),
                limit: LARGEST_MESSAGE as u64,
            });
        }
        let publish = self
            .publisher
            .publish()
            .topic(self.topic(run_id))
            .qos(1)
            .payload(Blob::new(message));
        publish.send().await.map_err(sorted)?;
        Ok(())
    }

    /// An address that reads this run's feed and does nothing else. `client` tells clients apart, at random.
    pub async fn subscription(
        &self,
        run_id: RunId,
        client: u64,
        now: Timestamp,
    ) -> Result<LiveAddress, Error> {
        let address = self
            .deployment
            .live_address
            .as_deref()
            .ok_or(Error::NotConfigured(LIVE_ADDRESS))?;
        let role = self
            .deployment
            .live_role_arn
            .as_deref()
            .ok_or(Error::NotConfigured(LIVE_ROLE_ARN))?;
        let client_id = format!("{run_id}-{client:016x}");
        let session = self.narrowed_session(role, run_id, &client_id).await?;
        let expires_at = session.expiry().map_or(now, |expiry| {
            let since = expiry.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        });
        let url = presigned(address, self.deployment.hub_region.as_str(), session, now)?;
        Ok(LiveAddress {
            url,
            topic: self.topic(run_id),
            client_id,
            expires_at,
        })
    }

    /// IoT Core is one for all deployments of an account and region, and no two of them have the same bucket.
    fn topic(&self, run_id: RunId) -> String {
        format!("{}/runs/{run_id}/live", self.deployment.bucket)
    }

    async fn narrowed_session(
        &self,
        role: &str,
        run_id: RunId,
        client_id: &str,
    ) -> Result<Credentials, Error> {
        // GovCloud and China have partitions of their own; the role's is the one.
        let mut parts = role.split(':');
        let partition = parts.nth(1).unwrap_or("aws");
        let account = parts.nth(2).unwrap_or("*");
        let arn = |what: &str| {
            format!(
                "arn:{partition}:iot:{}:{account}:{what}",
                self.deployment.hub_region
            )
        };
        let topic = self.topic(run_id);
        let policy = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "iot:Connect", "Resource": arn(&format!("client/{client_id}"))},
                {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": arn(&format!("topicfilter/{topic}"))},
                {"Effect": "Allow", "Action": "iot:Receive", "Resource": arn(&format!("topic/{topic}"))},
            ],
        });
        let assume = self
            .tokens
            .assume_role()
            .role_arn(role)
            .role_session_name(client_id)
            .duration_seconds(i32::try_from(SESSION.as_secs()).unwrap_or(i32::MAX))
            .policy(policy.to_string());
        let session = assume.send().await.map_err(sorted)?.credentials;
        let session = session.ok_or_else(|| Error::NotFound(format!("a session of {role}")))?;
        let expires_at = expiry(*session.expiration());
        Ok(Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            expires_at,
            "assumed",
        ))
    }
}

/// The address with a signature in its query. IoT Core wants the session token added after the signature was made:
/// <https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html>
fn presigned(address: &str, region: &str, session: Credentials, now: Timestamp) -> Result<String, Error> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.session_token_mode = SessionTokenMode::Exclude;
    settings.expires_in = Some(ADDRESS);
    let unsignable = |problem: String| Error::Refused {
        code: "UnsignableAddress".into(),
        message: problem,
    };
    let identity: Identity = session.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.as_ms()).unwrap_or(0)))
        .settings(settings)
        .build()
        .map_err(|error| unsignable(error.to_string()))?
        .into();
    let uri: http::Uri = address
        .parse()
        .map_err(|error: http::uri::InvalidUri| unsignable(error.to_string()))?;
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let request = SignableRequest::new(
        "GET",
        address,
        [("host", host)].into_iter(),
        SignableBody::Bytes(&[]),
    )
    .map_err(|error| unsignable(error.to_string()))?;
    let (signed, _signature) = sign(request, &params)
        .map_err(|error| unsignable(error.to_string()))?
        .into_parts();
    let (_headers, query) = signed.into_parts();
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            format!("{name}={value}")
        })
        .collect();
    Ok(format!("{address}?{}", query.join("&")))
}

fn expiry(at: DateTime) -> Option<SystemTime> {
    SystemTime::try_from(at).ok()
}
