//! What can go wrong between the product and AWS.

use std::error::Error as StdError;

use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::StatusCode,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} does not exist")]
    NotFound(String),
    /// What the write was conditional on does not hold.
    #[error("{0}")]
    Conflict(String),
    /// Another task stands for this worker's index: whoever sees this stops its load and leaves.
    #[error("another task has taken this worker's place")]
    Fenced,
    #[error("the service asks to slow down ({0})")]
    Throttled(String),
    /// The service refuses, in its own words.
    #[error("{code}: {message}")]
    Refused { code: String, message: String },
    /// The service cannot be reached or fails; the same call may succeed later.
    #[error("the service is unavailable")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// What is stored does not read as what it should be.
    #[error("{what} cannot be read back")]
    Unreadable {
        what: String,
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    #[error("{what} is larger than {limit} bytes")]
    TooLarge { what: String, limit: u64 },
    /// A cursor that no list of this kind has given out.
    #[error("the cursor is not one of this list")]
    InvalidCursor,
    /// A deployment without this variable does not offer what was asked for.
    #[error("{0} is not set")]
    NotConfigured(&'static str),
    #[error("a local file cannot be read or written")]
    File(#[from] std::io::Error),
}

impl Error {
    /// Whether the same call may succeed later without anything else having changed.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Throttled(_))
    }

    pub(crate) fn unreadable(what: impl Into<String>, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::Unreadable {
            what: what.into(),
            source: Box::new(source),
        }
    }
}

/// Sorts an SDK's error.
pub(crate) fn sorted<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let SdkError::ServiceError(context) = &error else {
        return Error::Unavailable(Box::new(error));
    };
    let status: StatusCode = context.raw().status();
    let metadata = context.err().meta();
    let code = metadata.code().unwrap_or("Unknown").to_owned();
    let message = metadata.message().unwrap_or("no message").to_owned();
    match code.as_str() {
        // Its message lists the reason of each item, such as `[None, ThrottlingError]`.
        "TransactionCanceledException"
            if message.contains("ThrottlingError") || message.contains("ProvisionedThroughputExceeded") =>
        {
            Error::Throttled(code)
        }
        "ConditionalCheckFailedException" | "TransactionCanceledException" | "PreconditionFailed" => {
            Error::Conflict(message)
        }
        // Another write of the same object is under way, and may yet fail: S3 asks to try again.
        "ConditionalRequestConflict" => Error::Throttled(code),
        "ResourceNotFoundException"
        | "NoSuchKey"
        | "NotFound"
        | "NoSuchUpload"
        | "ExecutionDoesNotExist"
        | "NoSuchResourceException" => Error::NotFound(message),
        "ThrottlingException"
        | "Throttling"
        | "ProvisionedThroughputExceededException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "LimitExceededException" => Error::Throttled(code),
        // A HEAD has no body that could name the error.
        _ if status.as_u16() == 404 => Error::NotFound(message),
        _ if status.is_server_error() => Error::Unavailable(Box::new(error)),
        _ => Error::Refused { code, message },
    }
}
