//! A function's answer as an HTTP response.

use std::collections::BTreeMap;

use axum::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problem;

/// What a proxy integration must answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Output {
    status_code: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<Value>>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// Headers that belong to the connection between gateway and client.
const OF_CONNECTION: [HeaderName; 3] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
];

/// The response that the function described; 502 if it described none.
pub(super) fn response(output: Value) -> Result<Response, Problem> {
    let output: Output = serde_json::from_value(output).map_err(malformed)?;
    let mut headers = headers(&output)?;
    let body = match output.body {
        None => Vec::new(),
        Some(text) if output.is_base64_encoded == Some(true) => STANDARD.decode(text).map_err(malformed)?,
        Some(text) => text.into_bytes(),
    };
    if !body.is_empty() && !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(output.status_code).map_err(malformed)?;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Both sets of headers; where they name the same one, the set with several values counts.
fn headers(output: &Output) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    for (name, values) in output.multi_value_headers.iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(malformed)?;
        for value in values {
            headers.append(&name, header_value(value)?);
        }
    }
    for (name, value) in output.headers.iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(malformed)?;
        if !headers.contains_key(&name) {
            headers.insert(name, header_value(value)?);
        }
    }
    for name in OF_CONNECTION {
        headers.remove(name);
    }
    Ok(headers)
}

fn header_value(value: &Value) -> Result<HeaderValue, Problem> {
    match value {
        Value::String(text) => HeaderValue::from_str(text).map_err(malformed),
        Value::Bool(_) | Value::Number(_) => HeaderValue::from_str(&value.to_string()).map_err(malformed),
        _ => Err(malformed("a header's value is not plain")),
    }
}

fn malformed(cause: impl std::fmt::Display) -> Problem {
    Problem::hidden(
        StatusCode::BAD_GATEWAY,
        "the function's answer is malformed",
        cause,
    )
}
