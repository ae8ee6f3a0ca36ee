//! Runs: history, one run, its note, its end.

mod create;
mod validation;

use aws::runs::HistoryFilter;
use axum::{Json, extract::State};
use http::StatusCode;
use model::{
    RunId, ScenarioId, Timestamp, field,
    role::Role,
    run::{Entry, Reason, Run, Stage, Status, Summary, Trigger, Warning, WorkerCounts},
    said,
    scenario::Scenario,
};
use serde::Serialize;
use utoipa::IntoParams;

use crate::{
    App,
    extract::{Document, Id},
    identity::Caller,
    page::{Page, Paging},
    problem::{Code, Problem},
    query::{FromQuery, Nothing, Parameters, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(of_scenario))
        .at(Access::Least(Role::Operator), routes!(create::create))
        .at(Access::Least(Role::Viewer), routes!(list))
        .at(Access::Least(Role::Viewer), routes!(get))
        .at(Access::Least(Role::Operator), routes!(patch))
        .at(Access::Least(Role::Operator), routes!(delete))
        .at(Access::Least(Role::Operator), routes!(cancel))
        .at(Access::Least(Role::Operator), routes!(validation::validate))
        .at(Access::Least(Role::Viewer), routes!(validation::get))
}

/// A run, from the request to its end.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunView {
    pub run_id: RunId,
    pub scenario_id: ScenarioId,
    pub status: Status,
    pub trigger: Trigger,
    #[schema(required)]
    pub note: Option<String>,
    /// The caller's own reference, such as a commit.
    #[serde(rename = "ref")]
    #[schema(required)]
    pub reference: Option<String>,
    /// Why it failed or was cancelled.
    #[schema(required)]
    pub reason: Option<Reason>,
    /// Some workers were lost, and enough delivered.
    pub degraded: bool,
    pub warnings: Vec<Warning>,
    pub pinned: bool,
    pub created_at: Timestamp,
    /// When the gates opened, or will.
    #[schema(required)]
    pub start_at: Option<Timestamp>,
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    pub stages: Vec<Stage>,
    pub workers: WorkerCounts,
    /// The headline figures, once the run has ended with results.
    #[schema(required)]
    pub summary: Option<Summary>,
    /// The scenario as it was, with the overrides of this run.
    pub scenario: Scenario,
    pub scenario_version: u64,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            run_id: run.run_id,
            scenario_id: run.scenario_id,
            status: run.status,
            trigger: run.trigger,
            note: run.note,
            reference: run.reference,
            reason: run.reason,
            degraded: run.degraded,
            warnings: run.warnings,
            pinned: run.pinned,
            created_at: run.created_at,
            start_at: run.start_at,
            ended_at: run.ended_at,
            stages: run.stages,
            workers: run.workers,
            summary: run.summary,
            scenario: run.scenario,
            scenario_version: run.scenario_version,
        }
    }
}

/// A run as a history lists it.
pub(crate) type RunEntry = Entry;

/// Which runs a history has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Any of these.
    #[param(
        value_type = Vec<Status>, style = Form, explode = false, min_items = 1, max_items = 9, required = false,
        nullable = false
    )]
    status: Vec<Status>,
    /// Created at this instant or later.
    #[param(value_type = String, format = DateTime, required = false, nullable = false)]
    from: Option<Timestamp>,
    /// Created before this instant.
    #[param(value_type = String, format = DateTime, required = false, nullable = false)]
    to: Option<Timestamp>,
}

impl FromQuery for (Which, Paging) {
    fn read(parameters: &Parameters) -> Option<Self> {
        let status = parameters.list("status", 9);
        let from = parameters.optional("from");
        let to = parameters.optional("to");
        let paging = Paging::read(parameters);
        let which = Which {
            status: status?,
            from: from?,
            to: to?,
        };
        Some((which, paging?))
    }
}

impl From<Which> for HistoryFilter {
    fn from(which: Which) -> Self {
        Self {
            statuses: which.status,
            from: which.from,
            to: which.to,
        }
    }
}

/// Lists the runs of one scenario, newest first.
#[utoipa::path(
    get, path = "/scenarios/{scenarioId}/runs", operation_id = "listScenarioRuns", tag = "runs",
    params(("scenarioId" = ScenarioId, Path), Which, Paging),
    responses(
        (status = 200, description = "A page of runs", body = Page<Entry>),
        (status = 404, description = "No such scenario"),
        (status = 422, description = "Not a cursor of this list"),
    )
)]
async fn of_scenario(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    Query((which, paging)): Query<(Which, Paging)>,
) -> Result<Json<Page<Entry>>, Problem> {
    app.gateways.scenarios.get(id).await?;
    let page = app
        .gateways
        .runs
        .of_scenario(id, &which.into(), &paging.into())
        .await?;
    Ok(Json(Page::of(page)))
}

/// Lists the runs of all scenarios, deleted ones included, newest first.
#[utoipa::path(
    get, path = "/runs", operation_id = "listRuns", tag = "runs",
    params(Which, Paging),
    responses(
        (status = 200, description = "A page of runs", body = Page<Entry>),
        (status = 422, description = "Not a cursor of this list"),
    )
)]
async fn list(
    State(app): State<App>,
    Query((which, paging)): Query<(Which, Paging)>,
) -> Result<Json<Page<Entry>>, Problem> {
    let page = app
        .gateways
        .runs
        .all(&which.into(), &paging.into(), (app.clock)())
        .await?;
    Ok(Json(Page::of(page)))
}

/// Reads a run as it is now.
#[utoipa::path(
    get, path = "/runs/{runId}", operation_id = "getRun", tag = "runs",
    params(("runId" = RunId, Path)),
    responses((status = 200, description = "The run", body = RunView), (status = 404, description = "No such run"))
)]
async fn get(State(app): State<App>, Id(id): Id<RunId>, _: Query<Nothing>) -> Result<Json<RunView>, Problem> {
    Ok(Json(app.gateways.runs.get(id).await?.into()))
}

/// What a person may change of a run; what is left out stays.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct RunPatch {
    /// Null removes it.
    #[schema(max_length = 2000)]
    note: Option<String>,
    #[schema(nullable = false)]
    pinned: Option<bool>,
}

const LONGEST_NOTE: usize = 2_000;
/// JSON may write each character of a note in twelve.
const PATCH_BODY: usize = 64 * 1024;

/// Changes a run's note, or whether it is pinned.
#[utoipa::path(
    patch, path = "/runs/{runId}", operation_id = "patchRun", tag = "runs",
    params(("runId" = RunId, Path)),
    request_body = RunPatch,
    responses(
        (status = 200, description = "The run as it is now", body = RunView),
        (status = 404, description = "No such run"), (status = 413, description = "Too large"),
        (status = 415, description = "Not JSON"), (status = 422, description = "Not a change that can be made"),
    )
)]
async fn patch(
    State(app): State<App>,
    Id(id): Id<RunId>,
    _: Query<Nothing>,
    Document(document): Document<PATCH_BODY>,
) -> Result<Json<RunView>, Problem> {
    let (note, pinned) = field::read(&document, |node| {
        let fields = node.object()?;
        let note = fields.optional("note", |node| node.text(0..=LONGEST_NOTE));
        let pinned = match document.get("pinned") {
            None => Some(None),
            // Unlike a note, this has no value to fall back to.
            Some(_) => fields.required("pinned", field::Node::boolean).map(Some),
        };
        fields.finish();
        Some((note?, pinned?))
    })?;
    let runs = &app.gateways.runs;
    if document.get("note").is_some() {
        runs.set_note(id, note.as_deref()).await?;
    }
    if let Some(pinned) = pinned {
        runs.set_pinned(id, pinned).await?;
    }
    Ok(Json(runs.get(id).await?.into()))
}

/// Deletes a run that is over, with everything that it stored. It can be repeated if it was broken off.
#[utoipa::path(
    delete, path = "/runs/{runId}", operation_id = "deleteRun", tag = "runs",
    params(("runId" = RunId, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "No such run"), (status = 409, description = "It is not over (`RUN_ACTIVE`), or the baseline of its scenario (`IS_BASELINE`)"),
    )
)]
async fn delete(State(app): State<App>, Id(id): Id<RunId>, _: Query<Nothing>) -> Result<StatusCode, Problem> {
    let run = app.gateways.runs.get(id).await?;
    if !run.status.is_terminal() {
        let said = said!(
            "RUN_NOT_OVER",
            "the run is {}; cancel it or wait for its end",
            run.status.as_str()
        );
        return Err(Problem::new(Code::RunActive, said).with_run(id));
    }
    match app.gateways.scenarios.get(run.scenario_id).await {
        Ok(scenario) if scenario.baseline_run_id == Some(id) => {
            let said = said!(
                "BASELINE_KEPT",
                "the run is the baseline of its scenario; choose another one, or none, before it is deleted"
            );
            return Err(Problem::new(Code::IsBaseline, said));
        }
        Ok(_) | Err(aws::Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    app.gateways
        .objects
        .delete_all(&aws::objects::keys::run(id))
        .await?;
    for traffic in &run.scenario.traffic {
        app.gateways.workers.delete(id, &traffic.region).await?;
    }
    // The run's own item goes last: as long as it is there, the call can be repeated.
    app.gateways.runs.delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a run; results so far are kept. A run that is over stays as it is.
#[utoipa::path(
    post, path = "/runs/{runId}/cancel", operation_id = "cancelRun", tag = "runs",
    params(("runId" = RunId, Path)),
    responses(
        (status = 202, description = "The run, which will end soon", body = RunView),
        (status = 404, description = "No such run"),
    )
)]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<RunId>,
    _: Query<Nothing>,
) -> Result<(StatusCode, Json<RunView>), Problem> {
    let mut run = app.gateways.runs.get(id).await?;
    let said = said!("CANCELLED_BY", "cancelled by {}", caller.principal);
    run.status = app.gateways.cancel(&run, said, (app.clock)()).await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}
