//! What a state or an execution fails with: an error name that Retry and Catch match, and a cause for people.

use serde::{Deserialize, Serialize};

pub(crate) const ALL: &str = "States.ALL";
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
pub(crate) const TIMEOUT: &str = "States.Timeout";
pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";

/// The largest input, result or output of a state, in bytes of JSON.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(crate) const PAYLOAD_LIMIT: usize = 256 * 1024;

/// An error and its cause; a Fail state may leave out either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub error: Option<String>,
    pub cause: Option<String>,
}

impl Failure {
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
        }
    }

    /// An error of the machine's own making that nothing can handle, such as a path that leads nowhere.
    pub fn runtime(cause: impl Into<String>) -> Self {
        Self::new(RUNTIME, cause)
    }

    pub fn intrinsic(cause: impl Into<String>) -> Self {
        Self::new("States.IntrinsicFailure", cause)
    }

    pub fn parameter_path(cause: impl Into<String>) -> Self {
        Self::new("States.ParameterPathFailure", cause)
    }

    pub fn too_large(state: &str, what: &str) -> Self {
        let cause = format!(
            "The state/task '{state}' returned a {what} with a size exceeding the maximum number of bytes service limit."
        );
        Self::new(DATA_LIMIT, cause)
    }

    /// The execution has as many history events as one may have.
    pub fn history_full() -> Self {
        Self::runtime("The execution reached the maximum number of history events (25000).")
    }

    /// Whether an `ErrorEquals` that lists `names` means this failure.
    ///
    /// `States.Runtime` always fails the execution, and `States.ALL` does not stand for `States.DataLimitExceeded`:
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    pub fn matches(&self, names: &[String]) -> bool {
        let error = self.error.as_deref().unwrap_or("");
        if error == RUNTIME {
            return false;
        }
        names.iter().any(|name| match name.as_str() {
            ALL => error != DATA_LIMIT,
            TASK_FAILED => error != TIMEOUT && error != DATA_LIMIT,
            name => name == error,
        })
    }

    /// What a Catch puts into its state's output.
    pub fn output(&self) -> serde_json::Value {
        let mut output = serde_json::Map::new();
        if let Some(error) = &self.error {
            output.insert("Error".into(), error.clone().into());
        }
        if let Some(cause) = &self.cause {
            output.insert("Cause".into(), cause.clone().into());
        }
        output.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(error: &str, name: &str) -> bool {
        Failure::new(error, "").matches(&[name.to_owned()])
    }

    #[test]
    fn wildcards_leave_out_what_the_documentation_says() {
        assert!(matches("Custom", ALL));
        assert!(matches(TIMEOUT, ALL));
        assert!(matches("Custom", TASK_FAILED));
        assert!(!matches(TIMEOUT, TASK_FAILED));
        assert!(!matches(RUNTIME, ALL));
        assert!(!matches(RUNTIME, RUNTIME));
        assert!(!matches(DATA_LIMIT, ALL));
        assert!(matches(DATA_LIMIT, DATA_LIMIT));
        assert!(!matches("Custom", "Other"));
    }
}
