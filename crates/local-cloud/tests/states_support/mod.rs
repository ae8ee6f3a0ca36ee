//! Step Functions alone, for tests that hold its clock or its journal.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{path::Path, sync::Arc, time::Duration};

use http::{HeaderMap, Method, Uri};
use http_body_util::BodyExt;
use local_cloud::{
    call::Call,
    clock::Clock,
    lambda::{Function, FunctionError, Lambda},
    states::States,
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A virtual clock shows this when it starts.
pub const START: &str = "2026-01-01T00:00:00Z";

/// The service on a journal, with what it announces.
pub struct Host {
    pub states: Arc<States>,
    pub events: UnboundedReceiver<Value>,
}

impl Host {
    pub fn open(journal: &Path, lambda: &Lambda, clock: Clock) -> Self {
        let (sender, events) = unbounded_channel();
        let states = States::open(journal, lambda.clone(), sender, clock, 1).unwrap();
        Self {
            states: Arc::new(states),
            events,
        }
    }

    /// On a clock that follows tokio's, which the test has paused.
    pub fn virtually(journal: &Path, lambda: &Lambda) -> Self {
        Self::open(journal, lambda, Clock::of_tokio(START.parse().unwrap()))
    }

    /// One operation; the error is its name.
    pub async fn call(&self, operation: &str, input: Value) -> Result<Value, String> {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-amz-target",
            format!("AWSStepFunctions.{operation}").parse().unwrap(),
        );
        let answer = self.states.call(Call {
            region: "us-east-1".to_owned(),
            role: "test".to_owned(),
            method: Method::POST,
            uri: Uri::from_static("/"),
            headers,
            body: input.to_string().into(),
        });
        let (parts, body) = answer.await.into_parts();
        let body: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        if parts.status.is_success() {
            Ok(body)
        } else {
            Err(body["__type"].as_str().unwrap().to_owned())
        }
    }

    /// Creates a machine named `m`; answers with its ARN.
    pub async fn create(&self, definition: &Value) -> String {
        let input =
            json!({"name": "m", "definition": definition.to_string(), "roleArn": "arn:aws:iam::0:role/r"});
        let created = self.call("CreateStateMachine", input).await.unwrap();
        created["stateMachineArn"].as_str().unwrap().to_owned()
    }

    pub async fn start(&self, machine: &str, name: &str, input: &Value) -> String {
        let input = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
        let started = self.call("StartExecution", input).await.unwrap();
        started["executionArn"].as_str().unwrap().to_owned()
    }

    /// Waits for the end of an execution; answers with its description.
    pub async fn end(&self, execution: &str) -> Value {
        let mut pause = Duration::from_millis(5);
        loop {
            let description = self
                .call("DescribeExecution", json!({"executionArn": execution}))
                .await
                .unwrap();
            if description["status"] != "RUNNING" {
                return description;
            }
            tokio::time::sleep(pause).await;
            // In virtual time an execution may take a day.
            pause = (pause * 2).min(Duration::from_secs(600));
        }
    }

    /// Creates a machine and runs it once.
    pub async fn run(&self, definition: &Value, input: &Value) -> Value {
        let machine = self.create(definition).await;
        let execution = self.start(&machine, "e", input).await;
        self.end(&execution).await
    }

    /// The whole history, page by page.
    pub async fn history(&self, execution: &str) -> Vec<Value> {
        let (mut events, mut token) = (Vec::new(), Value::Null);
        loop {
            let input = json!({"executionArn": execution, "maxResults": 1000, "nextToken": token});
            let mut page = self.call("GetExecutionHistory", input).await.unwrap();
            events.append(page["events"].as_array_mut().unwrap());
            token = page["nextToken"].take();
            if token.is_null() {
                return events;
            }
        }
    }

    pub async fn types(&self, execution: &str) -> Vec<String> {
        self.history(execution)
            .await
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub fn output(description: &Value) -> Value {
    serde_json::from_str(
        description["output"]
            .as_str()
            .unwrap_or_else(|| panic!("no output: {description}")),
    )
    .unwrap()
}

/// Registers a function of an hour's time-out and a hundred invocations at once.
pub fn register<F, Fut>(lambda: &Lambda, name: &str, function: F)
where
    F: Fn(Value) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, FunctionError>> + Send + 'static,
{
    let function = Function::new(name, Duration::from_secs(3600), 100, move |event, _| {
        function(event)
    });
    lambda.register(function);
}

pub fn error(error_type: &str) -> FunctionError {
    FunctionError {
        error_type: error_type.into(),
        error_message: "on purpose".into(),
    }
}

/// A Task state that calls the function `name`.
pub fn task(name: &str) -> Value {
    json!({"Type": "Task", "Resource": local_cloud::lambda::arn(name)})
}
