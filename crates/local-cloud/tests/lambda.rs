//! Lambda's Invoke API, by signed requests: the SDK for it is not worth its build time.

mod support;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use local_cloud::lambda::{Function, FunctionError, PAYLOAD_LIMIT};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use support::TestCloud;

async fn start() -> TestCloud {
    let cloud = TestCloud::start().await;
    let echo = |event: Value, _| async move {
        if event["fail"] == true {
            return Err(FunctionError {
                error_type: "Broken".into(),
                error_message: "as asked".into(),
            });
        }
        Ok(json!({"got": event}))
    };
    cloud
        .cloud
        .lambda()
        .register(Function::new("echo", Duration::from_secs(5), 10, echo));
    let slow = |_, _| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(Value::Null)
    };
    cloud
        .cloud
        .lambda()
        .register(Function::new("slow", Duration::from_millis(50), 10, slow));
    cloud
        .cloud
        .lambda()
        .register(Function::new("none-at-once", Duration::from_secs(5), 0, slow));
    cloud
}

async fn invoke(cloud: &TestCloud, function: &str, kind: &str, body: String) -> Response {
    let key = cloud.cloud.credentials().issue("states").unwrap();
    let identity = Credentials::new(key.id, key.secret, None, None, "test").into();
    let url = format!(
        "{}/2015-03-31/functions/{function}/invocations",
        cloud.cloud.endpoint()
    );
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let headers = [("x-amz-invocation-type", kind)];
    let signable = SignableRequest::new(
        "POST",
        &url,
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )
    .unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    let mut request = http::Request::builder()
        .method("POST")
        .uri(&url)
        .header("x-amz-invocation-type", kind)
        .body(body)
        .unwrap();
    instructions.apply_to_request_http1x(&mut request);
    Client::new().execute(request.try_into().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_function_answers() {
    let cloud = start().await;
    for name in ["echo", "arn:aws:lambda:us-east-1:000000000000:function:echo"] {
        let answer = invoke(&cloud, name, "RequestResponse", r#"{"a":1}"#.into()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"got": {"a": 1}}));
    }
}

#[tokio::test]
async fn what_goes_wrong_inside_is_an_answer_too() {
    let cloud = start().await;
    let failed = invoke(&cloud, "echo", "RequestResponse", r#"{"fail":true}"#.into()).await;
    assert_eq!(
        (
            failed.status().as_u16(),
            &failed.headers()["x-amz-function-error"]
        ),
        (200, &"Unhandled".parse().unwrap())
    );
    assert_eq!(
        failed.json::<Value>().await.unwrap(),
        json!({"errorType": "Broken", "errorMessage": "as asked"})
    );
    let late = invoke(&cloud, "slow", "RequestResponse", "{}".into()).await;
    assert!(late.headers().contains_key("x-amz-function-error"));
    assert!(
        late.text()
            .await
            .unwrap()
            .contains("Task timed out after 0.05 seconds")
    );
}

#[tokio::test]
async fn what_cannot_be_invoked_is_refused() {
    let cloud = start().await;
    let large = format!("\"{}\"", "x".repeat(PAYLOAD_LIMIT));
    for (function, kind, body, code) in [
        (
            "none",
            "RequestResponse",
            "{}".to_owned(),
            "ResourceNotFoundException",
        ),
        (
            "none-at-once",
            "RequestResponse",
            "{}".to_owned(),
            "TooManyRequestsException",
        ),
        ("echo", "Event", "{}".to_owned(), "InvalidParameterValueException"),
        (
            "echo",
            "RequestResponse",
            "{".to_owned(),
            "InvalidRequestContentException",
        ),
        ("echo", "RequestResponse", large, "RequestEntityTooLargeException"),
    ] {
        let answer = invoke(&cloud, function, kind, body).await;
        assert_eq!(answer.headers()["x-amzn-errortype"], code, "{function}");
    }
}
