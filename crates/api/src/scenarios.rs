//! Scenarios: list, create, read, edit, delete.

use aws::scenarios::{Deleted, Filter, Stored, Summary, Updated};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::{RunId, ScenarioId, Timestamp, role::Role, run::Warning, said, scenario::Scenario};
use serde::Serialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::{
    App, check,
    extract::{Document, Id},
    header::{IfMatch, etag},
    page::{Page, Paging},
    problem::{Code, Problem},
    query::{FromQuery, Nothing, Parameters, Query},
    routes::{Access, Routes, routes},
    runs::RunEntry,
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(list))
        .at(Access::Least(Role::Operator), routes!(create))
        .at(Access::Least(Role::Viewer), routes!(get))
        .at(Access::Least(Role::Operator), routes!(put))
        .at(Access::Least(Role::Operator), routes!(delete))
}

/// A document may be written with as much white space again as it has content.
pub(crate) const BODY: usize = 4 * model::scenario::LARGEST;

/// A scenario and what is known of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScenarioView {
    pub scenario_id: ScenarioId,
    /// Counts the edits, from 1; what `If-Match` wants.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The run that is not over yet.
    #[schema(required)]
    pub active_run_id: Option<RunId>,
    /// The run that others are held against.
    #[schema(required)]
    pub baseline_run_id: Option<RunId>,
    /// What a run of it would warn of.
    pub warnings: Vec<Warning>,
    #[serde(flatten)]
    pub scenario: Scenario,
}

/// The fields that the server sets. A client may send back what it got: they are ignored.
const SET_BY_SERVER: [&str; 7] = [
    "scenarioId",
    "version",
    "createdAt",
    "updatedAt",
    "activeRunId",
    "baselineRunId",
    "warnings",
];

impl ScenarioView {
    fn of(stored: Stored, warnings: Vec<Warning>) -> Self {
        Self {
            scenario_id: stored.scenario_id,
            version: stored.version,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            active_run_id: stored.active_run_id,
            baseline_run_id: stored.baseline_run_id,
            warnings,
            scenario: stored.scenario,
        }
    }
}

/// A scenario as a list shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScenarioEntry {
    pub scenario_id: ScenarioId,
    pub version: u64,
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[schema(required)]
    pub active_run_id: Option<RunId>,
    #[schema(required)]
    pub baseline_run_id: Option<RunId>,
    #[schema(required)]
    pub last_run: Option<RunEntry>,
}

impl From<Summary> for ScenarioEntry {
    fn from(summary: Summary) -> Self {
        Self {
            scenario_id: summary.scenario_id,
            version: summary.version,
            name: summary.name,
            description: summary.description,
            tags: summary.tags,
            created_at: summary.created_at,
            updated_at: summary.updated_at,
            active_run_id: summary.active_run_id,
            baseline_run_id: summary.baseline_run_id,
            last_run: summary.last_run,
        }
    }
}

/// Which scenarios a list has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Exactly this tag.
    #[param(
        max_length = 50,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$",
        required = false,
        nullable = false
    )]
    tag: Option<String>,
    /// Somewhere in the name or the description, whatever the case.
    #[param(
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$",
        required = false,
        nullable = false
    )]
    q: Option<String>,
}

impl FromQuery for (Which, Paging) {
    fn read(parameters: &Parameters) -> Option<Self> {
        // An empty filter is what an empty field of a form sends: it filters nothing.
        let tag = parameters.line("tag", 50);
        let q = parameters.line("q", 100);
        let paging = Paging::read(parameters);
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let which = Which {
            tag: given(tag?),
            q: given(q?),
        };
        Some((which, paging?))
    }
}

/// Lists scenarios, newest first.
#[utoipa::path(
    get, path = "/scenarios", operation_id = "listScenarios", tag = "scenarios",
    params(Which, Paging),
    responses(
        (status = 200, description = "A page of scenarios", body = Page<ScenarioEntry>),
        (status = 422, description = "Not a cursor of this list"),
    )
)]
async fn list(
    State(app): State<App>,
    Query((which, paging)): Query<(Which, Paging)>,
) -> Result<Json<Page<ScenarioEntry>>, Problem> {
    let filter = Filter {
        tag: which.tag,
        query: which.q,
    };
    let page = app.gateways.scenarios.list(&filter, &paging.into()).await?;
    Ok(Json(Page::of(page)))
}

/// Creates a scenario. Everything that can be known to be wrong is refused now, script content included.
#[utoipa::path(
    post, path = "/scenarios", operation_id = "createScenario", tag = "scenarios",
    request_body = Scenario,
    responses(
        (status = 201, description = "The scenario", body = ScenarioView,
         headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its path"))),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a scenario that could run"),
    )
)]
async fn create(
    State(app): State<App>,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<Response, Problem> {
    let (scenario, warnings) = parse(&app, document).await?;
    let id = ScenarioId::new((app.ulid)());
    let stored = app.gateways.scenarios.put(id, &scenario, (app.clock)()).await?;
    let location =
        HeaderValue::from_str(&format!("{}/scenarios/{id}", crate::PREFIX)).expect("ids are visible ASCII");
    let headers = [(header::LOCATION, location), etag(stored.version)];
    Ok((
        StatusCode::CREATED,
        headers,
        Json(ScenarioView::of(stored, warnings)),
    )
        .into_response())
}

/// Reads a scenario.
#[utoipa::path(
    get, path = "/scenarios/{scenarioId}", operation_id = "getScenario", tag = "scenarios",
    params(("scenarioId" = ScenarioId, Path)),
    responses(
        (status = 200, description = "The scenario", body = ScenarioView,
         headers(("ETag" = String, description = "Its version"))),
        (status = 404, description = "No such scenario"),
    )
)]
async fn get(State(app): State<App>, Id(id): Id<ScenarioId>, _: Query<Nothing>) -> Result<Response, Problem> {
    let stored = app.gateways.scenarios.get(id).await?;
    versioned(&app, stored).await
}

/// Replaces a scenario, if it still has the version in `If-Match`.
#[utoipa::path(
    put, path = "/scenarios/{scenarioId}", operation_id = "putScenario", tag = "scenarios",
    params(
        ("scenarioId" = ScenarioId, Path),
        ("If-Match" = String, Header, description = "The version that was edited, in quotes", pattern = "^\"[0-9]{1,18}\"$"),
    ),
    request_body = Scenario,
    responses(
        (status = 200, description = "The scenario as it is now", body = ScenarioView,
         headers(("ETag" = String, description = "Its version"))),
        (status = 404, description = "No such scenario"), (status = 409, description = "It has another version"),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a scenario that could run"), (status = 428, description = "No `If-Match`"),
    )
)]
async fn put(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
    IfMatch(version): IfMatch,
    Document(document): Document<BODY>,
) -> Result<Response, Problem> {
    let (scenario, warnings) = parse(&app, document).await?;
    let now = (app.clock)();
    match app.gateways.scenarios.update(id, version, &scenario, now).await? {
        Updated::Updated(stored) => Ok(with_warnings(*stored, warnings)),
        Updated::Stale(current) => {
            let said = said!(
                "SCENARIO_CHANGED",
                "the scenario is at version {}; read it and edit it again",
                current
            );
            Err(Problem::new(Code::StaleVersion, said))
        }
    }
}

/// Deletes a scenario that is not running. Its runs and their results stay, under `/runs`, until they are deleted.
#[utoipa::path(
    delete, path = "/scenarios/{scenarioId}", operation_id = "deleteScenario", tag = "scenarios",
    params(("scenarioId" = ScenarioId, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "No such scenario"), (status = 409, description = "It is running"),
    )
)]
async fn delete(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
) -> Result<StatusCode, Problem> {
    match app.gateways.scenarios.delete(id).await? {
        Deleted::Deleted => Ok(StatusCode::NO_CONTENT),
        Deleted::ActiveRun(run) => Err(Problem::run_active(run)),
    }
}

/// A scenario with its version in the header `ETag`.
pub(crate) async fn versioned(app: &App, stored: Stored) -> Result<Response, Problem> {
    let warnings = check::warnings(app, &stored.scenario).await?;
    Ok(with_warnings(stored, warnings))
}

fn with_warnings(stored: Stored, warnings: Vec<Warning>) -> Response {
    ([etag(stored.version)], Json(ScenarioView::of(stored, warnings))).into_response()
}

async fn parse(app: &App, document: Value) -> Result<(Scenario, Vec<Warning>), Problem> {
    let scenario = read(document)?;
    let warnings = check::scenario(app, &scenario).await?;
    Ok((scenario, warnings))
}

/// Reads what a client wrote, without asking whether it could run.
pub(crate) fn read(mut document: Value) -> Result<Scenario, Problem> {
    if let Some(fields) = document.as_object_mut() {
        for name in SET_BY_SERVER {
            fields.remove(name);
        }
    }
    Ok(Scenario::parse(&document)?)
}
