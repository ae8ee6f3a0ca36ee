//! The API under load: answers on loopback and counts every request that reaches it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use anyhow::Result;
use axum::{
    Router,
    extract::{Query, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde::Deserialize;

/// A server that lives as long as the test holds it.
pub struct Target {
    port: u16,
    counts: Arc<Mutex<Counts>>,
    server: tokio::task::JoinHandle<()>,
}

/// What reached the target.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub requests: u64,
    pub by_path: BTreeMap<String, u64>,
    /// The first request of each `X-Worker` header, and of those without one under an empty name.
    pub first: BTreeMap<String, SystemTime>,
    pub last: Option<SystemTime>,
}

impl Target {
    /// Paths: `/json`, `/slow?ms=`, `/error` (503), `/echo`, anything else 404.
    pub async fn start() -> Result<Self> {
        let counts = Arc::<Mutex<Counts>>::default();
        let router = Router::new()
            .route(
                "/json",
                any(|| async {
                    (
                        [("content-type", "application/json")],
                        r#"{"ok":true,"token":"t"}"#,
                    )
                }),
            )
            .route("/slow", get(slow))
            .route(
                "/error",
                any(|| async { (StatusCode::SERVICE_UNAVAILABLE, "no") }),
            )
            .route("/echo", any(|body: String| async move { body }))
            .layer(middleware::from_fn_with_state(Arc::clone(&counts), count));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the target failed: {error}");
            }
        });
        Ok(Self { port, counts, server })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn counts(&self) -> Counts {
        self.counts.lock().expect("no holder panics").clone()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Deserialize)]
struct Slow {
    ms: u64,
}

async fn slow(Query(slow): Query<Slow>) -> &'static str {
    tokio::time::sleep(Duration::from_millis(slow.ms)).await;
    "late"
}

async fn count(State(counts): State<Arc<Mutex<Counts>>>, request: Request, next: Next) -> Response {
    {
        let now = SystemTime::now();
        let worker = request
            .headers()
            .get("x-worker")
            .and_then(|name| name.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let mut counts = counts.lock().expect("no holder panics");
        counts.requests += 1;
        *counts.by_path.entry(request.uri().path().to_owned()).or_default() += 1;
        counts.first.entry(worker).or_insert(now);
        counts.last = Some(now);
    }
    next.run(request).await.into_response()
}
