//! What the pages of this machine may do with objects: read, upload, and see an upload's ETag.

use axum::{body::Body, response::Response};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

use crate::loopback;

const METHODS: [Method; 4] = [Method::GET, Method::PUT, Method::HEAD, Method::POST];
const METHODS_VALUE: HeaderValue = HeaderValue::from_static("GET, PUT, HEAD, POST");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("ETag, Content-Range, Content-Length, x-amz-request-id, x-amz-checksum-sha256");

/// Answers a browser that asks before it sends.
pub(crate) fn preflight(headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    let method = headers
        .get(ACCESS_CONTROL_REQUEST_METHOD)
        .and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    let (Some(origin), Some(true)) = (origin(headers), method.map(|method| METHODS.contains(&method))) else {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    };
    let allowed = response.headers_mut();
    if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        allowed.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    allowed.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS_VALUE);
    allowed.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    expose(allowed, origin);
    response
}

/// The origin of a page that may see the answer.
pub(super) fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    if loopback::has_loopback_origin(headers) {
        headers.get(ORIGIN).cloned()
    } else {
        None
    }
}

/// Lets a page of that origin see the answer.
pub(super) fn expose(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}
