//! A host of the compute services alone, behind a listener that trusts every signature.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use axum::{extract::Request, response::Response};
use http_body_util::BodyExt;
use local_cloud::{
    call::{self, Call},
    clock::Clock,
    ecs::{self, Capacity, Ecs},
    lambda::Lambda,
    logs::{self, Logs},
};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

/// Everything that a test wants to choose.
#[derive(Clone)]
pub struct Options {
    pub logs: logs::Config,
    pub capacity: Capacity,
}

impl Options {
    pub fn new(directory: &Path) -> Self {
        Self {
            logs: logs::Config {
                flush_interval: Duration::from_millis(20),
                ..logs::Config::new(directory.join("logs"))
            },
            capacity: Capacity {
                cpu_units: 64 * 1_024,
                memory_mib: 1_000_000,
                spare_memory_mib: 0,
                region_vcpus: 4_000,
            },
        }
    }
}

/// A running host; dropping it is its sudden death, tasks go on.
pub struct Host {
    pub directory: PathBuf,
    pub ecs: Ecs,
    pub logs: Logs,
    pub lambda: Lambda,
    pub endpoint: String,
    events: UnboundedReceiver<Value>,
    server: tokio::task::JoinHandle<()>,
}

impl Host {
    pub async fn start(directory: &Path) -> Self {
        Self::with(directory, Options::new(directory), Lambda::default()).await
    }

    pub async fn with(directory: &Path, options: Options, lambda: Lambda) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let logs = Logs::open(options.logs, lambda.clone()).unwrap();
        let (sender, events) = tokio::sync::mpsc::unbounded_channel();
        let config = ecs::Config {
            directory: directory.join("ecs"),
            supervisor: env!("CARGO_BIN_EXE_local-cloud-task-supervisor").into(),
            endpoint: endpoint.clone(),
            credentials: Arc::new(|role| (format!("key-of-{role}"), "secret".to_owned())),
            path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            capacity: options.capacity,
            clock: Clock::system(),
        };
        let ecs = Ecs::open(config, logs.clone(), sender).unwrap();
        let server = serve(listener, {
            let (ecs, logs) = (ecs.clone(), logs.clone());
            move |service: String, call: Call| {
                let (ecs, logs) = (ecs.clone(), logs.clone());
                async move {
                    match service.as_str() {
                        "ecs" => ecs.call(call).await,
                        "logs" => logs.call(call).await,
                        other => {
                            call::json::<Value>(Err(call::Error::unknown_operation(other, call.operation())))
                        }
                    }
                }
            }
        });
        Self {
            directory: directory.to_owned(),
            ecs,
            logs,
            lambda,
            endpoint,
            events,
            server,
        }
    }

    pub fn ecs_client(&self, region: &'static str) -> aws_sdk_ecs::Client {
        aws_sdk_ecs::Client::new(&sdk(&self.endpoint, region))
    }

    pub fn logs_client(&self, region: &'static str) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&sdk(&self.endpoint, region))
    }

    /// The events up to the next one that tells of this status. It comes after the record shows it.
    pub async fn events_until(&mut self, status: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = tokio::time::timeout(Duration::from_secs(20), self.events.recv()).await;
            let event = event
                .expect("an event is due")
                .expect("the service holds the channel");
            let last = event["detail"]["lastStatus"] == status;
            events.push(event);
            if last {
                return events;
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves calls by the service of their credential scope.
pub fn serve<F, Fut>(listener: tokio::net::TcpListener, answer: F) -> tokio::task::JoinHandle<()>
where
    F: Fn(String, Call) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = http::Response<call::Body>> + Send + 'static,
{
    let router = axum::Router::new().fallback(move |request: Request| {
        let answer = answer.clone();
        async move {
            let (parts, body) = request.into_parts();
            let authorization = parts.headers["authorization"].to_str().unwrap().to_owned();
            let scope = authorization
                .split("Credential=")
                .nth(1)
                .unwrap()
                .split(',')
                .next()
                .unwrap();
            let scope: Vec<&str> = scope.split('/').collect();
            let call = Call {
                region: scope[2].to_owned(),
                role: "tester".to_owned(),
                method: parts.method,
                uri: parts.uri,
                headers: parts.headers,
                body: body.collect().await.unwrap().to_bytes(),
            };
            answer(scope[3].to_owned(), call).await.map(axum::body::Body::new) as Response
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
}

pub fn sdk(endpoint: &str, region: &'static str) -> SdkConfig {
    let credentials = aws_sdk_ecs::config::Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region))
        .credentials_provider(aws_sdk_ecs::config::SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// Waits until `check` gives a value; panics with `what` after 20 seconds.
pub async fn eventually<T, Fut: Future<Output = Option<T>>>(what: &str, mut check: impl FnMut() -> Fut) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(Instant::now() < deadline, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A place where a function leaves what it was given.
pub type Seen = Arc<Mutex<Vec<Value>>>;
