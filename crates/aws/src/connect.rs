//! How a process talks to AWS: one HTTP client, time-outs and retries that are set on purpose.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The connections of a process, shared by every gateway in it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient(SharedHttpClient);

impl HttpClient {
    pub fn new() -> Self {
        Self(
            Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https(),
        )
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
        .http_client(http.0.clone())
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
        .http_client(http.0.clone())
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
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .operation_attempt_timeout(Duration::from_secs(55))
            .operation_timeout(Duration::from_secs(whole))
            .build()
    }
}
