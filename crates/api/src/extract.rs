//! Extractors of our own, so that whatever cannot be read is answered as a problem.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use http::{HeaderMap, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{Region, RunId, ScenarioId, ScriptId, said};
use serde_json::Value;

use crate::{
    json,
    problem::{Code, Problem},
};

/// A JSON body of at most `LIMIT` bytes.
pub(crate) struct Document<const LIMIT: usize>(pub Value);

impl<S: Sync, const LIMIT: usize> FromRequest<S> for Document<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = body(request, LIMIT).await?;
        if !is_json {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "send the body as application/json, in UTF-8",
            ));
        }
        json::parse(&bytes)
            .map(Self)
            .map_err(|detail| Problem::new(Code::Malformed, detail))
    }
}

/// A JSON body that may be left out or null, which is the same as an empty object.
pub(crate) struct OptionalDocument<const LIMIT: usize>(pub Value);

impl<S: Sync, const LIMIT: usize> FromRequest<S> for OptionalDocument<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = limited(body, LIMIT).await?;
        if bytes.is_empty() {
            return Ok(Self(Value::Object(serde_json::Map::new())));
        }
        let request = Request::from_parts(parts, bytes.into());
        match Document::<LIMIT>::from_request(request, state).await? {
            Document(Value::Null) => Ok(Self(Value::Object(serde_json::Map::new()))),
            Document(value) => Ok(Self(value)),
        }
    }
}

/// The ids in the path, each of which is refused as "nothing here" when it cannot be one.
pub(crate) struct Id<T>(pub T);

/// An id that stands in paths.
pub(crate) trait InPath: std::str::FromStr {
    /// The parameter in the route, such as `scenario_id`.
    const NAME: &'static str;
    /// What it is the id of.
    const NOUN: &'static str;
}

impl InPath for ScenarioId {
    const NAME: &'static str = "scenarioId";
    const NOUN: &'static str = "scenario";
}

impl InPath for RunId {
    const NAME: &'static str = "runId";
    const NOUN: &'static str = "run";
}

/// The second run of a path with two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate(pub RunId);

impl std::str::FromStr for Candidate {
    type Err = <RunId as std::str::FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl InPath for Candidate {
    const NAME: &'static str = "candidateId";
    const NOUN: &'static str = "run";
}

impl InPath for Region {
    const NAME: &'static str = "name";
    const NOUN: &'static str = "region";
}

impl InPath for ScriptId {
    const NAME: &'static str = "scriptId";
    const NOUN: &'static str = "script";
}

impl<S: Send + Sync, T: InPath> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::no_such(T::NOUN);
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| missing())?;
        params
            .iter()
            .find(|(name, _)| *name == T::NAME)
            .and_then(|(_, value)| value.parse().ok())
            .map(Self)
            .ok_or_else(missing)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    let json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    json && utf8
}

async fn body(request: Request, limit: usize) -> Result<Bytes, Problem> {
    limited(request.into_body(), limit).await
}

async fn limited(body: axum::body::Body, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(
            Code::TooLarge,
            said!("BODY_TOO_LARGE", "the body may have at most {} bytes here", limit),
        )),
        Err(error) => {
            tracing::warn!(%error, "a request's body could not be read");
            Err(Problem::new(Code::Malformed, "the body could not be read"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_media_types() {
        let judge = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            is_json(&headers)
        };
        assert!(judge("application/json"));
        assert!(judge("Application/JSON; charset=\"UTF-8\""));
        assert!(judge("application/merge-patch+json"));
        assert!(!judge("application/json; charset=latin1"));
        assert!(!judge("text/plain"));
        assert!(!judge("application/jsonx"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
