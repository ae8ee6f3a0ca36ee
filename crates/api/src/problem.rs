//! RFC 9457 problem details: the one shape of every refusal.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::{RunId, field::Said, said};
use serde::Serialize;

/// What kind of problem it is, for programs; `type` is its URN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The request cannot be read: its JSON, its query or a header.
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    /// The run has ended and left no results.
    NoResults,
    MethodNotAllowed,
    /// A run of the scenario is active; `runId` names it.
    RunActive,
    /// The document was changed since the version in `If-Match`.
    StaleVersion,
    /// The run is its scenario's baseline.
    IsBaseline,
    /// The results are not there yet.
    NotCollected,
    /// The idempotency key was used with another body.
    IdempotencyKeyReused,
    /// Somebody else changed the same thing at the same time.
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    /// The request can be read, and asks for something that cannot be; `errors` lists all of it.
    Invalid,
    /// `If-Match` is missing.
    PreconditionRequired,
    TooManyRequests,
    Internal,
    /// A service that the product stands on does not answer.
    Unavailable,
}

impl Code {
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoResults => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RunActive
            | Self::StaleVersion
            | Self::IsBaseline
            | Self::NotCollected
            | Self::IdempotencyKeyReused
            | Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be read",
            Self::Unauthenticated => "Authentication is required",
            Self::Forbidden => "Your role does not allow this",
            Self::NotFound => "There is nothing here",
            Self::NoResults => "The run left no results",
            Self::MethodNotAllowed => "The method is not offered here",
            Self::RunActive => "A run is active",
            Self::StaleVersion => "The document was changed meanwhile",
            Self::IsBaseline => "The run is a baseline",
            Self::NotCollected => "The results are not there yet",
            Self::IdempotencyKeyReused => "The idempotency key was used for another request",
            Self::Conflict => "The request met another one",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedMediaType => "The media type is not supported",
            Self::Invalid => "The request asks for something that cannot be",
            Self::PreconditionRequired => "A precondition is required",
            Self::TooManyRequests => "Too many requests",
            Self::Internal => "Something went wrong on our side",
            Self::Unavailable => "A service does not answer at the moment",
        }
    }
}

/// The body of every answer with a status of 400 or more.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProblemDetails)]
pub struct Problem {
    /// `urn:oleada:problem:` and the code in kebab case.
    #[serde(rename = "type")]
    #[schema(example = "urn:oleada:problem:invalid")]
    pub type_uri: String,
    /// Absent where a gateway refused before the product was asked.
    #[schema(required = false)]
    pub code: Code,
    pub title: &'static str,
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time and what to do.
    pub detail: String,
    /// Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub words: Option<String>,
    /// What `detail` names besides, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub values: Vec<String>,
    /// Every part of the request that is wrong. A pointer is a JSON pointer into the body, or `?` and the name of a
    /// query parameter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<model::Problem>,
    /// With `RUN_ACTIVE`: the run that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub run_id: Option<RunId>,
    /// What to quote when asking for help; also in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: Code, said: impl Into<Said>) -> Self {
        let said = said.into();
        let name = serde_json::to_value(code).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
        Self {
            type_uri: format!("urn:oleada:problem:{}", name.to_lowercase().replace('_', "-")),
            code,
            title: code.title(),
            status: code.status().as_u16(),
            detail: said.detail,
            words: said.code,
            values: said.values,
            errors: Vec::new(),
            run_id: None,
            request_id: None,
        }
    }

    /// There is nothing with this id, or not any more.
    pub(crate) fn no_such(noun: &str) -> Self {
        Self::new(Code::NotFound, said!("NO_SUCH", "there is no such {}", noun))
    }

    /// A run stands in the way of what is to be done with its scenario.
    pub(crate) fn run_active(run: RunId) -> Self {
        let said = said!(
            "SCENARIO_RUNS",
            "{} of this scenario is not over; cancel it or wait for its end",
            run
        );
        Self::new(Code::RunActive, said).with_run(run)
    }

    pub(crate) fn with_errors(self, errors: Vec<model::Problem>) -> Self {
        Self { errors, ..self }
    }

    pub(crate) fn with_run(self, run: RunId) -> Self {
        Self {
            run_id: Some(run),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    /// The problem also stays in the response's extensions, for the layer that knows the request's id.
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self.code {
            Code::TooManyRequests | Code::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            Code::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_the_code() {
        let problem = Problem::new(Code::RunActive, "a run is active");
        assert_eq!(problem.type_uri, "urn:oleada:problem:run-active");
        assert_eq!(problem.status, 409);
    }
}
