//! What answers here, who asks, and the document of the API.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use model::{Region, Timestamp, role::Role, workload::Engine};
use serde::Serialize;

use crate::{
    App,
    identity::Caller,
    intake, openapi,
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(me))
        .at(Access::Least(Role::Viewer), routes!(system))
        .at(Access::Public, routes!(document))
}

/// The caller.
#[derive(Serialize, utoipa::ToSchema)]
struct Me {
    /// `person:` and a name, or `token:` and a token's id.
    #[schema(example = "token:tok_01KAR8Z6VBN6E1CT9W2QK0H3FM")]
    principal: String,
    role: Role,
}

/// Says who the caller is and what they may do.
#[utoipa::path(
    get, path = "/me", operation_id = "getMe", tag = "system",
    responses((status = 200, description = "The caller", body = Me))
)]
async fn me(caller: Caller, _: Query<Nothing>) -> Json<Me> {
    Json(Me {
        principal: caller.principal,
        role: caller.role,
    })
}

/// What answers here.
#[derive(Serialize, utoipa::ToSchema)]
struct System {
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The server's clock.
    time: Timestamp,
    /// Where scenarios and results are kept. Workers run in the regions that are on offer, of which it need not be one.
    hub: Region,
    engines: Vec<Engine>,
    limits: Limits,
}

/// The bounds that an editor wants to know.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Limits {
    workers_per_region: u64,
    users_per_worker: u64,
    upload_bytes: u64,
    scenario_bytes: usize,
}

/// Says which version answers, what time it is there, and what its limits are.
#[utoipa::path(
    get, path = "/system", operation_id = "getSystem", tag = "system",
    responses((status = 200, description = "The system", body = System))
)]
async fn system(State(app): State<App>, _: Query<Nothing>) -> Json<System> {
    Json(System {
        version: env!("CARGO_PKG_VERSION"),
        time: (app.clock)(),
        hub: app.gateways.hub.clone(),
        engines: vec![Engine::Jmeter],
        limits: Limits {
            workers_per_region: model::traffic::MOST_WORKERS,
            users_per_worker: model::traffic::MOST_USERS,
            upload_bytes: intake::LARGEST,
            scenario_bytes: model::scenario::LARGEST,
        },
    })
}

/// Answers this document. It needs no token: it is the same for everyone, and no secret.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "system",
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
async fn document(_: Query<Nothing>) -> Result<Response, Problem> {
    let content_type = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, content_type)], openapi::CHECKED_IN).into_response())
}
