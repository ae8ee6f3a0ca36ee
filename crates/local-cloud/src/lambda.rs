//! Lambda: functions registered in this process, with Lambda's limits and its way of reporting errors.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::BoxFuture;
use http::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{
    call::{self, Body, Call},
    policy::Need,
};

/// The largest request and answer of a synchronous invocation, in bytes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// What a function is told about the invocation.
#[derive(Debug, Clone)]
pub struct Context {
    pub request_id: String,
    pub function_arn: String,
    /// When the invocation is cut off.
    pub deadline: std::time::Instant,
}

/// The error that a function's own code reported.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{error_type}: {error_message}")]
pub struct FunctionError {
    pub error_type: String,
    pub error_message: String,
}

/// Why an invocation did not produce a value.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InvokeError {
    #[error("function not found: {0}")]
    NotFound(String),
    #[error("rate exceeded: {0}")]
    TooManyRequests(String),
    #[error("payload of {0} bytes exceeds the limit of {PAYLOAD_LIMIT} bytes")]
    TooLarge(usize),
    /// The function ran and failed, or was cut off at its time-out.
    #[error(transparent)]
    Function(#[from] FunctionError),
}

type Handler = Arc<dyn Fn(Value, Context) -> BoxFuture<'static, Result<Value, FunctionError>> + Send + Sync>;

/// A function as it is registered.
#[derive(Clone)]
pub struct Function {
    name: String,
    timeout: Duration,
    permits: Arc<Semaphore>,
    handler: Handler,
}

impl Function {
    /// A function of at most `concurrency` invocations at once, each cut off after `timeout`.
    pub fn new<F, Fut>(name: impl Into<String>, timeout: Duration, concurrency: usize, handler: F) -> Self
    where
        F: Fn(Value, Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        Self {
            name: name.into(),
            timeout,
            permits: Arc::new(Semaphore::new(concurrency)),
            handler: Arc::new(move |event, context| Box::pin(handler(event, context))),
        }
    }
}

/// The functions of this host.
#[derive(Clone, Default)]
pub struct Lambda {
    functions: Arc<Mutex<HashMap<String, Function>>>,
}

impl Lambda {
    pub fn register(&self, function: Function) {
        self.functions
            .lock()
            .expect("no holder panics")
            .insert(function.name.clone(), function);
    }

    /// Invokes by name or ARN and waits for the answer.
    ///
    /// The invocation runs in a task of its own: a caller that goes away does not cut it off, as on AWS.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, InvokeError> {
        let name = name_of(function);
        let found = self
            .functions
            .lock()
            .expect("no holder panics")
            .get(name)
            .cloned();
        let function = found.ok_or_else(|| InvokeError::NotFound(name.to_owned()))?;
        check_size(&event)?;
        let permit = Arc::clone(&function.permits)
            .try_acquire_owned()
            .map_err(|_| InvokeError::TooManyRequests(name.to_owned()))?;
        let context = Context {
            request_id: ulid::Ulid::generate().to_string(),
            function_arn: arn(name),
            deadline: std::time::Instant::now() + function.timeout,
        };
        let request_id = context.request_id.clone();
        let timeout = function.timeout;
        let running = tokio::spawn(async move {
            let _permit = permit;
            tokio::time::timeout(timeout, (function.handler)(event, context)).await
        });
        let answer = match running.await {
            Ok(Ok(answer)) => answer?,
            Ok(Err(_elapsed)) => {
                let error_message = format!(
                    "{request_id} Task timed out after {:.2} seconds",
                    timeout.as_secs_f64()
                );
                return Err(FunctionError {
                    error_type: "Sandbox.Timedout".into(),
                    error_message,
                }
                .into());
            }
            Err(panic) => {
                tracing::error!(function = name, %panic, "a function panicked");
                let error_message = "the function panicked".to_owned();
                return Err(FunctionError {
                    error_type: "Runtime.Panic".into(),
                    error_message,
                }
                .into());
            }
        };
        check_size(&answer)?;
        Ok(answer)
    }
}

impl Lambda {
    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        let resource = invoked(call).map_or_else(|| Need::ANY.to_owned(), |function| arn(name_of(&function)));
        vec![Need::new("lambda:InvokeFunction", resource)]
    }

    /// Answers a call of the Invoke API. Asynchronous invocations are not offered: nothing here would keep one over a
    /// crash. What EventBridge and CloudWatch Logs invoke goes through an outbox of theirs.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
    pub async fn call(&self, call: Call) -> Response<Body> {
        let Some(function) = invoked(&call) else {
            return call::json::<()>(Err(call::Error::unknown_operation("Lambda", call.uri.path())));
        };
        let event = match call.input::<Value>() {
            Ok(event) => event,
            Err(error) => {
                return call::json::<()>(Err(call::Error::new(
                    "InvalidRequestContentException",
                    error.message,
                )));
            }
        };
        let kind = call
            .headers
            .get("x-amz-invocation-type")
            .map_or(&b"RequestResponse"[..], |kind| kind.as_bytes());
        match kind {
            b"RequestResponse" => answer(self.invoke(&function, event).await),
            _ => call::json::<()>(Err(call::Error::new(
                "InvalidParameterValueException",
                "the invocation type is not offered",
            ))),
        }
    }
}

/// The function, by its name or ARN, that a call of the Invoke API is about.
fn invoked(call: &Call) -> Option<String> {
    let path = call.uri.path().strip_prefix("/2015-03-31/functions/");
    let function = path.and_then(|rest| rest.strip_suffix("/invocations"));
    let function = function.filter(|_| call.method == Method::POST)?;
    Some(
        percent_encoding::percent_decode_str(function)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

fn answer(outcome: Result<Value, InvokeError>) -> Response<Body> {
    let (payload, function_error) = match outcome {
        Ok(value) => (serde_json::to_vec(&value), false),
        Err(InvokeError::Function(error)) => (serde_json::to_vec(&error), true),
        Err(error) => return call::json::<()>(Err(error.into())),
    };
    let mut response = Response::builder()
        .header("content-type", "application/json")
        .header("x-amz-executed-version", "$LATEST");
    if function_error {
        response = response.header("x-amz-function-error", "Unhandled");
    }
    let payload = payload.expect("answers are plain data and serialise");
    response
        .body(call::whole(payload))
        .expect("the parts of the answer are valid")
}

impl From<InvokeError> for call::Error {
    fn from(error: InvokeError) -> Self {
        let (code, status) = match &error {
            InvokeError::NotFound(_) => ("ResourceNotFoundException", StatusCode::NOT_FOUND),
            InvokeError::TooManyRequests(_) => ("TooManyRequestsException", StatusCode::TOO_MANY_REQUESTS),
            InvokeError::TooLarge(_) => ("RequestTooLargeException", StatusCode::PAYLOAD_TOO_LARGE),
            InvokeError::Function(_) => ("ServiceException", StatusCode::INTERNAL_SERVER_ERROR),
        };
        call::Error::new(code, error.to_string()).status(status)
    }
}

/// The ARN of a function of this host.
pub fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:{}:function:{name}", crate::ACCOUNT)
}

fn name_of(function: &str) -> &str {
    function
        .rsplit_once(":function:")
        .map_or(function, |(_, name)| name.split(':').next().unwrap_or(name))
}

fn check_size(payload: &Value) -> Result<(), InvokeError> {
    let size = serde_json::to_vec(payload).map_or(usize::MAX, |bytes| bytes.len());
    if size > PAYLOAD_LIMIT {
        Err(InvokeError::TooLarge(size))
    } else {
        Ok(())
    }
}
