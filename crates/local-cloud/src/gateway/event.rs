//! A request as the REST proxy integration gives it to a function.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::ACCOUNT;

/// `$default` is the stage that adds nothing to the path.
const STAGE: &str = "$default";
const API_ID: &str = "local";
const RESOURCE: &str = "/{proxy+}";

/// What authoriser and function are told alike.
pub(super) struct Context {
    pub method_arn: String,
    fields: Map<String, Value>,
}

impl Context {
    pub fn of(parts: &Parts, request_id: &str) -> Self {
        let now = Timestamp::now();
        let path = parts.uri.path();
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok());
        let fields = json!({
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "stage": STAGE,
            "resourceId": API_ID,
            "resourcePath": RESOURCE,
            "httpMethod": parts.method.as_str(),
            "path": path,
            "protocol": "HTTP/1.1",
            "domainName": host,
            "requestId": request_id,
            "extendedRequestId": request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "requestTimeEpoch": now.as_millisecond(),
            "identity": {"sourceIp": "127.0.0.1", "userAgent": user_agent},
        });
        let Value::Object(fields) = fields else {
            unreachable!("an object was written just above")
        };
        let method_arn = format!(
            "arn:aws:execute-api:us-east-1:{ACCOUNT}:{API_ID}/{STAGE}/{}{path}",
            parts.method
        );
        Self { method_arn, fields }
    }
}

/// The event for the function; `principal` is what the authoriser said.
pub(super) fn proxy(
    parts: &Parts,
    body: &Bytes,
    context: &Context,
    principal: Option<&Map<String, Value>>,
) -> Value {
    let mut event = request(parts, context);
    if let Some(principal) = principal {
        event["requestContext"]["authorizer"] = Value::Object(principal.clone());
    }
    let (body, is_base64_encoded) = match std::str::from_utf8(body) {
        Ok("") => (Value::Null, false),
        Ok(text) => (text.into(), false),
        Err(_) => (STANDARD.encode(body).into(), true),
    };
    event["body"] = body;
    event["isBase64Encoded"] = is_base64_encoded.into();
    event
}

/// What an authoriser of type `REQUEST` sees, and the function too.
pub(super) fn request(parts: &Parts, context: &Context) -> Value {
    let headers = forwarded(&parts.headers);
    let query = query(parts.uri.query().unwrap_or(""));
    let path = parts.uri.path();
    json!({
        "resource": RESOURCE,
        "path": path,
        "httpMethod": parts.method.as_str(),
        "headers": last_values(&headers),
        "multiValueHeaders": headers,
        "queryStringParameters": (!query.is_empty()).then(|| last_values(&query)),
        "multiValueQueryStringParameters": (!query.is_empty()).then_some(&query),
        "pathParameters": {"proxy": path.trim_start_matches('/')},
        "stageVariables": null,
        "requestContext": context.fields,
    })
}

/// The size of an event as a function gets it, in bytes.
pub(super) fn size(event: &Value) -> usize {
    serde_json::to_vec(event).map_or(usize::MAX, |bytes| bytes.len())
}

type MultiValue = BTreeMap<String, Vec<String>>;

/// The headers of the request, with those that a gateway adds; what a client claims in their place is dropped.
fn forwarded(headers: &HeaderMap) -> MultiValue {
    let mut all = MultiValue::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        all.entry(name.as_str().to_owned()).or_default().push(value);
    }
    all.insert("x-forwarded-for".into(), vec!["127.0.0.1".into()]);
    all.insert("x-forwarded-proto".into(), vec!["http".into()]);
    all
}

fn query(query: &str) -> MultiValue {
    let mut all = MultiValue::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        all.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    all
}

fn last_values(all: &MultiValue) -> BTreeMap<&str, &str> {
    all.iter()
        .filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
        .collect()
}
