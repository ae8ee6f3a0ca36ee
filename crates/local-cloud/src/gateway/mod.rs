//! API Gateway: an HTTP front for a function behind an authoriser, and whatever else one address has to offer.
//!
//! `<prefix>/…` goes to the function as a REST proxy event, `/mqtt` to IoT Core, the rest to the caller's own router.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::any,
};
use http::{StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};

use crate::{
    iot::Iot,
    lambda::{InvokeError, Lambda, PAYLOAD_LIMIT},
    loopback,
};

mod answer;
mod authorizer;
mod event;
mod problem;

pub use authorizer::Authorizer;

use problem::Problem;

/// The largest request body, in bytes.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How long a function may take to answer.
pub const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);

/// What the gateway offers.
#[derive(Clone)]
pub struct Config {
    /// The path prefix of the API, such as `/api`.
    pub prefix: String,
    /// The function that answers the API.
    pub function: String,
    pub authorizer: Authorizer,
    /// Paths of the API that need no authorisation.
    pub public: Vec<String>,
    /// Runs before the authoriser: turns a session cookie into an `Authorization` header, for example.
    pub rewrite: Arc<dyn Fn(&mut Parts) + Send + Sync>,
    /// Answers what is not the API's.
    pub fallback: Router,
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            prefix,
            function,
            authorizer,
            public,
            ..
        } = self;
        write!(
            formatter,
            "Config({prefix} to {function}, {authorizer:?}, public: {public:?})"
        )
    }
}

#[derive(Clone)]
struct Gateway {
    config: Arc<Config>,
    lambda: Lambda,
    iot: Iot,
    /// What addresses of this gateway are signed for.
    hosts: Arc<[String]>,
}

/// The gateway on `port` as a router.
pub(crate) fn router(config: Config, lambda: Lambda, iot: Iot, port: u16) -> Router {
    let fallback = config.fallback.clone();
    let prefix = config.prefix.clone();
    let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
    let gateway = Gateway {
        config: Arc::new(config),
        lambda,
        iot,
        hosts: Arc::new(hosts),
    };
    Router::new()
        .route(&format!("{prefix}/{{*proxy}}"), any(serve_api))
        .route("/mqtt", any(serve_mqtt))
        .with_state(gateway)
        .fallback_service(fallback)
        .layer(middleware::from_fn(require_origin))
        .layer(middleware::from_fn(loopback::require_host))
}

/// Refuses what pages of other machines make a browser send.
async fn require_origin(request: Request, next: Next) -> Response {
    if loopback::has_loopback_origin(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!(origin = ?request.headers().get(http::header::ORIGIN), "refused a request of a foreign page");
        Problem::new(
            StatusCode::FORBIDDEN,
            "requests from pages of other sites are refused",
        )
        .respond()
    }
}

async fn serve_mqtt(State(gateway): State<Gateway>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    gateway.iot.connect(parts, &gateway.hosts).await
}

async fn serve_api(State(gateway): State<Gateway>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    (gateway.config.rewrite)(&mut parts);
    let request_id = ulid::Ulid::generate().to_string();
    match gateway.answer(&parts, body, &request_id).await {
        Ok(response) => response,
        Err(problem) => {
            let status = problem.status();
            if status.is_server_error() {
                tracing::error!(request_id, %status, method = %parts.method, path = parts.uri.path(), %problem, "the gateway failed");
            }
            problem.request_id(request_id).respond()
        }
    }
}

impl Gateway {
    async fn answer(&self, parts: &Parts, body: Body, request_id: &str) -> Result<Response, Problem> {
        let context = event::Context::of(parts, request_id);
        let principal = if self.config.public.iter().any(|path| path == parts.uri.path()) {
            None
        } else {
            Some(
                self.config
                    .authorizer
                    .authorize(&self.lambda, parts, &context)
                    .await?,
            )
        };
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                let detail = format!("the request body is larger than {BODY_LIMIT} bytes");
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
            }
            Err(_) => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "the request body ended early",
                ));
            }
        };
        let event = event::proxy(parts, &body, &context, principal.as_ref());
        if event::size(&event) > PAYLOAD_LIMIT {
            let detail = format!("the request is larger than {PAYLOAD_LIMIT} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        let invoked = tokio::time::timeout(
            INTEGRATION_TIMEOUT,
            self.lambda.invoke(&self.config.function, event),
        )
        .await;
        match invoked {
            Err(_) => Err(Problem::new(
                StatusCode::GATEWAY_TIMEOUT,
                "the endpoint request timed out",
            )),
            Ok(Ok(value)) => answer::response(value),
            Ok(Err(InvokeError::TooManyRequests(_))) => Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests are being answered; try again",
            )),
            Ok(Err(error)) => Err(Problem::hidden(
                StatusCode::BAD_GATEWAY,
                "the function failed",
                error,
            )),
        }
    }
}
