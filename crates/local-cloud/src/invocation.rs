//! Asynchronous invocations of Lambda functions: how often and how long they are tried.

use std::time::Duration;

use serde_json::Value;

use crate::lambda::{InvokeError, Lambda};

/// How failed invocations are repeated.
///
/// AWS waits one and two minutes before it repeats a function that failed; that is too long for a person who waits at
/// the same machine, so pauses are a matter of configuration.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How often a function that failed is tried again.
    pub function_retries: u32,
    /// The pause before the first repetition; each further one is twice as long, up to `longest_pause`.
    pub first_pause: Duration,
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            function_retries: 2,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The pause after attempt number `attempt`, counted from 1.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_pause.saturating_mul(factor).min(self.longest_pause)
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    Succeeded,
    /// The function ran and failed.
    FunctionFailed(String),
    /// The function could not be run now: it is missing, or there is too much of it.
    Refused(String),
    /// It will never work.
    Impossible(String),
}

/// Invokes once.
pub(crate) async fn attempt(lambda: &Lambda, function: &str, payload: Value) -> Attempt {
    match lambda.invoke(function, payload).await {
        Ok(_) => Attempt::Succeeded,
        Err(error @ InvokeError::Function(_)) => Attempt::FunctionFailed(error.to_string()),
        Err(error @ InvokeError::TooLarge(_)) => Attempt::Impossible(error.to_string()),
        Err(error) => Attempt::Refused(error.to_string()),
    }
}
