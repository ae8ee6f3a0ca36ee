//! AWS in this process and in virtual time. The SDKs' requests reach the services without a socket, so that tokio's clock,
//! which is paused, stands still while a service works and moves on when everybody waits.

use std::{
    ops::Range,
    sync::{Arc, Mutex},
};

use aws::{Gateways, HttpClient, Patience, connect};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use local_cloud::{
    access::{Access, Roles},
    call::Call,
    credentials::Credentials,
    dynamodb::DynamoDb,
    ecs::Capacity,
    quotas::Quotas,
    s3::S3,
    signature::Caller,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;
use tokio::time::{Duration, sleep};

use crate::{fleet::Fleet, meter::Meter, support::deployment};

/// The services, and gateways to them.
pub struct Cloud {
    pub gateways: Gateways,
    pub fleet: Fleet,
    pub meter: Meter,
    pub data: tempfile::TempDir,
}

#[derive(Clone)]
struct Services {
    dynamodb: DynamoDb,
    s3: S3,
    quotas: Quotas,
    caller: Caller,
    fleet: Fleet,
    meter: Meter,
    random: Arc<Mutex<StdRng>>,
}

impl Cloud {
    pub async fn start(fleet: Fleet, seed: u64) -> Self {
        // What is durable is proved elsewhere; in memory a hundred thousand writes take seconds.
        let data = tempfile::tempdir_in("/dev/shm").unwrap();
        let credentials = Arc::new(Credentials::open(data.path()).unwrap());
        let issued = credentials.issue("test").unwrap();
        let caller = Caller {
            key_id: issued.id.clone(),
            role: "test".to_owned(),
            session: None,
        };
        let access = Access::new(Roles::unrestricted(), None).unwrap();
        let meter = Meter::new();
        // The quota of an account that runs loads of this size.
        let capacity = Capacity {
            cpu_units: u64::MAX,
            memory_mib: u64::MAX,
            spare_memory_mib: 0,
            region_vcpus: 4_000,
        };
        let services = Services {
            dynamodb: DynamoDb::open(data.path()).unwrap(),
            s3: S3::open(data.path(), credentials, access).unwrap(),
            quotas: Quotas::new(&capacity),
            caller,
            fleet: fleet.clone(),
            meter: meter.clone(),
            random: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        };
        let key = connect::Key {
            endpoint: "http://127.0.0.1:4566".to_owned(),
            region: "us-east-1".parse().unwrap(),
            access_key_id: issued.id,
            secret_access_key: issued.secret,
        };
        let connector = SharedHttpConnector::new(services);
        let config = connect::with_key(&HttpClient::new(), Patience::Function, key)
            .to_builder()
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        let gateways = Gateways::new(&config, deployment(""));
        aws::tables::ensure(&config, &deployment("")).await.unwrap();
        gateways.objects.ensure_bucket().await.unwrap();
        Self {
            gateways,
            fleet,
            meter,
            data,
        }
    }
}

impl std::fmt::Debug for Services {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Services")
    }
}

impl HttpConnector for Services {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let services = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = services.answer(request).await;
            answer.map_err(|error| ConnectorError::other(error, None))
        })
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Services {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, BoxError> {
        let (mut parts, body) = request.try_into_http1x()?.into_parts();
        let body = body.collect().await?.to_bytes();
        let (region, service) = scope(&parts.headers);
        // As they arrive at a server.
        if let Some(authority) = parts.uri.authority() {
            parts
                .headers
                .insert(header::HOST, HeaderValue::from_str(authority.as_str())?);
        }
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        parts.uri = path.parse()?;
        if service == "s3" {
            // Without a way: merging waits for objects on a thread of its own, for which virtual time stands still.
            let request = http::Request::from_parts(parts, axum::body::Body::from(body));
            return whole(self.s3.call(request, self.caller.clone()).await).await;
        }
        let call = Call {
            region,
            role: self.caller.role.clone(),
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        };
        sleep(self.some(WAY)).await;
        let work = self.some(work_of(&service, call.operation()));
        let answer = match service.as_str() {
            "dynamodb" => self.dynamodb(call).await,
            "ecs" => whole(self.fleet.call(&call)).await,
            "servicequotas" => whole(self.quotas.call(call).await).await,
            other => panic!("nobody answers for {other}"),
        };
        sleep(work).await;
        answer
    }

    /// A time within a range of milliseconds.
    fn some(&self, ms: Range<u64>) -> Duration {
        Duration::from_millis(self.random.lock().unwrap().random_range(ms))
    }

    async fn dynamodb(&self, mut call: Call) -> Result<HttpResponse, BoxError> {
        let operation = call.operation().to_owned();
        let mut input: Value = serde_json::from_slice(&call.body)?;
        if operation.contains("Write") || operation.ends_with("Item") {
            input["ReturnConsumedCapacity"] = "INDEXES".into();
            call.body = Bytes::from(input.to_string());
        }
        let (parts, body) = self.dynamodb.call(call).await.into_parts();
        let body = body.collect().await?.to_bytes();
        self.meter
            .note(&operation, &input, &body, !parts.status.is_success());
        Ok(http::Response::from_parts(parts, SdkBody::from(body)).try_into()?)
    }
}

/// How long a request is on its way.
const WAY: Range<u64> = 2..40;

/// How long a service takes to answer: some milliseconds for an item, some tenths of a second for tasks.
fn work_of(service: &str, operation: &str) -> Range<u64> {
    match (service, operation) {
        ("ecs", "RunTask") => 200..800,
        ("dynamodb", "TransactWriteItems") => 10..25,
        ("dynamodb", _) => 2..8,
        _ => 40..120,
    }
}

/// The region and the service that a signature names.
fn scope(headers: &header::HeaderMap) -> (String, String) {
    let authorization = headers[header::AUTHORIZATION].to_str().unwrap();
    let credential = authorization.split("Credential=").nth(1).unwrap();
    let mut parts = credential.split(',').next().unwrap().split('/').skip(2);
    (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned())
}

async fn whole<B>(response: http::Response<B>) -> Result<HttpResponse, BoxError>
where
    B: http_body_util::BodyExt<Data = Bytes, Error: Into<BoxError>>,
{
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(Into::into)?.to_bytes();
    Ok(http::Response::from_parts(parts, SdkBody::from(body)).try_into()?)
}
