//! What a state of the machine fails with. The names are those that the machine's document knows.

use model::{
    field::Said,
    run::{Reason, ReasonCode},
};

/// Why a state could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The run cannot go on, for a reason that a person can act on.
    #[error("{}", .0.detail)]
    Failed(Reason),
    #[error("an AWS service did not do what was asked")]
    Aws(#[from] aws::Error),
    /// An event of another shape, or of a run that was never planned: the machine and its functions do not fit.
    #[error("the event cannot be handled: {0}")]
    Event(String),
}

/// The name under which the machine retries: the same call may succeed later.
pub const UNAVAILABLE: &str = "UNAVAILABLE";

impl Error {
    pub(crate) fn failed(code: ReasonCode, said: impl Into<Said>) -> Self {
        Self::Failed(Reason::new(code, said))
    }

    /// What Lambda reports as the type of the error, and `ErrorEquals` names.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Failed(reason) => reason.code.as_str(),
            Self::Aws(error) if error.is_passing() => UNAVAILABLE,
            Self::Aws(_) | Self::Event(_) => ReasonCode::ControlPlaneFailed.as_str(),
        }
    }

    /// What Lambda reports: the machine hands on nothing else, so a reason of a known kind goes as JSON.
    fn message(&self) -> String {
        match self {
            Self::Failed(reason) if reason.words.is_some() => serde_json::json!(reason.said()).to_string(),
            _ => self.chain(),
        }
    }

    /// The message with those of all its sources.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        text
    }
}

impl From<Error> for lambda_runtime::Diagnostic {
    fn from(error: Error) -> Self {
        Self {
            error_type: error.name().to_owned(),
            error_message: error.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_name_that_the_machine_knows() {
        let refused = Error::failed(ReasonCode::LaunchRefused, "no such cluster");
        let diagnostic = lambda_runtime::Diagnostic::from(refused);
        assert_eq!(
            (diagnostic.error_type.as_str(), diagnostic.error_message.as_str()),
            ("LAUNCH_REFUSED", "no such cluster")
        );

        let away = Error::Aws(aws::Error::Unavailable(Box::new(std::io::Error::other(
            "connection refused",
        ))));
        assert_eq!(away.name(), UNAVAILABLE);
        assert!(away.chain().ends_with("connection refused"), "{}", away.chain());

        assert_eq!(Error::Event("x".into()).name(), "CONTROL_PLANE_FAILED");
    }
}
