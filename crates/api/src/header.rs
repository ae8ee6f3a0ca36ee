//! Request headers that mean something here.

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};

use crate::problem::{Code, Problem};

/// `If-Match` with the version that an edit starts from.
pub(crate) struct IfMatch(pub u64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(text) = single(&parts.headers, &header::IF_MATCH)? else {
            return Err(Problem::new(
                Code::PreconditionRequired,
                "send the version that you edited as `If-Match: \"<version>\"`, as GET gave it in ETag",
            ));
        };
        let version = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok());
        version.map(Self).ok_or_else(|| {
            Problem::new(
                Code::Malformed,
                "the header If-Match must be one version in quotes, such as \"3\"",
            )
        })
    }
}

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).expect("digits and quotes are valid");
    (header::ETAG, value)
}

/// `Idempotency-Key`: a repeated request with the same key counts once.
pub(crate) struct IdempotencyKey(pub Option<String>);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 128;

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = single(&parts.headers, &IDEMPOTENCY_KEY)? else {
            return Ok(Self(None));
        };
        if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|b| b.is_ascii_graphic()) {
            let detail = format!(
                "the header Idempotency-Key must have between 1 and {LONGEST_KEY} visible ASCII characters"
            );
            return Err(Problem::new(Code::Malformed, detail));
        }
        Ok(Self(Some(key.to_owned())))
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new(
            Code::Malformed,
            format!("the header {name} must be given once"),
        ));
    }
    // What is not visible ASCII cannot be right in any of these headers; an empty text fails their own checks.
    Ok(first.map(|value| value.to_str().unwrap_or_default()))
}
