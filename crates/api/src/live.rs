//! The live feed of a run: how to subscribe to it.

use axum::{Json, extract::State};
use model::{RunId, Timestamp, role::Role};
use serde::Serialize;

use crate::{
    App,
    extract::Id,
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.at(Access::Least(Role::Viewer), routes!(get))
}

/// How to read the live feed: an MQTT 3.1.1 subscription to one topic, over WebSocket.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct LiveView {
    protocol: Protocol,
    /// Signed: connect to it as it is, soon.
    url: String,
    #[schema(example = "oleada/runs/run_01KAR8Z6VBN6E1CT9W2QK0H3FM/live")]
    topic: String,
    /// The client must use this one.
    client_id: String,
    #[schema(required)]
    username: Option<String>,
    #[schema(required)]
    password: Option<String>,
    /// Ask again for a connection after this.
    expires_at: Timestamp,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Mqtt,
}

/// Answers how to subscribe to the run's live figures.
#[utoipa::path(
    get, path = "/runs/{runId}/live", operation_id = "getLive", tag = "results",
    params(("runId" = RunId, Path)),
    responses(
        (status = 200, description = "How to subscribe", body = LiveView),
        (status = 404, description = "No such run"),
    )
)]
async fn get(
    State(app): State<App>,
    Id(id): Id<RunId>,
    _: Query<Nothing>,
) -> Result<Json<LiveView>, Problem> {
    app.gateways.runs.get(id).await?;
    let client = (app.ulid)().random() as u64;
    let address = app.gateways.live.subscription(id, client, (app.clock)()).await?;
    Ok(Json(LiveView {
        protocol: Protocol::Mqtt,
        url: address.url,
        topic: address.topic,
        client_id: address.client_id,
        username: None,
        password: None,
        expires_at: address.expires_at,
    }))
}
