//! IoT Core: publishing through the SDK, subscribing through a presigned WebSocket with a policy.

mod support;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sdk_iotdataplane::{Client, error::ProvideErrorMetadata};
use aws_sigv4::{
    http_request::{
        SessionTokenMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
    },
    sign::v4,
};
use axum::Router;
use local_cloud::gateway::{self, Authorizer};
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS,
    SubscribeReasonCode, Transport,
};
use serde_json::json;
use support::TestCloud;
use tokio::time::timeout;

const TOPIC: &str = "runs/run_1/live";
const PATIENCE: Duration = Duration::from_secs(5);

async fn start() -> TestCloud {
    let cloud = TestCloud::start().await;
    open(&cloud);
    cloud
}

fn open(cloud: &TestCloud) {
    let config = gateway::Config {
        prefix: "/api".into(),
        function: "none".into(),
        authorizer: Authorizer::Token {
            function: "none".into(),
        },
        public: Vec::new(),
        rewrite: Arc::new(|_| {}),
        fallback: Router::new(),
    };
    cloud.cloud.open_gateway(config).unwrap();
}

/// A key that may read one topic.
async fn reader(cloud: &TestCloud) -> Credentials {
    let arn = |kind: &str, name: &str| format!("arn:aws:iot:us-east-1:000000000000:{kind}/{name}");
    let allow =
        |action: &str, resource: String| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let policy = json!({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", arn("client", "page-*")),
        allow("iot:Subscribe", arn("topicfilter", TOPIC)),
        allow("iot:Receive", arn("topic", TOPIC)),
    ]});
    let sdk = support::sdk_with_clock(&cloud.cloud, "api").await;
    let provider = AssumeRoleProvider::builder("arn:aws:iam::000000000000:role/live")
        .session_name("page")
        .session_length(Duration::from_secs(900))
        .policy(policy.to_string())
        .configure(&sdk)
        .build_from_provider(sdk.credentials_provider().unwrap())
        .await;
    provider.provide_credentials().await.unwrap()
}

/// An address as it is presigned for IoT Core: the session token is appended after signing.
fn address(cloud: &TestCloud, credentials: &Credentials, at: SystemTime, service: &str) -> String {
    let url = cloud.cloud.gateway_endpoint().replace("http://", "ws://") + "/mqtt";
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.session_token_mode = SessionTokenMode::Exclude;
    settings.expires_in = Some(Duration::from_secs(300));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(at)
        .settings(settings)
        .build()
        .unwrap();
    let signable = url.replace("ws://", "http://");
    let request =
        SignableRequest::new("GET", &signable, std::iter::empty(), SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
    let mut request = http::Request::builder().uri(&signable).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    request.uri().to_string().replace("http://", "ws://")
}

fn connect(url: &str, client_id: &str) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(client_id, url, 0);
    options.set_transport(Transport::Ws);
    options.set_keep_alive(Duration::from_secs(30));
    options.set_max_packet_size(256 * 1024, 256 * 1024);
    AsyncClient::new(options, 100)
}

async fn next(events: &mut EventLoop) -> Result<Packet, ConnectionError> {
    loop {
        let event = timeout(PATIENCE, events.poll())
            .await
            .expect("the broker answers")?;
        if let Event::Incoming(packet) = event {
            return Ok(packet);
        }
    }
}

async fn subscribed(cloud: &TestCloud, client_id: &str) -> (AsyncClient, EventLoop) {
    let url = address(cloud, &reader(cloud).await, SystemTime::now(), "iotdevicegateway");
    let (client, mut events) = connect(&url, client_id);
    client.subscribe(TOPIC, QoS::AtLeastOnce).await.unwrap();
    assert!(
        matches!(next(&mut events).await.unwrap(), Packet::ConnAck(ack) if ack.code == ConnectReturnCode::Success)
    );
    let Packet::SubAck(ack) = next(&mut events).await.unwrap() else {
        panic!("no SUBACK")
    };
    assert_eq!(ack.return_codes, [SubscribeReasonCode::Success(QoS::AtLeastOnce)]);
    (client, events)
}

async fn received(events: &mut EventLoop) -> Vec<u8> {
    loop {
        if let Packet::Publish(publish) = next(events).await.unwrap() {
            assert_eq!(publish.qos, QoS::AtLeastOnce);
            return publish.payload.to_vec();
        }
    }
}

#[tokio::test]
async fn what_is_published_arrives_in_order() {
    let cloud = start().await;
    let publisher = Client::new(&cloud.sdk("publish-live"));
    let (_one, mut first) = subscribed(&cloud, "page-1").await;
    let (_two, mut second) = subscribed(&cloud, "page-2").await;
    let listen = |mut events: EventLoop| {
        tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.len() < 200 {
                seen.push(received(&mut events).await);
            }
            seen
        })
    };
    publisher
        .publish()
        .topic("runs/run_2/live")
        .qos(1)
        .payload(vec![9].into())
        .send()
        .await
        .unwrap();
    for message in [vec![], vec![7; 128 * 1024]] {
        publisher
            .publish()
            .topic(TOPIC)
            .qos(1)
            .payload(message.clone().into())
            .send()
            .await
            .unwrap();
        assert_eq!(received(&mut first).await, message);
        assert_eq!(received(&mut second).await, message);
    }
    let (first, second) = (listen(first), listen(second));
    let sent: Vec<Vec<u8>> = (0..200).map(|at: u32| at.to_be_bytes().to_vec()).collect();
    for message in &sent {
        publisher
            .publish()
            .topic(TOPIC)
            .qos(1)
            .payload(message.clone().into())
            .send()
            .await
            .unwrap();
    }
    assert_eq!(first.await.unwrap(), sent);
    assert_eq!(second.await.unwrap(), sent);
}

#[tokio::test]
async fn another_topic_is_refused_and_the_connection_closed() {
    let cloud = start().await;
    for filter in ["runs/run_2/live", "runs/#", "#", "runs/+/live"] {
        let url = address(
            &cloud,
            &reader(&cloud).await,
            SystemTime::now(),
            "iotdevicegateway",
        );
        let (client, mut events) = connect(&url, "page-1");
        client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        assert!(matches!(next(&mut events).await.unwrap(), Packet::ConnAck(_)));
        // The client may see the end of the connection before the refusal that precedes it.
        if let Ok(packet) = next(&mut events).await {
            let Packet::SubAck(ack) = packet else {
                panic!("{filter}: {packet:?}")
            };
            assert_eq!(ack.return_codes, [SubscribeReasonCode::Failure]);
            assert!(next(&mut events).await.is_err(), "{filter}");
        }
    }
}

#[tokio::test]
async fn a_reader_may_not_publish() {
    let cloud = start().await;
    let (client, mut events) = subscribed(&cloud, "page-1").await;
    client
        .publish(TOPIC, QoS::AtLeastOnce, false, "forged")
        .await
        .unwrap();
    assert!(next(&mut events).await.is_err());
}

#[tokio::test]
async fn another_client_id_is_refused() {
    let cloud = start().await;
    let url = address(
        &cloud,
        &reader(&cloud).await,
        SystemTime::now(),
        "iotdevicegateway",
    );
    let (_client, mut events) = connect(&url, "somebody-else");
    let error = next(&mut events).await.unwrap_err();
    assert!(
        matches!(
            error,
            ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized)
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn addresses_that_are_not_right_are_refused() {
    let cloud = start().await;
    let key = reader(&cloud).await;
    let now = SystemTime::now();
    let good = address(&cloud, &key, now, "iotdevicegateway");
    let token = key.session_token().unwrap();
    let without_token = good.split("&X-Amz-Security-Token").next().unwrap().to_owned();
    let wrong_secret = Credentials::new(key.access_key_id(), "wrong", Some(token.into()), None, "test");
    let http = good.replace("ws://", "http://");
    let refused = [
        ("unsigned", cloud.cloud.gateway_endpoint() + "/mqtt"),
        (
            "expired",
            address(&cloud, &key, now - Duration::from_secs(400), "iotdevicegateway"),
        ),
        (
            "of tomorrow",
            address(
                &cloud,
                &key,
                now + Duration::from_secs(86_400),
                "iotdevicegateway",
            ),
        ),
        ("for another service", address(&cloud, &key, now, "iotdata")),
        (
            "with a wrong secret",
            address(&cloud, &wrong_secret, now, "iotdevicegateway"),
        ),
        ("without its token", without_token),
        (
            "tampered with",
            http.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        ),
    ];
    let client = reqwest::Client::new();
    let status = |url: String, origin: &'static str| {
        let request = client
            .get(url.replace("ws://", "http://"))
            .header("origin", origin);
        let request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket");
        let request = request
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
        async { request.send().await.unwrap().status().as_u16() }
    };
    for (what, url) in refused {
        assert_eq!(status(url, "http://localhost:1").await, 403, "{what}");
    }
    assert_eq!(
        status(good.clone(), "https://evil.example").await,
        403,
        "a foreign page"
    );
    assert_eq!(status(good.clone(), "http://localhost:1").await, 101);
    let port = cloud
        .cloud
        .gateway_endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    let request = client
        .get(good.replace("ws://", "http://"))
        .header("host", "localhost:9999");
    let request = request
        .header("connection", "upgrade")
        .header("upgrade", "websocket");
    let request = request
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
    assert_eq!(
        request.send().await.unwrap().status(),
        101,
        "through a forwarded port to {port}"
    );
}

#[tokio::test]
async fn a_client_that_connects_again_replaces_itself() {
    let cloud = start().await;
    let (_old, mut replaced) = subscribed(&cloud, "page-1").await;
    let (_new, mut events) = subscribed(&cloud, "page-1").await;
    assert!(next(&mut replaced).await.is_err());
    let publisher = Client::new(&cloud.sdk("publish-live"));
    publisher
        .publish()
        .topic(TOPIC)
        .qos(1)
        .payload(vec![1].into())
        .send()
        .await
        .unwrap();
    assert_eq!(received(&mut events).await, [1]);
}

#[tokio::test]
async fn credentials_outlive_a_restart() {
    let cloud = start().await;
    let key = reader(&cloud).await;
    let cloud = cloud.restart().await;
    open(&cloud);
    let (_client, mut events) = connect(
        &address(&cloud, &key, SystemTime::now(), "iotdevicegateway"),
        "page-1",
    );
    assert!(
        matches!(next(&mut events).await.unwrap(), Packet::ConnAck(ack) if ack.code == ConnectReturnCode::Success)
    );
}

#[tokio::test]
async fn topics_and_payloads_have_limits() {
    let cloud = start().await;
    let client = Client::new(&cloud.sdk("publish-live"));
    for topic in ["a/#", "a/+/b", "1/2/3/4/5/6/7/8/9"] {
        let error = client
            .publish()
            .topic(topic)
            .payload(vec![1].into())
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some("InvalidRequestException"), "{topic}");
    }
    let large = client
        .publish()
        .topic(TOPIC)
        .payload(vec![1; 128 * 1024 + 1].into())
        .send()
        .await
        .unwrap_err();
    assert_eq!(large.code(), Some("RequestEntityTooLargeException"));
}
