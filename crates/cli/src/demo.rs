//! A target to try load on, so that a new user can press Run within a minute.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest that `/demo/slow` waits: the gateway would give up soon after.
const SLOWEST_MS: u64 = 20_000;

/// `/demo/json`, `/demo/slow?ms=` and `/demo/error?rate=`, for any method.
pub fn router() -> Router {
    Router::new()
        .route(
            "/demo/json",
            any(|| async { Json(json!({"ok": true, "message": "hello from the demo target"})) }),
        )
        .route("/demo/slow", any(slow))
        .route("/demo/error", any(error))
}

#[derive(Deserialize)]
struct Slow {
    #[serde(default = "half_a_second")]
    ms: u64,
}

fn half_a_second() -> u64 {
    500
}

async fn slow(Query(slow): Query<Slow>) -> Json<Value> {
    let ms = slow.ms.min(SLOWEST_MS);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    Json(json!({"ok": true, "waitedMs": ms}))
}

#[derive(Deserialize)]
struct Failing {
    #[serde(default = "half")]
    rate: f64,
}

fn half() -> f64 {
    0.5
}

async fn error(Query(failing): Query<Failing>) -> Response {
    if rand::random::<f64>() < failing.rate {
        let body = Json(json!({"ok": false, "message": "this failure was asked for"}));
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    } else {
        Json(json!({"ok": true})).into_response()
    }
}
