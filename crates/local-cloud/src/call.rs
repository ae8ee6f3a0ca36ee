//! One AWS API call as it reaches a service: authenticated, with its region and its caller's role.

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use serde::{Serialize, de::DeserializeOwned};

/// A body that a service answers with: whole or streamed.
pub type Body = BoxBody<Bytes, std::io::Error>;

/// A request whose signature has been verified.
#[derive(Debug, Clone)]
pub struct Call {
    /// From the credential scope, so one port serves every region.
    pub region: String,
    /// The role that the access key stands for.
    pub role: String,
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// A call of this process itself, as what sets the services up makes it.
    pub fn internal(region: &str, operation: &str, input: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        if let Ok(target) = format!("Internal.{operation}").parse() {
            headers.insert("x-amz-target", target);
        }
        Self {
            region: region.to_owned(),
            role: "internal".to_owned(),
            method: Method::POST,
            uri: Uri::from_static("/"),
            headers,
            body: Bytes::from(input.to_string()),
        }
    }

    /// The operation of an `awsJson` call: what follows the dot in `X-Amz-Target`.
    pub fn operation(&self) -> &str {
        let target = self
            .headers
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        target.rsplit('.').next().unwrap_or("")
    }

    /// The input of an `awsJson` or `restJson` call; an empty body is an empty object.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|error| {
            Error::new(
                "SerializationException",
                format!("the request body does not fit: {error}"),
            )
        })
    }
}

/// An error as an AWS JSON service answers it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    pub status: StatusCode,
    /// The exception's name, such as `ResourceNotFoundException`.
    pub code: String,
    pub message: String,
}

impl Error {
    /// A client error (400).
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: code.into(),
            message: message.into(),
        }
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// A failure of our own (500); `detail` goes to the log, not to the caller.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        tracing::error!(%detail, "a local service failed");
        Self::new("InternalFailure", "the local service failed; its log says why")
            .status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What AWS answers to an operation that a service does not have.
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        tracing::warn!(service, operation, "this operation is not offered on one machine");
        Self::new(
            "UnknownOperationException",
            format!("{service} on one machine does not offer {operation}"),
        )
    }
}

/// The answer of an `awsJson` service.
pub fn json<T: Serialize>(result: Result<T, Error>) -> Response<Body> {
    let (status, code, body) = match result {
        Ok(value) => (StatusCode::OK, None, serde_json::to_vec(&value)),
        Err(error) => {
            let body = serde_json::json!({"__type": error.code, "message": error.message});
            (error.status, Some(error.code), serde_json::to_vec(&body))
        }
    };
    let mut response = Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amzn-requestid", ulid::Ulid::generate().to_string());
    if let Some(code) = code {
        response = response.header("x-amzn-errortype", code);
    }
    let body = body.expect("answers are plain data and serialise");
    response
        .body(whole(body))
        .expect("the parts of the answer are valid")
}

/// What an `awsJson` service answered, read back.
pub async fn outcome(response: Response<Body>) -> Result<serde_json::Value, Error> {
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(Error::internal)?
        .to_bytes();
    let value: serde_json::Value = serde_json::from_slice(&body).map_err(Error::internal)?;
    if status.is_success() {
        return Ok(value);
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(Error::new(text("__type"), text("message")).status(status))
}

/// A body that is all there.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}
