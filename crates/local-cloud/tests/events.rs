//! The event bus: rules that send events to functions, at least once, whatever happens to the host.

#[path = "support/compute.rs"]
mod support;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use local_cloud::{
    call::Call,
    clock::Clock,
    events::{self, Bus, RetryPolicy, Scheduler, Trigger},
    lambda::{self, Function, FunctionError, Lambda},
};
use serde_json::{Value, json};
use support::{Seen, eventually};

/// A function that keeps what it is given, after it has failed `failures` times.
fn function(failures: u32) -> (Lambda, Seen, Arc<AtomicU32>) {
    let (seen, calls, lambda) = (Seen::default(), Arc::new(AtomicU32::new(0)), Lambda::default());
    lambda.register(Function::new("f", Duration::from_secs(5), 10, {
        let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
        move |event, _context| {
            let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
            async move {
                if calls.fetch_add(1, Ordering::SeqCst) < failures {
                    let error_message = "not yet".to_owned();
                    return Err(FunctionError {
                        error_type: "Error".to_owned(),
                        error_message,
                    });
                }
                seen.lock().unwrap().push(event);
                Ok(Value::Null)
            }
        }
    }));
    (lambda, seen, calls)
}

fn open(directory: &Path, lambda: Lambda, clock: Clock) -> (Bus, Scheduler) {
    let retry = RetryPolicy {
        first_pause: Duration::from_millis(10),
        ..RetryPolicy::default()
    };
    events::open(
        events::Config {
            directory: directory.to_owned(),
            retry,
            clock,
        },
        lambda,
    )
    .unwrap()
}

fn stopped(id: &str) -> Value {
    json!({
        "id": id, "source": "aws.ecs", "detail-type": "ECS Task State Change", "region": "us-east-1",
        "detail": {"lastStatus": "STOPPED"},
    })
}

fn pattern() -> Trigger {
    Trigger::Pattern(json!({"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}))
}

async fn ids(seen: &Seen, count: usize) -> Vec<String> {
    eventually("the events", || async {
        let seen = seen.lock().unwrap();
        (seen.len() >= count).then(|| {
            seen.iter()
                .map(|event| event["id"].as_str().unwrap().to_owned())
                .collect()
        })
    })
    .await
}

/// Waits until a table of the bus has so many rows.
async fn rows(directory: &Path, table: &str, count: i64) {
    let database = rusqlite::Connection::open(directory.join("events.db")).unwrap();
    let query = format!("SELECT count(*) FROM {table}");
    eventually("the rows", || async {
        let found: i64 = database.query_row(&query, [], |row| row.get(0)).ok()?;
        (found == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_rule_sends_the_events_of_its_region_that_fit() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen, _) = function(0);
    let (bus, _scheduler) = open(directory.path(), lambda, Clock::system());
    bus.put_rule("us-east-1", "stopped", pattern(), "f")
        .await
        .unwrap();
    let sender = bus.sender();
    let mut elsewhere = stopped("elsewhere");
    elsewhere["region"] = "sa-east-1".into();
    let mut running = stopped("running");
    running["detail"]["lastStatus"] = "RUNNING".into();
    for event in [
        elsewhere,
        running,
        stopped("fits"),
        stopped("fits"),
        stopped("too"),
    ] {
        sender.send(event).unwrap();
    }
    let mut ids = ids(&seen, 2).await;
    ids.sort();
    assert_eq!(ids, ["fits", "too"], "an event counts once per id");
    assert_eq!(
        seen.lock().unwrap().iter().find(|event| event["id"] == "fits"),
        Some(&stopped("fits"))
    );
}

#[tokio::test]
async fn a_function_that_fails_is_tried_twice_more() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen, calls) = function(5);
    let (bus, _scheduler) = open(directory.path(), lambda, Clock::system());
    bus.put_rule("us-east-1", "stopped", pattern(), &lambda::arn("f"))
        .await
        .unwrap();
    bus.sender().send(stopped("lost")).unwrap();
    eventually("three attempts", || async {
        (calls.load(Ordering::SeqCst) == 3).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    bus.sender().send(stopped("kept")).unwrap();
    assert_eq!(ids(&seen, 1).await, ["kept"]);
}

#[tokio::test]
async fn what_was_taken_is_delivered_after_a_restart_and_only_once() {
    let directory = tempfile::tempdir().unwrap();
    let (bus, scheduler) = open(directory.path(), Lambda::default(), Clock::system());
    bus.put_rule("us-east-1", "stopped", pattern(), "f")
        .await
        .unwrap();
    bus.sender().send(stopped("kept")).unwrap();
    rows(directory.path(), "owed", 1).await;
    drop((bus, scheduler));

    let (lambda, seen, _) = function(0);
    let (bus, scheduler) = open(directory.path(), lambda, Clock::system());
    // Its sender tells it again, because it cannot know.
    bus.sender().send(stopped("kept")).unwrap();
    bus.sender().send(stopped("new")).unwrap();
    let mut ids = ids(&seen, 2).await;
    ids.sort();
    assert_eq!(ids, ["kept", "new"]);
    rows(directory.path(), "owed", 0).await;
    drop((bus, scheduler));

    let (lambda, seen, _) = function(0);
    let (bus, _scheduler) = open(directory.path(), lambda, Clock::system());
    bus.sender().send(stopped("kept")).unwrap();
    bus.sender().send(stopped("last")).unwrap();
    assert_eq!(self::ids(&seen, 1).await, ["last"]);
}

#[tokio::test]
async fn a_scheduled_rule_goes_off_at_its_rate() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen, _) = function(0);
    let start: Timestamp = "2026-03-07T00:00:00Z".parse().unwrap();
    let (clock, hand) = Clock::held(start);
    let (bus, _scheduler) = open(directory.path(), lambda, clock);
    let sweep = || Trigger::Schedule("rate(5 minutes)".to_owned());
    bus.put_rule("us-east-1", "sweep", sweep(), "f").await.unwrap();
    for minute in 1..=11_usize {
        hand.advance(SignedDuration::from_mins(1));
        // Each start of the product puts its rules again; that must not begin the interval anew.
        bus.put_rule("us-east-1", "sweep", sweep(), "f").await.unwrap();
        ids(&seen, minute / 5).await;
        assert_eq!(seen.lock().unwrap().len(), minute / 5);
    }
    let event = seen.lock().unwrap()[0].clone();
    assert_eq!(
        (&event["source"], &event["time"]),
        (&json!("aws.events"), &json!("2026-03-07T00:05:00Z"))
    );
}

async fn call(bus: &Bus, operation: &str, input: Value) -> (u16, Value) {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-target", format!("AWSEvents.{operation}").parse().unwrap());
    let call = Call {
        region: "us-east-1".to_owned(),
        role: "tester".to_owned(),
        method: http::Method::POST,
        uri: "/".parse().unwrap(),
        headers,
        body: input.to_string().into(),
    };
    let answer = bus.call(call).await;
    let status = answer.status().as_u16();
    let body = http_body_util::BodyExt::collect(answer.into_body())
        .await
        .unwrap()
        .to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn rules_are_put_listed_and_deleted_over_the_api() {
    let directory = tempfile::tempdir().unwrap();
    let (lambda, seen, _) = function(0);
    let (bus, _scheduler) = open(directory.path(), lambda, Clock::system());
    let put = json!({"Name": "r", "EventPattern": r#"{"source": ["mine"]}"#});
    let (_, answer) = call(&bus, "PutRule", put).await;
    assert_eq!(answer["RuleArn"], "arn:aws:events:us-east-1:000000000000:rule/r");
    let targets = json!({"Rule": "r", "Targets": [{"Id": "1", "Arn": lambda::arn("f"), "Input": r#"{"id": "constant"}"#}]});
    assert_eq!(call(&bus, "PutTargets", targets).await.0, 200);
    let entries = json!({"Entries": [{"Source": "mine", "DetailType": "T", "Detail": "{}"}]});
    let (_, answer) = call(&bus, "PutEvents", entries).await;
    assert_eq!(answer["FailedEntryCount"], 0);
    assert_eq!(ids(&seen, 1).await, ["constant"]);
    let (_, described) = call(&bus, "DescribeRule", json!({"Name": "r"})).await;
    assert_eq!(described["State"], "ENABLED");

    let (status, refused) = call(&bus, "DeleteRule", json!({"Name": "r"})).await;
    assert_eq!((status, &refused["__type"]), (400, &json!("ValidationException")));
    call(&bus, "RemoveTargets", json!({"Rule": "r", "Ids": ["1"]})).await;
    assert_eq!(call(&bus, "DeleteRule", json!({"Name": "r"})).await.0, 200);
    assert_eq!(call(&bus, "ListRules", json!({})).await.1["Rules"], json!([]));
    let (_, wrong) = call(&bus, "PutRule", json!({"Name": "r", "EventPattern": "{}"})).await;
    assert_eq!(wrong["__type"], "InvalidEventPatternException");
    let (_, unknown) = call(&bus, "CreateArchive", json!({})).await;
    assert_eq!(unknown["__type"], "UnknownOperationException");
}
