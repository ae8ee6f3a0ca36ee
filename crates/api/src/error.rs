//! What goes wrong inside, as a client is told of it: the one place where internal errors become problems.

use model::said;

use crate::problem::{Code, Problem};

impl From<aws::Error> for Problem {
    fn from(error: aws::Error) -> Self {
        match error {
            aws::Error::NotFound(_) => Self::new(
                Code::NotFound,
                said!("GONE", "this does not exist, or not any more"),
            ),
            aws::Error::InvalidCursor => {
                model::Problems::one("?cursor", said!("OTHER_CURSOR", "is not a cursor of this list")).into()
            }
            aws::Error::Conflict(_) => Self::new(
                Code::Conflict,
                said!(
                    "CHANGED_MEANWHILE",
                    "another request changed this meanwhile; try again"
                ),
            ),
            aws::Error::Throttled(_) => {
                tracing::warn!(error = chain(&error), "a service throttled us");
                Self::new(Code::TooManyRequests, "slow down and try again")
            }
            aws::Error::Unavailable(_) => {
                tracing::error!(error = chain(&error), "a service is unavailable");
                Self::new(Code::Unavailable, "try again in a moment")
            }
            other => internal(&other),
        }
    }
}

impl From<model::Problems> for Problem {
    fn from(problems: model::Problems) -> Self {
        let said = match problems.0.len() {
            1 => said!("FIELD_WRONG", "one field is not as it must be"),
            count => said!("FIELDS_WRONG", "{} fields are not as they must be", count),
        };
        Self::new(Code::Invalid, said).with_errors(problems.0)
    }
}

/// A failure of our own: the log has its words, the client an id to quote.
pub(crate) fn internal(error: &dyn std::error::Error) -> Problem {
    tracing::error!(error = chain(error), "a request failed");
    Problem::new(
        Code::Internal,
        "the request could not be served; quote requestId when you ask for help",
    )
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
