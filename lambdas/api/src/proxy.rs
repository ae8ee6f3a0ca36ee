//! REST proxy events as HTTP requests, and HTTP responses as proxy answers.
//!
//! Written out rather than taken from `lambda_http`, which panics on host names and encodings that a client can send.

use std::collections::BTreeMap;

use api::identity::Caller;
use axum::{
    body::{self, Body},
    extract::Request,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Method, Uri};
use model::role::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event that no gateway sends, or an answer that cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not a proxy event")]
    NotAnEvent(#[from] serde_json::Error),
    #[error("the event's body is not base64")]
    Body(#[from] base64::DecodeError),
    #[error("the answer's body broke off")]
    Answer(#[from] axum::Error),
}

/// What is read of an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    http_method: String,
    /// Without the stage.
    path: String,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(default)]
    request_context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    authorizer: Option<Authorizer>,
}

/// What the function `authorize` said; nothing on public routes.
#[derive(Debug, Deserialize)]
struct Authorizer {
    principal: Option<String>,
    role: Option<Role>,
}

impl Event {
    pub fn request_id(&self) -> Option<String> {
        self.request_context.request_id.clone()
    }

    pub fn caller(&self) -> Option<Caller> {
        let authorizer = self.request_context.authorizer.as_ref()?;
        Some(Caller {
            principal: authorizer.principal.clone()?,
            role: authorizer.role?,
        })
    }

    /// The request, or `None` when its method or path cannot stand in one.
    pub fn into_request(self) -> Result<Option<Request>, Error> {
        let (Ok(method), Ok(uri)) = (self.http_method.parse::<Method>(), self.uri().parse::<Uri>()) else {
            return Ok(None);
        };
        let body = match self.body {
            Some(text) if self.is_base64_encoded => STANDARD.decode(text)?,
            Some(text) => text.into_bytes(),
            None => Vec::new(),
        };
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        for (name, values) in self.multi_value_headers.unwrap_or_default() {
            let Ok(name) = name.parse::<HeaderName>() else {
                continue;
            };
            for value in values {
                if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                    request.headers_mut().append(name.clone(), value);
                }
            }
        }
        Ok(Some(request))
    }

    /// The gateway decodes the query, and may decode the path: both are encoded again.
    fn uri(&self) -> String {
        let mut uri = String::new();
        for byte in self.path.bytes() {
            match byte {
                b'?' | b'#' | 0..=b' ' | 127.. => uri.push_str(&format!("%{byte:02X}")),
                _ => uri.push(char::from(byte)),
            }
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, values) in self.multi_value_query_string_parameters.iter().flatten() {
            for value in values {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            uri
        } else {
            format!("{uri}?{query}")
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    multi_value_headers: BTreeMap<String, Vec<String>>,
    body: String,
    is_base64_encoded: bool,
}

/// The answer as the gateway takes it.
pub(crate) async fn answer(response: Response) -> Result<Value, Error> {
    let (parts, body) = response.into_parts();
    let bytes = body::to_bytes(body, usize::MAX).await?;
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str().to_owned()).or_default().push(value);
    }
    let (body, is_base64_encoded) = match String::from_utf8(bytes.to_vec()) {
        Ok(text) => (text, false),
        Err(error) => (STANDARD.encode(error.as_bytes()), true),
    };
    Ok(serde_json::to_value(Answer {
        status_code: parts.status.as_u16(),
        multi_value_headers: headers,
        body,
        is_base64_encoded,
    })?)
}

/// The answer to a request whose method or path is beyond HTTP.
pub(crate) fn unreadable() -> serde_json::Result<Value> {
    serde_json::to_value(Answer {
        status_code: 400,
        multi_value_headers: BTreeMap::new(),
        body: String::new(),
        is_base64_encoded: false,
    })
}
