//! What can go wrong beneath the protocol.

use s3s::{S3Error, S3ErrorCode};

/// A refusal in S3's words, or a failure of this machine.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("{code:?}: {message}")]
    Refused { code: S3ErrorCode, message: String },
    #[error("the index of objects failed")]
    Index(#[from] rusqlite::Error),
    #[error("a record of the index cannot be read")]
    Record(#[from] serde_json::Error),
    #[error("the files of objects failed")]
    Files(#[from] std::io::Error),
    #[error("a task panicked")]
    Panicked(#[from] tokio::task::JoinError),
}

/// A refusal.
pub(super) fn refused(code: S3ErrorCode, message: impl Into<String>) -> Error {
    Error::Refused {
        code,
        message: message.into(),
    }
}

impl From<Error> for S3Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused { code, message } => S3Error::with_message(code, message),
            other => {
                tracing::error!(error = &other as &dyn std::error::Error, "s3 failed");
                S3Error::with_message(
                    S3ErrorCode::InternalError,
                    "the local service failed; its log says why",
                )
            }
        }
    }
}
