//! Step Functions through the AWS SDK: what each operation answers, and the errors it has.

mod states_support;
mod support;

use aws_sdk_sfn::{
    Client,
    error::ProvideErrorMetadata,
    types::{ExecutionStatus, HistoryEventType},
};
use local_cloud::lambda::Lambda;
use serde_json::json;

use states_support::{error, register, task};
use support::TestCloud;

/// The SDK on a cloud of its own.
struct Sdk {
    client: Client,
    lambda: Lambda,
    _cloud: TestCloud,
}

impl Sdk {
    async fn start() -> Self {
        let cloud = TestCloud::start().await;
        Self {
            client: Client::new(&cloud.sdk("api")),
            lambda: cloud.cloud.lambda().clone(),
            _cloud: cloud,
        }
    }

    async fn create(&self, name: &str, definition: &serde_json::Value) -> String {
        let create = self
            .client
            .create_state_machine()
            .name(name)
            .role_arn("arn:aws:iam::0:role/r");
        create
            .definition(definition.to_string())
            .send()
            .await
            .unwrap()
            .state_machine_arn
    }

    async fn end(
        &self,
        execution: &str,
    ) -> aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput {
        loop {
            let description = self
                .client
                .describe_execution()
                .execution_arn(execution)
                .send()
                .await
                .unwrap();
            if description.status != ExecutionStatus::Running {
                return description;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

/// The name of the error that the service answered with.
macro_rules! refused {
    ($call:expr) => {
        $call
            .send()
            .await
            .expect_err("an error")
            .into_service_error()
            .code()
            .unwrap()
            .to_owned()
    };
}

#[tokio::test]
async fn a_machine_is_created_run_and_described() {
    let sdk = Sdk::start().await;
    register(&sdk.lambda, "double", |event| async move {
        Ok(json!(event["n"].as_i64().unwrap() * 2))
    });
    let mut double = task("double");
    double["ResultPath"] = json!("$.doubled");
    double["End"] = json!(true);
    let machine = sdk
        .create("m", &json!({"StartAt": "Double", "States": {"Double": double}}))
        .await;
    assert_eq!(machine, "arn:aws:states:us-east-1:000000000000:stateMachine:m");

    let start = sdk
        .client
        .start_execution()
        .state_machine_arn(&machine)
        .name("e")
        .input(r#"{"n":21}"#);
    let started = start.send().await.unwrap();
    assert_eq!(
        started.execution_arn,
        "arn:aws:states:us-east-1:000000000000:execution:m:e"
    );
    let description = sdk.end(&started.execution_arn).await;
    assert_eq!(description.status, ExecutionStatus::Succeeded);
    assert_eq!(description.output(), Some(r#"{"doubled":42,"n":21}"#));
    assert_eq!(description.start_date, started.start_date);
    assert!(description.stop_date.is_some());

    let history = sdk
        .client
        .get_execution_history()
        .execution_arn(&started.execution_arn)
        .send()
        .await
        .unwrap();
    let types: Vec<_> = history.events.iter().map(|event| event.r#type.clone()).collect();
    assert_eq!(
        types,
        [
            HistoryEventType::ExecutionStarted,
            HistoryEventType::TaskStateEntered,
            HistoryEventType::LambdaFunctionScheduled,
            HistoryEventType::LambdaFunctionStarted,
            HistoryEventType::LambdaFunctionSucceeded,
            HistoryEventType::TaskStateExited,
            HistoryEventType::ExecutionSucceeded,
        ]
    );
    let previous: Vec<_> = history
        .events
        .iter()
        .map(|event| event.previous_event_id)
        .collect();
    assert_eq!(previous, [0, 1, 2, 3, 4, 5, 6]);
    let exited = history.events[5].state_exited_event_details().unwrap();
    assert_eq!(
        (exited.name(), exited.output()),
        ("Double", Some(r#"{"doubled":42,"n":21}"#))
    );
}

#[tokio::test]
async fn a_history_is_read_in_pages_and_backwards() {
    let sdk = Sdk::start().await;
    let machine = sdk
        .create(
            "m",
            &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        )
        .await;
    let started = sdk
        .client
        .start_execution()
        .state_machine_arn(&machine)
        .send()
        .await
        .unwrap();
    sdk.end(&started.execution_arn).await;
    let page = |token: Option<String>, reverse| {
        let history = sdk
            .client
            .get_execution_history()
            .execution_arn(&started.execution_arn);
        history
            .max_results(3)
            .set_next_token(token)
            .reverse_order(reverse)
            .send()
    };
    let first = page(None, false).await.unwrap();
    assert_eq!(
        first.events.iter().map(|event| event.id).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let second = page(first.next_token, false).await.unwrap();
    assert_eq!(
        second.events.iter().map(|event| event.id).collect::<Vec<_>>(),
        [4]
    );
    assert_eq!(second.next_token, None);
    let last = page(None, true).await.unwrap();
    assert_eq!(
        last.events.iter().map(|event| event.id).collect::<Vec<_>>(),
        [4, 3, 2]
    );
    let rest = page(last.next_token, true).await.unwrap();
    assert_eq!(rest.events.iter().map(|event| event.id).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn starting_is_idempotent_while_the_execution_runs() {
    let sdk = Sdk::start().await;
    let wait = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": true}}});
    let machine = sdk.create("m", &wait).await;
    let start = |input: &str| {
        sdk.client
            .start_execution()
            .state_machine_arn(&machine)
            .name("e")
            .input(input)
    };
    let first = start("{}").send().await.unwrap();
    let again = start("{}").send().await.unwrap();
    assert_eq!(
        (&first.execution_arn, first.start_date),
        (&again.execution_arn, again.start_date)
    );
    assert_eq!(refused!(start(r#"{"a":1}"#)), "ExecutionAlreadyExists");

    let stop = sdk
        .client
        .stop_execution()
        .execution_arn(&first.execution_arn)
        .error("Stop")
        .cause("enough");
    stop.clone().send().await.unwrap();
    let description = sdk.end(&first.execution_arn).await;
    assert_eq!(description.status, ExecutionStatus::Aborted);
    assert_eq!(
        (description.error(), description.cause()),
        (Some("Stop"), Some("enough"))
    );
    assert_eq!(
        stop.send().await.unwrap().stop_date,
        description.stop_date.unwrap(),
        "a second stop changes nothing"
    );
    assert_eq!(
        refused!(start("{}")),
        "ExecutionAlreadyExists",
        "the execution is closed"
    );
}

#[tokio::test]
async fn machines_are_updated_listed_and_deleted() {
    let sdk = Sdk::start().await;
    let pass = |result: i32| json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": result, "End": true}}});
    let mut machines = Vec::new();
    for name in ["a", "b", "c"] {
        machines.push(sdk.create(name, &pass(1)).await);
    }
    assert_eq!(
        sdk.create("a", &pass(1)).await,
        machines[0],
        "creating the same again is the same"
    );
    let other = sdk
        .client
        .create_state_machine()
        .name("a")
        .role_arn("r")
        .definition(pass(2).to_string());
    assert_eq!(refused!(other), "StateMachineAlreadyExists");

    let first = sdk
        .client
        .list_state_machines()
        .max_results(2)
        .send()
        .await
        .unwrap();
    let second = sdk
        .client
        .list_state_machines()
        .set_next_token(first.next_token)
        .send()
        .await
        .unwrap();
    let names: Vec<_> = first
        .state_machines
        .iter()
        .chain(&second.state_machines)
        .map(|m| m.name.clone())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);

    let update = sdk.client.update_state_machine().state_machine_arn(&machines[0]);
    update.definition(pass(2).to_string()).send().await.unwrap();
    let description = sdk
        .client
        .describe_state_machine()
        .state_machine_arn(&machines[0])
        .send()
        .await
        .unwrap();
    assert_eq!(description.definition, pass(2).to_string());
    let started = sdk
        .client
        .start_execution()
        .state_machine_arn(&machines[0])
        .send()
        .await
        .unwrap();
    assert_eq!(sdk.end(&started.execution_arn).await.output(), Some("2"));

    sdk.client
        .delete_state_machine()
        .state_machine_arn(&machines[0])
        .send()
        .await
        .unwrap();
    sdk.client
        .delete_state_machine()
        .state_machine_arn(&machines[0])
        .send()
        .await
        .unwrap();
    let gone = sdk
        .client
        .describe_state_machine()
        .state_machine_arn(&machines[0]);
    assert_eq!(refused!(gone), "StateMachineDoesNotExist");
    let kept = sdk
        .client
        .describe_execution()
        .execution_arn(&started.execution_arn)
        .send()
        .await
        .unwrap();
    assert_eq!(kept.status, ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn executions_are_listed_newest_first_and_by_status() {
    let sdk = Sdk::start().await;
    let choice = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": true, "Next": "S"}], "Default": "F"},
        "S": {"Type": "Succeed"}, "F": {"Type": "Fail", "Error": "No"}
    }});
    let machine = sdk.create("m", &choice).await;
    for (name, ok) in [("one", true), ("two", false), ("three", true)] {
        let input = json!({"ok": ok}).to_string();
        let start = sdk
            .client
            .start_execution()
            .state_machine_arn(&machine)
            .name(name)
            .input(input);
        sdk.end(&start.send().await.unwrap().execution_arn).await;
    }
    let names = async |status: Option<ExecutionStatus>| {
        let list = sdk
            .client
            .list_executions()
            .state_machine_arn(&machine)
            .set_status_filter(status)
            .max_results(2);
        let pages = list.into_paginator().items().send();
        let executions = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        executions
            .into_iter()
            .map(|execution| execution.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["three", "two", "one"]);
    assert_eq!(names(Some(ExecutionStatus::Failed)).await, ["two"]);
    assert_eq!(names(Some(ExecutionStatus::Running)).await, Vec::<String>::new());
}

#[tokio::test]
async fn errors_have_their_names() {
    let sdk = Sdk::start().await;
    let machine = sdk
        .create(
            "m",
            &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        )
        .await;
    let client = &sdk.client;
    let unknown = machine.replace(":m", ":nope");
    let start = |arn: &str| client.start_execution().state_machine_arn(arn);
    assert_eq!(refused!(start(&unknown)), "StateMachineDoesNotExist");
    assert_eq!(refused!(start("nope")), "InvalidArn");
    assert_eq!(refused!(start(&machine).name("a b")), "InvalidName");
    assert_eq!(refused!(start(&machine).input("{")), "InvalidExecutionInput");
    let large = json!("x".repeat(256 * 1024)).to_string();
    assert_eq!(refused!(start(&machine).input(large)), "ValidationException");
    let execution = unknown.replace(":stateMachine:", ":execution:") + ":e";
    assert_eq!(
        refused!(client.describe_execution().execution_arn(&execution)),
        "ExecutionDoesNotExist"
    );
    assert_eq!(
        refused!(client.stop_execution().execution_arn("nope")),
        "InvalidArn"
    );
    assert_eq!(
        refused!(client.list_executions().state_machine_arn(&unknown)),
        "StateMachineDoesNotExist"
    );
    assert_eq!(
        refused!(
            client
                .list_executions()
                .state_machine_arn(&machine)
                .next_token("x")
        ),
        "InvalidToken"
    );
    assert_eq!(
        refused!(
            client
                .create_state_machine()
                .name("a/b")
                .definition("{}")
                .role_arn("r")
        ),
        "InvalidName"
    );
    assert_eq!(refused!(client.list_activities()), "UnknownOperationException");
}

#[tokio::test]
async fn a_wrong_definition_is_refused_with_all_its_problems() {
    let sdk = Sdk::start().await;
    let definition = json!({"StartAt": "A", "Extra": 1, "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": "nope"}},
        "B": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": "1", "Next": "A"}]},
        "D": {"Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": true},
    }});
    let create = sdk
        .client
        .create_state_machine()
        .name("m")
        .role_arn("r")
        .definition(definition.to_string());
    let error = create.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidDefinition"));
    let message = error.message().unwrap();
    for part in [
        "/Extra",
        "/States/A/Parameters",
        "[Next] or [End] at /States/A",
        "'arn:aws:states:::sqs:sendMessage' is not a resource on one machine",
        "/States/C/Choices[0]/NumericEquals",
        "at /States/D",
    ] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }

    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Nowhere"}, "B": {"Type": "Succeed"},
    }});
    let validate = sdk
        .client
        .validate_state_machine_definition()
        .definition(definition.to_string());
    let diagnostics = validate.send().await.unwrap().diagnostics;
    let found: Vec<_> = diagnostics
        .iter()
        .map(|one| (one.code.as_str(), one.location().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("MISSING_TRANSITION_TARGET", "/States/A"),
            ("MISSING_TRANSITION_TARGET", "/States/B")
        ]
    );
}

#[tokio::test]
async fn a_function_error_ends_the_execution_with_its_type_and_message() {
    let sdk = Sdk::start().await;
    register(&sdk.lambda, "broken", |_| async { Err(error("Broken")) });
    let mut broken = task("broken");
    broken["End"] = json!(true);
    let machine = sdk
        .create("m", &json!({"StartAt": "B", "States": {"B": broken}}))
        .await;
    let started = sdk
        .client
        .start_execution()
        .state_machine_arn(&machine)
        .send()
        .await
        .unwrap();
    let description = sdk.end(&started.execution_arn).await;
    assert_eq!(description.status, ExecutionStatus::Failed);
    assert_eq!(description.error(), Some("Broken"));
    assert_eq!(
        description.cause(),
        Some(r#"{"errorMessage":"on purpose","errorType":"Broken"}"#)
    );
}
