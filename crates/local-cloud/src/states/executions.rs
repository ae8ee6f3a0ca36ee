//! The operations on executions.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Service,
    failure::{Failure, PAYLOAD_LIMIT},
    history::Event,
    journal::{self, Ending},
    ledger::{Execution, Start},
    machines::does_not_exist,
    names, page_size,
    timestamp::seconds,
};
use crate::call::{Call, Error};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartInput {
    state_machine_arn: String,
    name: Option<String>,
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stop {
    execution_arn: String,
    error: Option<String>,
    cause: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByArn {
    execution_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    state_machine_arn: String,
    status_filter: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    execution_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    reverse_order: bool,
    #[serde(default = "yes")]
    include_execution_data: bool,
}

fn yes() -> bool {
    true
}

impl Service {
    /// Idempotent while the execution of that name is running and has the same input.
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
    pub(super) fn start_execution(self: &Arc<Self>, call: &Call) -> Result<Value, Error> {
        let StartInput {
            state_machine_arn,
            name,
            input,
        } = call.input()?;
        names::check_arn(&state_machine_arn, "stateMachine")?;
        let name = name.unwrap_or_else(|| self.core.random.uuid());
        names::check(&name)?;
        let input = input.unwrap_or_else(|| "{}".to_owned());
        check_input(&input)?;
        let arn = names::execution(&state_machine_arn, &name);
        let now_ms = self.core.clock.now_ms();
        let start = self
            .core
            .journal
            .start(&arn, &name, &state_machine_arn, &input, now_ms)?;
        let execution = match start.ok_or_else(|| does_not_exist(&state_machine_arn))? {
            Start::New(execution) => {
                self.announce(&execution);
                self.launch(execution.clone())?;
                execution
            }
            Start::Found(found) if found.status == "RUNNING" && found.input == input => found,
            Start::Found(_) => {
                let message = format!("Execution Already Exists: '{arn}'");
                return Err(Error::new("ExecutionAlreadyExists", message));
            }
        };
        Ok(json!({"executionArn": execution.arn, "startDate": seconds(execution.started_ms)}))
    }

    pub(super) fn stop_execution(&self, call: &Call) -> Result<Value, Error> {
        let Stop {
            execution_arn,
            error,
            cause,
        } = call.input()?;
        let execution = self.execution(&execution_arn)?;
        let now_ms = self.core.clock.now_ms();
        let failure = Failure { error, cause };
        let ended = self.core.journal.end(&Ending {
            execution: execution.id,
            status: "ABORTED",
            output: None,
            failure: Some(&failure),
            events: &[Event::execution_ended("ExecutionAborted", &failure)],
            previous: None,
            now_ms,
        });
        match ended {
            Ok(()) => {
                if let Some(running) = self.running().remove(&execution.id) {
                    running.abort();
                }
                self.announce_present(&execution.arn);
                Ok(json!({"stopDate": seconds(now_ms)}))
            }
            // What has ended stays as it is.
            Err(journal::Error::Ended) => Ok(json!({"stopDate": execution.stopped_ms.map(seconds)})),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn describe_execution(&self, call: &Call) -> Result<Value, Error> {
        let ByArn { execution_arn } = call.input()?;
        let execution = self.execution(&execution_arn)?;
        let included = json!({"included": true});
        let mut description = summary(&execution);
        description["input"] = execution.input.into();
        description["inputDetails"] = included.clone();
        for (field, value) in [
            ("output", execution.output),
            ("error", execution.error),
            ("cause", execution.cause),
        ] {
            if let Some(value) = value {
                description[field] = value.into();
            }
        }
        if description.get("output").is_some() {
            description["outputDetails"] = included;
        }
        Ok(description)
    }

    pub(super) fn describe_state_machine_for_execution(&self, call: &Call) -> Result<Value, Error> {
        let ByArn { execution_arn } = call.input()?;
        let execution = self.execution(&execution_arn)?;
        Ok(json!({
            "stateMachineArn": execution.machine,
            "name": execution.machine_name(),
            "definition": self.core.journal.definition(&execution)?,
            "roleArn": execution.role,
            "updateDate": seconds(execution.started_ms),
        }))
    }

    pub(super) fn list_executions(&self, call: &Call) -> Result<Value, Error> {
        let List {
            state_machine_arn,
            status_filter,
            max_results,
            next_token,
        } = call.input()?;
        self.machine(&state_machine_arn)?;
        let size = page_size(max_results);
        let before = token(next_token.as_deref())?.unwrap_or(i64::MAX);
        let status = status_filter.as_deref();
        let mut executions = self
            .core
            .journal
            .executions(&state_machine_arn, status, before, size + 1)?;
        let more = executions.len() > size;
        executions.truncate(size);
        let next = executions
            .last()
            .filter(|_| more)
            .map(|execution| execution.id.to_string());
        let executions: Vec<_> = executions.iter().map(summary).collect();
        Ok(json!({"executions": executions, "nextToken": next}))
    }

    pub(super) fn get_execution_history(&self, call: &Call) -> Result<Value, Error> {
        let History {
            execution_arn,
            max_results,
            next_token,
            reverse_order,
            include_execution_data,
        } = call.input()?;
        let execution = self.execution(&execution_arn)?;
        let size = page_size(max_results);
        let after = token(next_token.as_deref())?;
        let mut events = self
            .core
            .journal
            .events(&execution, after, reverse_order, size + 1)?;
        let more = events.len() > size;
        events.truncate(size);
        let next = events.last().filter(|_| more).map(|(id, _)| id.to_string());
        let events: Vec<_> = events
            .into_iter()
            .map(|(_, event)| {
                if include_execution_data {
                    event
                } else {
                    without_data(event)
                }
            })
            .collect();
        Ok(json!({"events": events, "nextToken": next}))
    }

    fn execution(&self, arn: &str) -> Result<Execution, Error> {
        names::check_arn(arn, "execution")?;
        self.core.journal.execution(arn)?.ok_or_else(|| {
            Error::new(
                "ExecutionDoesNotExist",
                format!("Execution Does Not Exist: '{arn}'"),
            )
        })
    }
}

fn check_input(input: &str) -> Result<(), Error> {
    if input.len() > PAYLOAD_LIMIT {
        let message = format!("Value at 'input' failed to satisfy constraint: at most {PAYLOAD_LIMIT} bytes");
        return Err(Error::new("ValidationException", message));
    }
    serde_json::from_str::<Value>(input).map(|_| ()).map_err(|error| {
        Error::new(
            "InvalidExecutionInput",
            format!("Invalid State Machine Execution Input: '{error}'"),
        )
    })
}

fn token(token: Option<&str>) -> Result<Option<i64>, Error> {
    let invalid = |_| Error::new("InvalidToken", "Invalid Token: 'Invalid token'");
    token.map(str::parse).transpose().map_err(invalid)
}

fn summary(execution: &Execution) -> Value {
    let mut summary = json!({
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine,
        "name": execution.name,
        "status": execution.status,
        "startDate": seconds(execution.started_ms),
    });
    if let Some(stopped_ms) = execution.stopped_ms {
        summary["stopDate"] = seconds(stopped_ms).into();
    }
    summary
}

/// The event without what went in and came out.
fn without_data(mut event: Value) -> Value {
    for details in event
        .as_object_mut()
        .into_iter()
        .flat_map(|event| event.values_mut())
    {
        if let Some(details) = details.as_object_mut() {
            for field in ["input", "output", "parameters", "inputDetails", "outputDetails"] {
                details.remove(field);
            }
        }
    }
    event
}
