//! The host's door: who is let in, on which port, and what a second start finds.

mod support;

use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_sdk_dynamodb::{
    config::{Credentials, ProvideCredentials},
    error::ProvideErrorMetadata,
};
use local_cloud::{LocalCloud, StartError, data_dir};
use serde_json::json;
use sha2::Digest;
use support::TestCloud;

/// Every service, by the name in a credential scope.
const SERVICES: [&str; 10] = [
    "dynamodb",
    "ecs",
    "events",
    "iotdata",
    "lambda",
    "logs",
    "s3",
    "scheduler",
    "states",
    "sts",
];

#[tokio::test]
async fn a_role_reaches_a_service() {
    let cloud = TestCloud::start().await;
    let client = aws_sdk_dynamodb::Client::new(&cloud.sdk("api"));
    assert!(
        client
            .list_tables()
            .send()
            .await
            .unwrap()
            .table_names()
            .is_empty()
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_refused() {
    let cloud = TestCloud::start().await;
    let key = cloud.cloud.credentials().issue("api").unwrap();
    for (id, secret, code) in [
        (key.id.as_str(), "wrong", "InvalidSignatureException"),
        (
            "AKIAUNKNOWNUNKNOWN00",
            key.secret.as_str(),
            "UnrecognizedClientException",
        ),
        (
            "ASIAUNKNOWNUNKNOWN00",
            key.secret.as_str(),
            "UnrecognizedClientException",
        ),
    ] {
        let sdk = support::sdk_with(
            &cloud.cloud.endpoint(),
            Credentials::new(id, secret, None, None, "test"),
        );
        let error = aws_sdk_dynamodb::Client::new(&sdk)
            .list_tables()
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some(code), "{id} {error:?}");
    }
}

#[tokio::test]
async fn every_service_refuses_what_is_not_signed() {
    let cloud = TestCloud::start().await;
    let client = reqwest::Client::new();
    let anonymous = client
        .post(cloud.cloud.endpoint())
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(anonymous.status(), 403);
    let key = cloud.cloud.credentials().issue("api").unwrap();
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    for service in SERVICES {
        for signature in [
            "",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ] {
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential={}/{}/us-east-1/{service}/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}",
                key.id,
                &now[..8]
            );
            let request = client
                .post(cloud.cloud.endpoint())
                .header("authorization", authorization)
                .header("x-amz-date", &now)
                .header("x-amz-content-sha256", hex::encode(sha2::Sha256::digest("{}")));
            let answer = request.body("{}").send().await.unwrap();
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            assert!(
                status.is_client_error() && text.contains("Signature"),
                "{service}: {status} {text}"
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_service_is_named() {
    let cloud = TestCloud::start().await;
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new()
        .post(cloud.cloud.endpoint())
        .header("authorization", authorization);
    let answer = request
        .header("x-amz-date", "20260101T000000Z")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-amzn-errortype"], "UnknownOperationException");
    assert!(answer.text().await.unwrap().contains("sqs"));
}

#[tokio::test]
async fn a_clock_that_is_off_is_refused() {
    let cloud = TestCloud::start().await;
    let key = cloud.cloud.credentials().issue("api").unwrap();
    let client = reqwest::Client::new();
    for offset in [-400, 400] {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset);
        let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0",
            key.id,
            &date[..8]
        );
        let request = client
            .post(cloud.cloud.endpoint())
            .header("authorization", authorization)
            .header("x-amz-date", date);
        let answer = request.body("{}").send().await.unwrap();
        assert_eq!(
            answer.headers()["x-amzn-errortype"],
            "RequestTimeTooSkewed",
            "{offset}"
        );
    }
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let cloud = TestCloud::start().await;
    let client = reqwest::Client::new();
    for (host, status) in [
        ("rebound.example", 421),
        ("localhost:1", 403),
        ("[::1]:1", 403),
        ("a.localhost", 403),
    ] {
        let answer = client
            .post(cloud.cloud.endpoint())
            .header("host", host)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{host}");
    }
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let cloud = TestCloud::start().await;
    let body = vec![b'x'; 17 * 1024 * 1024];
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new()
        .post(cloud.cloud.endpoint())
        .header("authorization", authorization);
    let answer = request
        .header("x-amz-date", "20260101T000000Z")
        .body(body)
        .send()
        .await;
    // The host may close the connection before a client that never stops sending has read the answer.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
}

#[tokio::test]
async fn a_restart_keeps_ports_and_keys() {
    let cloud = TestCloud::start().await;
    let (endpoint, gateway) = (cloud.cloud.endpoint(), cloud.cloud.gateway_endpoint());
    let sdk = cloud.sdk("api");
    let cloud = cloud.restart().await;
    assert_eq!(
        (cloud.cloud.endpoint(), cloud.cloud.gateway_endpoint()),
        (endpoint, gateway)
    );
    aws_sdk_dynamodb::Client::new(&sdk)
        .list_tables()
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused() {
    let cloud = TestCloud::start().await;
    let error = LocalCloud::start(support::config(cloud.data.path()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, StartError::Data(data_dir::Error::InUse(_))),
        "{error}"
    );
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let data = tempfile::tempdir().unwrap();
    let config = local_cloud::Config {
        gateway_port: port,
        ..support::config(data.path())
    };
    let error = LocalCloud::start(config).await.err().unwrap();
    assert!(
        matches!(error, StartError::PortBusy { port: busy } if busy == port),
        "{error}"
    );
    assert_eq!(error.to_string(), format!("port {port} is in use"));
}

#[tokio::test]
async fn a_kept_port_that_is_busy_is_not_replaced() {
    let cloud = TestCloud::start().await;
    let port: u16 = cloud
        .cloud
        .endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let TestCloud { cloud, data } = cloud;
    cloud.shutdown().await;
    let _taken = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let error = LocalCloud::start(support::config(data.path()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, StartError::PortBusy { port: busy } if busy == port),
        "{error}"
    );
}

#[tokio::test]
async fn temporary_credentials_of_a_role_work_and_narrowed_ones_do_not() {
    let cloud = TestCloud::start().await;
    let sdk = support::sdk_with_clock(&cloud.cloud, "api").await;
    let role = "arn:aws:iam::000000000000:role/live";
    let whole = AssumeRoleProvider::builder(role)
        .session_name("test")
        .configure(&sdk)
        .build_from_provider(sdk.credentials_provider().unwrap());
    let credentials = whole.await.provide_credentials().await.unwrap();
    assert!(credentials.session_token().is_some() && credentials.expiry().is_some());
    let client =
        aws_sdk_dynamodb::Client::new(&support::sdk_with(&cloud.cloud.endpoint(), credentials.clone()));
    client.list_tables().send().await.unwrap();

    let forged = Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        Some("x.y".into()),
        None,
        "test",
    );
    let client = aws_sdk_dynamodb::Client::new(&support::sdk_with(&cloud.cloud.endpoint(), forged));
    assert_eq!(
        client.list_tables().send().await.unwrap_err().code(),
        Some("UnrecognizedClientException")
    );

    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]});
    let narrowed = AssumeRoleProvider::builder(role)
        .session_name("test")
        .session_length(Duration::from_secs(900))
        .policy(policy.to_string())
        .configure(&sdk)
        .build_from_provider(sdk.credentials_provider().unwrap());
    let credentials = narrowed.await.provide_credentials().await.unwrap();
    let client = aws_sdk_dynamodb::Client::new(&support::sdk_with(&cloud.cloud.endpoint(), credentials));
    assert_eq!(
        client.list_tables().send().await.unwrap_err().code(),
        Some("AccessDeniedException")
    );
}

#[tokio::test]
async fn every_service_answers_its_sdk() {
    let cloud = TestCloud::start().await;
    let sdk = cloud.sdk("api");
    aws_sdk_dynamodb::Client::new(&sdk)
        .list_tables()
        .send()
        .await
        .unwrap();
    aws_sdk_ecs::Client::new(&sdk)
        .describe_clusters()
        .send()
        .await
        .unwrap();
    aws_sdk_cloudwatchlogs::Client::new(&sdk)
        .describe_log_groups()
        .send()
        .await
        .unwrap();
    aws_sdk_s3::Client::new(&sdk).list_buckets().send().await.unwrap();
    aws_sdk_scheduler::Client::new(&sdk)
        .list_schedules()
        .send()
        .await
        .unwrap();
    aws_sdk_sfn::Client::new(&sdk)
        .list_state_machines()
        .send()
        .await
        .unwrap();
    let publish = aws_sdk_iotdataplane::Client::new(&sdk)
        .publish()
        .topic("a/b")
        .payload(vec![1].into());
    publish.send().await.unwrap();
    let metadata = reqwest::get(format!("{}/ecs/v4/unknown/task", cloud.cloud.endpoint()))
        .await
        .unwrap();
    assert_eq!(metadata.status(), 404);
}
