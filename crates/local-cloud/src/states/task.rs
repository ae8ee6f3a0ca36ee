//! The Task state: one invocation of a Lambda function.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    data_flow::check_size,
    definition::{Action, Whole},
    failure::{Failure, TIMEOUT},
    history::{Event, failure_details},
    interpreter::{Halt, Place, Run, whole},
    journal::{Frame, Phase},
    path::Documents,
};
use crate::lambda::InvokeError;

/// What a Task calls, and how its history names that.
struct Invocation<'i> {
    action: &'i Action,
    function: String,
    payload: Value,
}

impl Run {
    /// Invokes the function once; answers with the events and the result.
    pub(super) async fn task(
        &self,
        action: &Action,
        timeout: Option<&Whole>,
        input: Value,
        context: &Value,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<(Vec<Event>, Value), Halt> {
        if frame.phase == Phase::InFlight {
            let cause = "The host stopped while the function was running; its outcome is not known.";
            return Err(failed(action, Failure::new("Lambda.ServiceException", cause)));
        }
        check_size(&frame.state, "input", &input)?;
        let timeout = timeout
            .map(|timeout| {
                whole(
                    timeout,
                    Documents {
                        input: &input,
                        context,
                    },
                )
            })
            .transpose()?;
        let scheduled = scheduled(action, &input, timeout, &self.execution.region);
        let invocation = Invocation::of(action, input)?;
        frame.phase = Phase::InFlight;
        self.record(place, frame, &[scheduled, started(action)], false)?;
        let call = self.core.lambda.invoke(&invocation.function, invocation.payload);
        let answer = match timeout {
            Some(seconds) => match tokio::time::timeout(Duration::from_secs(seconds), call).await {
                Ok(answer) => answer,
                Err(_elapsed) => return Err(timed_out(action, seconds)),
            },
            None => call.await,
        };
        let payload = answer.map_err(|error| failed(action, failure(&error)))?;
        let result = match invocation.action {
            Action::Function(_) => payload,
            Action::Invoke => json!({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}),
        };
        check_size(&frame.state, "result", &result)?;
        Ok((vec![succeeded(action, &result)], result))
    }
}

impl<'i> Invocation<'i> {
    fn of(action: &'i Action, mut input: Value) -> Result<Self, Failure> {
        match action {
            Action::Function(arn) => Ok(Self {
                action,
                function: arn.clone(),
                payload: input,
            }),
            Action::Invoke => {
                let Some(function) = input["FunctionName"].as_str().map(str::to_owned) else {
                    return Err(Failure::runtime(
                        "The field 'FunctionName' is required and must be a string",
                    ));
                };
                let payload = input.get_mut("Payload").map_or_else(|| json!({}), Value::take);
                Ok(Self {
                    action,
                    function,
                    payload,
                })
            }
        }
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
fn failure(error: &InvokeError) -> Failure {
    match error {
        InvokeError::Function(error) => {
            let cause = json!({"errorMessage": error.error_message, "errorType": error.error_type});
            Failure::new(&error.error_type, cause.to_string())
        }
        InvokeError::NotFound(_) => Failure::new("Lambda.ResourceNotFoundException", error.to_string()),
        InvokeError::TooManyRequests(_) => Failure::new("Lambda.TooManyRequestsException", error.to_string()),
        InvokeError::TooLarge(_) => Failure::new("Function.ResponseSizeTooLarge", error.to_string()),
    }
}

fn scheduled(action: &Action, input: &Value, timeout: Option<u64>, region: &str) -> Event {
    let mut details = match action {
        Action::Function(arn) => {
            json!({"resource": arn, "input": input.to_string(), "inputDetails": {"truncated": false}})
        }
        Action::Invoke => json!({
            "resourceType": "lambda", "resource": "invoke", "region": region, "parameters": input.to_string()
        }),
    };
    if let Some(seconds) = timeout {
        details["timeoutInSeconds"] = seconds.into();
    }
    match action {
        Action::Function(_) => Event::detailed(
            "LambdaFunctionScheduled",
            "lambdaFunctionScheduledEventDetails",
            details,
        ),
        Action::Invoke => Event::detailed("TaskScheduled", "taskScheduledEventDetails", details),
    }
}

fn started(action: &Action) -> Event {
    match action {
        Action::Function(_) => Event::plain("LambdaFunctionStarted"),
        Action::Invoke => Event::detailed("TaskStarted", "taskStartedEventDetails", resource()),
    }
}

fn succeeded(action: &Action, output: &Value) -> Event {
    let mut details = json!({"output": output.to_string(), "outputDetails": {"truncated": false}});
    match action {
        Action::Function(_) => Event::detailed(
            "LambdaFunctionSucceeded",
            "lambdaFunctionSucceededEventDetails",
            details,
        ),
        Action::Invoke => {
            merge(&mut details, resource());
            Event::detailed("TaskSucceeded", "taskSucceededEventDetails", details)
        }
    }
}

fn failed(action: &Action, failure: Failure) -> Halt {
    let mut details = failure_details(&failure);
    let event = match action {
        Action::Function(_) => Event::detailed(
            "LambdaFunctionFailed",
            "lambdaFunctionFailedEventDetails",
            details,
        ),
        Action::Invoke => {
            merge(&mut details, resource());
            Event::detailed("TaskFailed", "taskFailedEventDetails", details)
        }
    };
    Halt::Failed {
        failure,
        events: vec![event],
    }
}

fn timed_out(action: &Action, seconds: u64) -> Halt {
    let failure = Failure::new(TIMEOUT, format!("The task did not end within {seconds} seconds."));
    let mut details = failure_details(&failure);
    let event = match action {
        Action::Function(_) => Event::detailed(
            "LambdaFunctionTimedOut",
            "lambdaFunctionTimedOutEventDetails",
            details,
        ),
        Action::Invoke => {
            merge(&mut details, resource());
            Event::detailed("TaskTimedOut", "taskTimedOutEventDetails", details)
        }
    };
    Halt::Failed {
        failure,
        events: vec![event],
    }
}

fn resource() -> Value {
    json!({"resourceType": "lambda", "resource": "invoke"})
}

fn merge(details: &mut Value, more: Value) {
    if let (Value::Object(details), Value::Object(more)) = (details, more) {
        details.extend(more);
    }
}
