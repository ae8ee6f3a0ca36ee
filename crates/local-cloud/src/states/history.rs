//! The events of an execution's history, in the words of `GetExecutionHistory`.

use serde_json::{Value, json};

use super::failure::Failure;

/// The most events that one execution may have.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(crate) const LIMIT: i64 = 25_000;

/// An event before it has its number and its time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub kind: String,
    /// The name of the field that holds the details, and the details.
    pub details: Option<(&'static str, Value)>,
}

impl Event {
    pub fn plain(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            details: None,
        }
    }

    pub fn detailed(kind: impl Into<String>, field: &'static str, details: Value) -> Self {
        Self {
            kind: kind.into(),
            details: Some((field, details)),
        }
    }

    pub fn execution_started(input: &str, role: &str) -> Self {
        let details = json!({"input": input, "inputDetails": {"truncated": false}, "roleArn": role});
        Self::detailed("ExecutionStarted", "executionStartedEventDetails", details)
    }

    pub fn execution_succeeded(output: &str) -> Self {
        let details = json!({"output": output, "outputDetails": {"truncated": false}});
        Self::detailed("ExecutionSucceeded", "executionSucceededEventDetails", details)
    }

    /// `ExecutionFailed`, `ExecutionAborted` or `ExecutionTimedOut`.
    pub fn execution_ended(kind: &str, failure: &Failure) -> Self {
        let field = match kind {
            "ExecutionAborted" => "executionAbortedEventDetails",
            "ExecutionTimedOut" => "executionTimedOutEventDetails",
            _ => "executionFailedEventDetails",
        };
        Self::detailed(kind, field, failure_details(failure))
    }

    pub fn entered(state_type: &str, name: &str, input: &Value) -> Self {
        let details = json!({"name": name, "input": input.to_string(), "inputDetails": {"truncated": false}});
        Self::detailed(
            format!("{state_type}StateEntered"),
            "stateEnteredEventDetails",
            details,
        )
    }

    pub fn exited(state_type: &str, name: &str, output: &Value) -> Self {
        let details =
            json!({"name": name, "output": output.to_string(), "outputDetails": {"truncated": false}});
        Self::detailed(
            format!("{state_type}StateExited"),
            "stateExitedEventDetails",
            details,
        )
    }

    /// `MapIterationStarted` and its like.
    pub fn iteration(outcome: &str, map: &str, index: usize) -> Self {
        let field = match outcome {
            "Started" => "mapIterationStartedEventDetails",
            "Succeeded" => "mapIterationSucceededEventDetails",
            "Aborted" => "mapIterationAbortedEventDetails",
            _ => "mapIterationFailedEventDetails",
        };
        Self::detailed(
            format!("MapIteration{outcome}"),
            field,
            json!({"name": map, "index": index}),
        )
    }
}

/// The `error` and `cause` fields of an event, where they are known.
pub(crate) fn failure_details(failure: &Failure) -> Value {
    let mut details = serde_json::Map::new();
    if let Some(error) = &failure.error {
        details.insert("error".into(), error.clone().into());
    }
    if let Some(cause) = &failure.cause {
        details.insert("cause".into(), cause.clone().into());
    }
    details.into()
}
