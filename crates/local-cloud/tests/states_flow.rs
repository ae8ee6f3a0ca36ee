//! What executions do, in virtual time: retries, time-outs, waits, branches, limits, a whole day.

mod states_support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use local_cloud::lambda::Lambda;
use serde_json::{Value, json};

use states_support::{Host, error, output, register, task};

struct Bench {
    host: Host,
    lambda: Lambda,
    _journal: tempfile::TempDir,
}

fn bench() -> Bench {
    let journal = tempfile::tempdir().unwrap();
    let lambda = Lambda::default();
    let host = Host::virtually(&journal.path().join("states.sqlite"), &lambda);
    Bench {
        host,
        lambda,
        _journal: journal,
    }
}

/// `state` with more fields.
fn with(mut state: Value, fields: Value) -> Value {
    state
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    state
}

fn single(state: Value) -> Value {
    json!({"StartAt": "S", "States": {"S": with(state, json!({"End": true})), }})
}

fn seconds(description: &Value) -> f64 {
    description["stopDate"].as_f64().unwrap() - description["startDate"].as_f64().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_day_of_ten_minute_invocations_stays_far_below_the_limit_of_events() {
    let bench = bench();
    let invocations = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&invocations);
    register(&bench.lambda, "watch", move |event| {
        let counted = Arc::clone(&counted);
        async move {
            tokio::time::sleep(Duration::from_secs(600)).await;
            let count = counted.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(json!({"done": count == 144, "seen": event["seen"].as_i64().unwrap_or(0) + 1}))
        }
    });
    let definition = json!({"StartAt": "Watch", "States": {
        "Watch": with(task("watch"), json!({"Next": "More"})),
        "More": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": true, "Next": "End"}],
            "Default": "Watch",
        },
        "End": {"Type": "Succeed"},
    }});
    let description = bench.host.run(&definition, &json!({})).await;
    assert_eq!(description["status"], "SUCCEEDED", "{description}");
    assert_eq!(output(&description)["seen"], 144);
    assert!(
        (86_400.0..86_401.0).contains(&seconds(&description)),
        "{description}"
    );
    let history = bench
        .host
        .history(description["executionArn"].as_str().unwrap())
        .await;
    assert!(history.len() < 5_000, "{}", history.len());
    let times: Vec<_> = history
        .iter()
        .map(|event| event["timestamp"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted() && times[0].floor() == 1_767_225_600.0);
}

#[tokio::test(start_paused = true)]
async fn retries_back_off_and_count() {
    let bench = bench();
    register(&bench.lambda, "flaky", |event| async move {
        if event["retries"] == 3 {
            Ok(json!("at last"))
        } else {
            Err(error("Flaky"))
        }
    });
    let state = with(
        task("flaky"),
        json!({
            "Parameters": {"retries.$": "$$.State.RetryCount"},
            "Retry": [
                {"ErrorEquals": ["Other"], "MaxAttempts": 1},
                {"ErrorEquals": ["Flaky"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxDelaySeconds": 50},
            ],
        }),
    );
    let description = bench.host.run(&single(state), &json!({})).await;
    assert_eq!(output(&description), "at last");
    assert_eq!(seconds(&description), 10.0 + 30.0 + 50.0);
    let types = bench
        .host
        .types(description["executionArn"].as_str().unwrap())
        .await;
    assert_eq!(
        types
            .iter()
            .filter(|kind| *kind == "LambdaFunctionFailed")
            .count(),
        3
    );
    assert_eq!(types.iter().filter(|kind| *kind == "TaskStateEntered").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn used_up_retries_are_caught_and_keep_the_input() {
    let bench = bench();
    register(&bench.lambda, "broken", |_| async { Err(error("Broken")) });
    let definition = json!({"StartAt": "S", "States": {
        "S": with(task("broken"), json!({
            "End": true,
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}],
            "Catch": [
                {"ErrorEquals": ["Other"], "Next": "Never"},
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"},
            ],
        })),
        "Never": {"Type": "Fail"},
        "Caught": {"Type": "Pass", "End": true},
    }});
    let description = bench.host.run(&definition, &json!({"kept": 1})).await;
    let output = output(&description);
    assert_eq!(
        (&output["kept"], &output["error"]["Error"]),
        (&json!(1), &json!("Broken"))
    );
    let cause: Value = serde_json::from_str(output["error"]["Cause"].as_str().unwrap()).unwrap();
    assert_eq!(
        cause,
        json!({"errorType": "Broken", "errorMessage": "on purpose"})
    );
    assert_eq!(seconds(&description), 1.0 + 2.0);
}

#[tokio::test(start_paused = true)]
async fn the_optimised_integration_wraps_the_answer() {
    let bench = bench();
    register(&bench.lambda, "echo", |event| async move { Ok(event) });
    let state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": local_cloud::lambda::arn("echo"), "Payload": {"a.$": "$.a"}},
        "ResultSelector": {"answer.$": "$.Payload", "status.$": "$.StatusCode", "version.$": "$.ExecutedVersion"},
    });
    let description = bench.host.run(&single(state), &json!({"a": [1]})).await;
    assert_eq!(
        output(&description),
        json!({"answer": {"a": [1]}, "status": 200, "version": "$LATEST"})
    );
    let types = bench
        .host
        .types(description["executionArn"].as_str().unwrap())
        .await;
    assert_eq!(types[2..5], ["TaskScheduled", "TaskStarted", "TaskSucceeded"]);
}

#[tokio::test(start_paused = true)]
async fn invocations_that_lambda_refuses_have_lambda_errors() {
    let bench = bench();
    register(&bench.lambda, "large", |_| async {
        Ok(json!("x".repeat(7 * 1024 * 1024)))
    });
    bench.lambda.register(local_cloud::lambda::Function::new(
        "full",
        Duration::from_secs(1),
        0,
        |event, _| async { Ok(event) },
    ));
    for (function, expected) in [
        ("missing", "Lambda.ResourceNotFoundException"),
        ("full", "Lambda.TooManyRequestsException"),
        ("large", "Function.ResponseSizeTooLarge"),
    ] {
        let machine = json!({"StartAt": "S", "Comment": function, "States": {
            "S": with(task(function), json!({"End": true}))
        }});
        let input = json!({"name": function, "roleArn": "r", "definition": machine.to_string()});
        let machine = bench.host.call("CreateStateMachine", input).await.unwrap();
        let execution = bench
            .host
            .start(machine["stateMachineArn"].as_str().unwrap(), "e", &json!({}))
            .await;
        assert_eq!(bench.host.end(&execution).await["error"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_times_out_and_states_task_failed_does_not_mean_that() {
    let bench = bench();
    register(&bench.lambda, "slow", |event| async move {
        tokio::time::sleep(Duration::from_secs(300)).await;
        Ok(event)
    });
    let state = with(
        task("slow"),
        json!({"TimeoutSecondsPath": "$.limit", "Retry": [{"ErrorEquals": ["States.TaskFailed"]}]}),
    );
    let description = bench.host.run(&single(state), &json!({"limit": 7})).await;
    assert_eq!(
        (&description["status"], &description["error"]),
        (&json!("FAILED"), &json!("States.Timeout"))
    );
    assert_eq!(seconds(&description), 7.0);
}

#[tokio::test(start_paused = true)]
async fn an_execution_times_out_past_every_catch() {
    let bench = bench();
    register(&bench.lambda, "slow", |event| async move {
        tokio::time::sleep(Duration::from_secs(300)).await;
        Ok(event)
    });
    let catch = json!({"End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]});
    let definition = json!({"StartAt": "S", "TimeoutSeconds": 30, "States": {
        "S": with(task("slow"), catch), "Caught": {"Type": "Succeed"},
    }});
    let description = bench.host.run(&definition, &json!({})).await;
    assert_eq!(description["status"], "TIMED_OUT");
    assert_eq!(seconds(&description), 30.0);
    let types = bench
        .host
        .types(description["executionArn"].as_str().unwrap())
        .await;
    assert_eq!(types.last().unwrap(), "ExecutionTimedOut");
}

#[tokio::test(start_paused = true)]
async fn waits_end_when_they_say() {
    for (wait, expected) in [
        (json!({"Seconds": 90}), 90.0),
        (json!({"SecondsPath": "$.seconds"}), 45.0),
        (json!({"Timestamp": "2026-01-01T00:02:00Z"}), 120.0),
        (json!({"TimestampPath": "$.at"}), 60.0),
        (json!({"Timestamp": "2020-01-01T00:00:00Z"}), 0.0),
    ] {
        let bench = bench();
        let input = json!({"seconds": 45, "at": "2026-01-01T01:01:00+01:00"});
        let description = bench
            .host
            .run(&single(with(wait.clone(), json!({"Type": "Wait"}))), &input)
            .await;
        assert_eq!(description["status"], "SUCCEEDED", "{description}");
        assert_eq!(seconds(&description), expected, "{wait}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_map_keeps_order_and_its_limit() {
    let bench = bench();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    register(&bench.lambda, "work", move |event| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&seen));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(60 - event["value"].as_u64().unwrap())).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(event)
        }
    });
    let state = json!({
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 3,
        "ItemSelector": {"value.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index", "all.$": "$.all"},
        "ItemProcessor": {"StartAt": "W", "States": {"W": with(task("work"), json!({"End": true}))}},
    });
    let description = bench
        .host
        .run(&single(state), &json!({"items": [5, 6, 7, 8, 9], "all": "x"}))
        .await;
    let expected: Vec<_> = (0..5)
        .map(|index| json!({"value": index + 5, "index": index, "all": "x"}))
        .collect();
    assert_eq!(output(&description), json!(expected));
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failed_branch_stops_the_others_and_is_caught() {
    let bench = bench();
    let definition = json!({"StartAt": "P", "States": {
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}},
                {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "CausePath": "$.why"}}},
            ],
            "Catch": [{"ErrorEquals": ["E"], "Next": "C"}],
            "End": true,
        },
        "C": {"Type": "Pass", "End": true},
    }});
    let description = bench.host.run(&definition, &json!({"why": "because"})).await;
    assert_eq!(output(&description), json!({"Error": "E", "Cause": "because"}));
    assert_eq!(seconds(&description), 0.0);
}

#[tokio::test(start_paused = true)]
async fn limits_fail_the_execution_past_every_catch() {
    let bench = bench();
    register(&bench.lambda, "large", |_| async {
        Ok(json!("x".repeat(256 * 1024)))
    });
    let catch = json!({"End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]});
    let large = json!({"StartAt": "S", "States": {
        "S": with(task("large"), catch), "Caught": {"Type": "Succeed"},
    }});
    assert_eq!(
        bench.host.run(&large, &json!({})).await["error"],
        "States.DataLimitExceeded"
    );
}

#[tokio::test(start_paused = true)]
async fn an_execution_without_end_fails_at_its_last_event() {
    let bench = bench();
    let endless = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "C"}], "Default": "A"},
        "C": {"Type": "Succeed"},
    }});
    let description = bench.host.run(&endless, &json!({})).await;
    assert_eq!(description["status"], "FAILED");
    assert!(
        description["cause"].as_str().unwrap().contains("25000"),
        "{description}"
    );
    let history = bench
        .host
        .history(description["executionArn"].as_str().unwrap())
        .await;
    assert!((24_990..=25_000).contains(&history.len()), "{}", history.len());
}

#[tokio::test(start_paused = true)]
async fn changes_of_status_are_announced_as_eventbridge_has_them() {
    let mut bench = bench();
    let failing = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}});
    let description = bench.host.run(&failing, &json!({"a": 1})).await;
    let started = bench.host.events.recv().await.unwrap();
    let ended = bench.host.events.recv().await.unwrap();
    assert_eq!(
        (&started["detail"]["status"], &started["detail"]["stopDate"]),
        (&json!("RUNNING"), &Value::Null)
    );
    assert_eq!(ended["source"], "aws.states");
    assert_eq!(ended["detail-type"], "Step Functions Execution Status Change");
    assert_eq!(ended["resources"], json!([description["executionArn"]]));
    let detail = &ended["detail"];
    assert_eq!(
        (&detail["status"], &detail["error"], &detail["cause"]),
        (&json!("FAILED"), &json!("E"), &json!("C"))
    );
    assert_eq!(detail["startDate"], 1_767_225_600_000_i64);
    assert_eq!(
        (&detail["input"], &detail["name"]),
        (&json!("{\"a\":1}"), &json!("e"))
    );
}
