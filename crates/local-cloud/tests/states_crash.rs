//! A crash at each write of the journal: what was there before it is kept, and the execution comes to the same end.

mod states_support;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use local_cloud::lambda::Lambda;
use rusqlite::Connection;
use serde_json::{Value, json};

use states_support::{Host, error, output, register, task};

/// Retry that takes up what a crash broke off.
fn again() -> Value {
    json!([{"ErrorEquals": ["Lambda.ServiceException", "Flaky"], "IntervalSeconds": 1, "MaxAttempts": 5}])
}

/// A machine with everything that a crash may interrupt.
fn definition() -> Value {
    let function = |name: &str| {
        let mut state = task(name);
        state["Retry"] = again();
        state["End"] = json!(true);
        state
    };
    let first = json!({"StartAt": "Work", "States": {"Work": function("work")}});
    let second = json!({"StartAt": "Pause", "States": {
        "Pause": {"Type": "Wait", "Seconds": 30, "Next": "Inner"},
        "Inner": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Result": "left", "End": true}}},
                {"StartAt": "Right", "States": {"Right": function("flaky")}},
            ],
            "End": true,
        },
    }});
    json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ItemProcessor": first,
            "ResultPath": "$.worked", "Next": "Both"
        },
        "Both": {
            "Type": "Parallel", "ResultPath": "$.both", "Next": "Broken",
            "Branches": [second, {"StartAt": "Now", "States": {"Now": {"Type": "Succeed"}}}],
            "ResultSelector": {"first.$": "$[0]"},
        },
        "Broken": {
            "Type": "Map", "ItemsPath": "$.items", "Next": "Last", "ResultPath": "$.never",
            "ItemProcessor": {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "No"}}},
            "Retry": [{"ErrorEquals": ["No"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["No"], "ResultPath": "$.caught", "Next": "Last"}],
        },
        "Last": {"Type": "Pass", "End": true},
    }})
}

/// Functions as they are after a start of the host; `flaky` fails every other time.
fn functions() -> Lambda {
    let lambda = Lambda::default();
    register(&lambda, "work", |event| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(json!(event.as_i64().unwrap() * 10))
    });
    let calls = Arc::new(AtomicUsize::new(0));
    register(&lambda, "flaky", move |_| {
        let calls = Arc::clone(&calls);
        async move {
            if calls.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                Err(error("Flaky"))
            } else {
                Ok(json!("right"))
            }
        }
    });
    lambda
}

/// Lets the journal take `writes` more steps and refuse all others, as if the process had died before the next.
fn arm(journal: &Path, writes: usize) {
    let connection = Connection::open(journal).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE fuse (steps_left INTEGER);
             INSERT INTO fuse VALUES ({writes});
             CREATE TRIGGER crash BEFORE UPDATE OF last_event ON executions BEGIN
                 UPDATE fuse SET steps_left = steps_left - 1;
                 SELECT RAISE(ABORT, 'the process died') FROM fuse WHERE steps_left < 0;
             END;"
        ))
        .unwrap();
}

fn disarm(journal: &Path) -> i64 {
    let connection = Connection::open(journal).unwrap();
    let left = connection
        .query_row("SELECT steps_left FROM fuse", [], |row| row.get(0))
        .unwrap();
    connection
        .execute_batch("DROP TRIGGER crash; DROP TABLE fuse;")
        .unwrap();
    left
}

fn expected() -> Value {
    json!({
        "items": [1, 2, 3],
        "worked": [10, 20, 30],
        "both": {"first": ["left", "right"]},
        "caught": {"Error": "No"},
    })
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_loses_nothing() {
    let definition = definition();
    let mut crashes = 0;
    for writes in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join("states.sqlite");
        let execution = {
            let host = Host::virtually(&journal, &functions());
            let machine = host.create(&definition).await;
            // The first write is that of StartExecution.
            arm(&journal, writes + 1);
            let execution = host.start(&machine, "e", &json!({"items": [1, 2, 3]})).await;
            tokio::time::sleep(Duration::from_secs(300)).await;
            execution
        };
        let ran_out = disarm(&journal) == 0;
        let host = Host::virtually(&journal, &functions());
        let before = host.history(&execution).await;
        let description = host.end(&execution).await;
        assert_eq!(
            description["status"], "SUCCEEDED",
            "after {writes} writes: {description}"
        );
        assert_eq!(output(&description), expected(), "after {writes} writes");
        let after = host.history(&execution).await;
        assert_eq!(after[..before.len()], before, "history only grows");
        check_history(&after, writes);
        if !ran_out {
            break;
        }
        crashes += 1;
    }
    assert!(crashes > 30, "the machine has more writes than {crashes}");
}

/// Ids without gaps, causes before effects, and each state left as often as it was entered, unless it failed.
fn check_history(history: &[Value], writes: usize) {
    for (index, event) in history.iter().enumerate() {
        assert_eq!(event["id"], index + 1, "after {writes} writes");
        assert!(
            event["previousEventId"].as_u64().unwrap() <= index as u64,
            "after {writes} writes: {event}"
        );
    }
    let count = |kind: &str| history.iter().filter(|event| event["type"] == kind).count();
    for kind in ["Task", "Wait", "Map", "Parallel", "Pass", "Succeed"] {
        let (entered, exited) = (
            count(&format!("{kind}StateEntered")),
            count(&format!("{kind}StateExited")),
        );
        assert_eq!(entered, exited, "after {writes} writes: {kind}");
    }
    assert_eq!(count("ExecutionSucceeded"), 1);
    assert_eq!(count("MapIterationSucceeded"), 3, "after {writes} writes");
}

#[tokio::test(start_paused = true)]
async fn an_invocation_in_flight_is_reported_as_a_service_exception() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("states.sqlite");
    let lambda = Lambda::default();
    register(&lambda, "stuck", |_| std::future::pending());
    let mut stuck = task("stuck");
    stuck["End"] = json!(true);
    let execution = {
        let host = Host::virtually(&journal, &lambda);
        let machine = host
            .create(&json!({"StartAt": "S", "States": {"S": stuck}}))
            .await;
        let execution = host.start(&machine, "e", &json!({})).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        execution
    };
    let mut host = Host::virtually(&journal, &lambda);
    let description = host.end(&execution).await;
    assert_eq!(description["error"], "Lambda.ServiceException");
    let event = host.events.recv().await.unwrap();
    assert_eq!(event["detail"]["status"], "FAILED");
}

#[tokio::test(start_paused = true)]
async fn a_retry_in_its_back_off_keeps_its_count_and_its_time() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("states.sqlite");
    let lambda = Lambda::default();
    register(&lambda, "broken", |_| async { Err(error("Broken")) });
    let mut broken = task("broken");
    broken["End"] = json!(true);
    broken["Retry"] = json!([{"ErrorEquals": ["Broken"], "IntervalSeconds": 100, "MaxAttempts": 1}]);
    let execution = {
        let host = Host::virtually(&journal, &lambda);
        let machine = host
            .create(&json!({"StartAt": "S", "States": {"S": broken}}))
            .await;
        let execution = host.start(&machine, "e", &json!({})).await;
        tokio::time::sleep(Duration::from_secs(50)).await;
        execution
    };
    // The clock of the second host shows the same start again, so the retry is due after 100 s of it.
    let host = Host::virtually(&journal, &lambda);
    let description = host.end(&execution).await;
    assert_eq!(description["error"], "Broken");
    assert_eq!(
        description["stopDate"].as_f64().unwrap() - description["startDate"].as_f64().unwrap(),
        100.0
    );
    let failures = host
        .types(&execution)
        .await
        .into_iter()
        .filter(|kind| kind == "LambdaFunctionFailed")
        .count();
    assert_eq!(failures, 2);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_was_not_announced_is_announced_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("states.sqlite");
    let lambda = Lambda::default();
    {
        let mut host = Host::virtually(&journal, &lambda);
        host.events.close();
        host.run(
            &json!({"StartAt": "F", "States": {"F": {"Type": "Fail"}}}),
            &json!({}),
        )
        .await;
    }
    let mut host = Host::virtually(&journal, &lambda);
    assert_eq!(host.events.recv().await.unwrap()["detail"]["status"], "FAILED");
    drop(host);
    let mut host = Host::virtually(&journal, &lambda);
    assert!(host.events.try_recv().is_err(), "it is announced once");
}
