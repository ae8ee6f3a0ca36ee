//! The run of a scenario that others are held against.

use axum::{extract::State, response::Response};
use http::StatusCode;
use model::{
    RunId, ScenarioId,
    field::{self, Said},
    role::Role,
    run::Status,
    said,
};

use crate::{
    App,
    extract::{Document, Id},
    problem::{Code, Problem},
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
    scenarios::{self, ScenarioView},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Operator), routes!(put))
        .at(Access::Least(Role::Operator), routes!(delete))
}

/// The run to hold others against.
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct Baseline {
    run_id: RunId,
}

const BODY: usize = 4 * 1024;

/// Makes a completed run of the scenario its baseline. The scenario's version stays.
#[utoipa::path(
    put, path = "/scenarios/{scenarioId}/baseline", operation_id = "putBaseline", tag = "scenarios",
    params(("scenarioId" = ScenarioId, Path)),
    request_body = Baseline,
    responses(
        (status = 200, description = "The scenario as it is now", body = ScenarioView,
         headers(("ETag" = String, description = "Its version"))),
        (status = 404, description = "No such scenario"),
        (status = 409, description = "The run is not over (`NOT_COLLECTED`)"),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a completed run of this scenario that has results"),
    )
)]
async fn put(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<Response, Problem> {
    let run_id: RunId = field::read(&document, |node| {
        let fields = node.object()?;
        let run_id = fields.required("runId", |node| node.parsed_as("NOT_RUN_ID"));
        fields.finish();
        run_id
    })?;
    app.gateways.scenarios.get(id).await?;
    let unfit = |said: Said| Err(model::Problems::one("/runId", said).into());
    let run = match app.gateways.runs.get(run_id).await {
        Ok(run) if run.scenario_id == id => run,
        Ok(_) | Err(aws::Error::NotFound(_)) => {
            return unfit(said!("RUN_OF_OTHER_SCENARIO", "is not a run of this scenario"));
        }
        Err(error) => return Err(error.into()),
    };
    if !run.status.is_terminal() {
        let status = run.status.as_str();
        let said = said!("WAIT_FOR_END", "{} is {}; wait for its end", run_id, status);
        return Err(Problem::new(Code::NotCollected, said));
    }
    if run.status != Status::Completed || run.summary.is_none() {
        return unfit(said!(
            "NO_BASELINE",
            "is {}; a baseline is a completed run with results",
            run.status.as_str()
        ));
    }
    let stored = app.gateways.scenarios.set_baseline(id, run_id).await?;
    scenarios::versioned(&app, stored).await
}

/// Leaves the scenario without a baseline. The run stays.
#[utoipa::path(
    delete, path = "/scenarios/{scenarioId}/baseline", operation_id = "deleteBaseline", tag = "scenarios",
    params(("scenarioId" = ScenarioId, Path)),
    responses((status = 204, description = "There is none"), (status = 404, description = "No such scenario"))
)]
async fn delete(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
) -> Result<StatusCode, Problem> {
    app.gateways.scenarios.remove_baseline(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
