//! Subscription filters: what they deliver to a function, and how often.

#[path = "support/compute.rs"]
mod support;

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_sdk_cloudwatchlogs::{Client, error::ProvideErrorMetadata, types::InputLogEvent};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use local_cloud::{
    lambda::{self, Function, FunctionError, Lambda},
    logs::RetryPolicy,
};
use serde_json::{Value, json};
use support::{Host, Options, Seen, eventually};

const GROUP: &str = "/fleet/live";

/// A function that keeps what it is given, after it has failed `failures` times.
fn subscriber(failures: u32) -> (Lambda, Seen) {
    let seen = Seen::default();
    let left = Arc::new(AtomicU32::new(failures));
    let lambda = Lambda::default();
    lambda.register(Function::new("subscriber", Duration::from_secs(5), 10, {
        let seen = Arc::clone(&seen);
        move |event: Value, _context| {
            let (seen, left) = (Arc::clone(&seen), Arc::clone(&left));
            async move {
                if left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok()
                {
                    let error_message = "not yet".to_owned();
                    return Err(FunctionError {
                        error_type: "Error".to_owned(),
                        error_message,
                    });
                }
                seen.lock().unwrap().push(unpack(&event));
                Ok(Value::Null)
            }
        }
    }));
    (lambda, seen)
}

fn unpack(event: &Value) -> Value {
    let zipped = STANDARD
        .decode(event["awslogs"]["data"].as_str().unwrap())
        .unwrap();
    let mut text = String::new();
    GzDecoder::new(zipped.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn options(directory: &std::path::Path) -> Options {
    let mut options = Options::new(directory);
    options.logs.retry = RetryPolicy {
        first_pause: Duration::from_millis(10),
        ..RetryPolicy::default()
    };
    options
}

async fn subscribe(client: &Client, pattern: &str) {
    client
        .create_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    for stream in ["a", "b"] {
        client
            .create_log_stream()
            .log_group_name(GROUP)
            .log_stream_name(stream)
            .send()
            .await
            .unwrap();
    }
    client
        .put_subscription_filter()
        .log_group_name(GROUP)
        .filter_name("live")
        .filter_pattern(pattern)
        .destination_arn(lambda::arn("subscriber"))
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, stream: &str, message: &str) {
    let at_ms = jiff::Timestamp::now().as_millisecond();
    let event = InputLogEvent::builder()
        .timestamp(at_ms)
        .message(message)
        .build()
        .unwrap();
    client
        .put_log_events()
        .log_group_name(GROUP)
        .log_stream_name(stream)
        .log_events(event)
        .send()
        .await
        .unwrap();
}

/// The messages of a stream in the order of their delivery.
fn delivered(seen: &Seen, stream: &str) -> Vec<String> {
    let seen = seen.lock().unwrap();
    let of_stream = seen.iter().filter(|data| data["logStream"] == stream);
    let events = of_stream.flat_map(|data| data["logEvents"].as_array().unwrap().clone());
    events
        .map(|event| event["message"].as_str().unwrap().to_owned())
        .collect()
}

async fn until_delivered(seen: &Seen, stream: &str, count: usize) -> Vec<String> {
    eventually("the delivery", || async {
        let messages = delivered(seen, stream);
        (messages.len() >= count).then_some(messages)
    })
    .await
}

#[tokio::test]
async fn the_envelope_is_that_of_cloudwatch() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen) = subscriber(0);
    let host = Host::with(directory.path(), options(directory.path()), lambda).await;
    let client = host.logs_client("us-east-1");
    subscribe(&client, r#"{ $.schema = "tick" }"#).await;
    put(&client, "a", "plain text").await;
    put(&client, "a", r#"{"schema":"tick","n":1}"#).await;
    until_delivered(&seen, "a", 1).await;
    let mut data = seen.lock().unwrap()[0].clone();
    let event = data["logEvents"][0].take();
    assert_eq!(
        data,
        json!({
            "messageType": "DATA_MESSAGE", "owner": "000000000000", "logGroup": GROUP, "logStream": "a",
            "subscriptionFilters": ["live"], "logEvents": [null],
        })
    );
    assert_eq!(event["message"], r#"{"schema":"tick","n":1}"#);
    assert!(event["timestamp"].is_i64());
    assert_eq!(event["id"].as_str().unwrap().len(), 56);
}

#[tokio::test]
async fn each_stream_is_delivered_in_order_also_when_the_function_fails_now_and_then() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen) = subscriber(2);
    let host = Host::with(directory.path(), options(directory.path()), lambda).await;
    let client = host.logs_client("us-east-1");
    subscribe(&client, "").await;
    let expected: Vec<String> = (0..30).map(|number| format!("message {number}")).collect();
    for message in &expected {
        put(&client, "a", message).await;
        put(&client, "b", message).await;
    }
    assert_eq!(until_delivered(&seen, "a", 30).await, expected);
    assert_eq!(until_delivered(&seen, "b", 30).await, expected);
}

#[tokio::test]
async fn deliveries_can_be_duplicated() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen) = subscriber(0);
    let host = Host::with(directory.path(), options(directory.path()), lambda).await;
    host.logs.duplicate_deliveries(true);
    let client = host.logs_client("us-east-1");
    subscribe(&client, "").await;
    put(&client, "a", "once").await;
    assert_eq!(until_delivered(&seen, "a", 2).await, ["once", "once"]);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0]["logEvents"][0]["id"], seen[1]["logEvents"][0]["id"]);
}

#[tokio::test]
async fn what_was_not_delivered_is_delivered_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody is there to take it.
    let host = Host::with(directory.path(), options(directory.path()), Lambda::default()).await;
    let client = host.logs_client("us-east-1");
    client
        .create_log_group()
        .log_group_name("/unsubscribed")
        .send()
        .await
        .unwrap();
    subscribe(&client, "").await;
    put(&client, "a", "kept").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(host);
    let (lambda, seen) = subscriber(0);
    let host = Host::with(directory.path(), options(directory.path()), lambda).await;
    assert_eq!(until_delivered(&seen, "a", 1).await, ["kept"]);
    put(&host.logs_client("us-east-1"), "a", "next").await;
    assert_eq!(until_delivered(&seen, "a", 2).await, ["kept", "next"]);
}

#[tokio::test]
async fn filters_are_described_and_deleted_and_their_patterns_checked() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen) = subscriber(0);
    let host = Host::with(directory.path(), options(directory.path()), lambda).await;
    let client = host.logs_client("us-east-1");
    subscribe(&client, "tick").await;
    let described = client
        .describe_subscription_filters()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    assert_eq!(described.subscription_filters()[0].filter_pattern(), Some("tick"));
    let wrong = client
        .put_subscription_filter()
        .log_group_name(GROUP)
        .filter_name("x")
        .filter_pattern("{ $. }");
    let wrong = wrong
        .destination_arn(lambda::arn("subscriber"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(wrong.code(), Some("InvalidParameterException"));
    client
        .delete_subscription_filter()
        .log_group_name(GROUP)
        .filter_name("live")
        .send()
        .await
        .unwrap();
    put(&client, "a", "tick").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(delivered(&seen, "a").is_empty());
}
