//! How a process talks to AWS: one HTTP client, time-outs and retries that are set on purpose.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::{
    http::{self, HttpConnectorSettings, SharedHttpConnector},
    runtime_components::RuntimeComponents,
};

use crate::connector::{CONNECT_TIMEOUT, READ_TIMEOUT, connector, with_settings};

/// The connections of a process, shared by every gateway in it. Cheap to clone.
///
/// The SDK's own makes a connector for each client of a service and throws it away, to have read the certificates by then: a
/// function, which has five such clients, would go through all of them five times before its first event.
#[derive(Clone, Debug)]
pub struct HttpClient(SharedHttpConnector);

impl HttpClient {
    pub fn new() -> Self {
        Self(SharedHttpConnector::new(connector()))
    }
}

impl http::HttpClient for HttpClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        if (settings.connect_timeout(), settings.read_timeout())
            == (Some(CONNECT_TIMEOUT), Some(READ_TIMEOUT))
        {
            return self.0.clone();
        }
        // What looks for credentials has times of its own, and little to ask.
        SharedHttpConnector::new(with_settings(settings.clone()))
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

/// How long a call is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Four attempts: the state machine retries a function, and an API client does not wait long.
    Function,
    /// Attempts over a good two minutes: a worker outlives a control plane that is away for 60 s.
    Worker,
}

/// What the process's environment, profile or container says, in the order of the AWS SDKs.
pub async fn from_environment(http: &HttpClient, patience: Patience) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .retry_config(patience.retries())
        .timeout_config(patience.timeouts())
        .load()
        .await
}

/// An access key, and where the services listen.
#[derive(Debug, Clone)]
pub struct Key {
    pub endpoint: String,
    pub region: model::Region,
    pub access_key_id: String,
    pub secret_access_key: String,
}

/// One given key at one given endpoint, whatever the environment says: for a process that holds several.
pub fn with_key(http: &HttpClient, patience: Patience, key: Key) -> SdkConfig {
    let credentials = Credentials::new(key.access_key_id, key.secret_access_key, None, None, "given");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http.clone())
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(key.region.to_string()))
        .endpoint_url(key.endpoint)
        .retry_config(patience.retries())
        .timeout_config(patience.timeouts())
        .build()
}

/// The same in another region.
pub(crate) fn in_region(config: &SdkConfig, region: &model::Region) -> SdkConfig {
    config
        .to_builder()
        .region(Region::new(region.to_string()))
        .build()
}

impl Patience {
    fn retries(self) -> RetryConfig {
        let (attempts, longest) = match self {
            Self::Function => (4, 5),
            Self::Worker => (20, 10),
        };
        RetryConfig::standard()
            .with_max_attempts(attempts)
            .with_initial_backoff(Duration::from_millis(200))
            .with_max_backoff(Duration::from_secs(longest))
    }

    fn timeouts(self) -> TimeoutConfig {
        let whole = match self {
            Self::Function => 60,
            Self::Worker => 180,
        };
        TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .operation_attempt_timeout(Duration::from_secs(55))
            .operation_timeout(Duration::from_secs(whole))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn who_asks_with_less_patience_waits_no_longer() {
        // It takes connections, and never answers.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = Key {
            endpoint: format!("http://{}", silent.local_addr().unwrap()),
            region: "us-east-1".parse().unwrap(),
            access_key_id: "a".to_owned(),
            secret_access_key: "b".to_owned(),
        };
        let timeouts = TimeoutConfig::builder()
            .read_timeout(Duration::from_millis(50))
            .build();
        let config = with_key(&HttpClient::new(), Patience::Function, key)
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .build();
        let asked = aws_sdk_dynamodb::Client::new(&config).list_tables().send();
        let answer = tokio::time::timeout(READ_TIMEOUT / 2, asked).await;
        let error = answer.expect("it waits as long as our own calls do").unwrap_err();
        assert!(
            matches!(error, aws_sdk_dynamodb::error::SdkError::DispatchFailure(cause) if cause.is_timeout())
        );
    }
}
