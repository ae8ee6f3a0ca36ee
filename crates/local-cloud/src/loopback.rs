//! Only this machine may talk to the host, and only pages that this machine serves.
//!
//! A page of a foreign site can make a browser send requests to 127.0.0.1, under its own origin or, with a name that
//! it points at 127.0.0.1, under a foreign host. Both headers betray it.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

/// Refuses requests that name a foreign `Host`.
pub async fn require_host(request: Request, next: Next) -> Response {
    if has_loopback_host(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!(host = ?request.headers().get(header::HOST), "refused a request for a foreign host");
        (
            StatusCode::MISDIRECTED_REQUEST,
            "this host answers on loopback only\n",
        )
            .into_response()
    }
}

/// Whether the request names a loopback host, with any port.
pub fn has_loopback_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => is_loopback(host),
        _ => false,
    }
}

/// Whether the request comes from a page of this machine, or from no page at all.
pub fn has_loopback_origin(headers: &HeaderMap) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or("");
        let authority = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(is_loopback)
    })
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => match bracketed.split_once(']') {
            Some((host, port)) if port.is_empty() || port.strip_prefix(':').is_some_and(is_port) => host,
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) if is_port(port) => host,
            Some(_) => return false,
            None => authority,
        },
    };
    let host = host.to_ascii_lowercase();
    matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") || host.ends_with(".localhost")
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_names_with_any_port() {
        for name in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:9",
            "bucket.localhost:4566",
        ] {
            assert!(is_loopback(name), "{name}");
        }
        for name in [
            "",
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com",
            "127.0.0.1:x",
            "a@localhost:1:2",
            "[::1]x",
        ] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
