//! The web console: the files of its build, and what this place says of itself.

use std::path::Path;

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{Html, Response},
    routing::get,
};
use serde_json::json;
use tower_http::services::{ServeDir, ServeFile};

/// Everything comes from this machine: the page, the API beside it, the live feed, and what is presigned for S3 on a port
/// of its own. Cloudscape and uPlot set styles on elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; worker-src 'self' blob:; manifest-src 'self'; \
                      connect-src 'self' http://127.0.0.1:* http://localhost:* ws://127.0.0.1:* ws://localhost:*; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Serves the build in `dist`. A path that is no file is a page of the console, which its own router knows.
pub fn router(dist: &Path) -> Router {
    let index = dist.join("index.html");
    let pages = if index.is_file() {
        Router::new()
            // A name with a digest never changes its content, and one that is gone is gone.
            .nest_service("/assets", ServeDir::new(dist.join("assets")))
            .fallback_service(ServeDir::new(dist).fallback(ServeFile::new(index)))
    } else {
        Router::new().fallback(|| async { Html(include_str!("no-console.html")) })
    };
    let config = get(|| async { Json(json!({"auth": "session"})) });
    Router::new()
        .route("/config.json", config)
        .merge(pages)
        .layer(middleware::from_fn(with_headers))
}

async fn with_headers(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let caching = if is_asset && response.status().is_success() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, caching),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::{body::Body, http::StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(router: &Router, path: &str) -> (StatusCode, String, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let caching = parts.headers[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        assert!(
            parts.headers.contains_key(header::CONTENT_SECURITY_POLICY),
            "{path}"
        );
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, String::from_utf8(body.to_vec()).unwrap(), caching)
    }

    #[tokio::test]
    async fn pages_are_answered_with_the_console_and_missing_assets_are_not() {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir(dist.path().join("assets")).unwrap();
        fs::write(dist.path().join("index.html"), "the page").unwrap();
        fs::write(dist.path().join("assets/a-1.js"), "code").unwrap();
        let router = router(dist.path());
        for page in ["/", "/runs/run_1", "/scenarios/new"] {
            let (status, body, caching) = ask(&router, page).await;
            assert_eq!(
                (status, body.as_str(), caching.as_str()),
                (StatusCode::OK, "the page", "no-cache"),
                "{page}"
            );
        }
        let (status, body, caching) = ask(&router, "/assets/a-1.js").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "code"));
        assert!(caching.contains("immutable"));
        let (status, _, caching) = ask(&router, "/assets/a-0.js").await;
        assert_eq!((status, caching.as_str()), (StatusCode::NOT_FOUND, "no-cache"));
        let (status, _, _) = ask(&router, "/assets/..%2f..%2findex.html").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(ask(&router, "/config.json").await.1.contains("session"));
    }

    #[tokio::test]
    async fn without_a_build_the_page_says_how_to_make_one() {
        let (status, body, _) = ask(&router(Path::new("/nowhere")), "/runs").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("scripts/up"));
    }
}
