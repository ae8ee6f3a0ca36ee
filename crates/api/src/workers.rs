//! The workers of a run: their records, their logs, what they left behind.

use aws::objects::keys;
use axum::{Json, extract::State, response::Response};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    Region, RunId, Timestamp,
    plan::Plan,
    role::Role,
    run::Run,
    said,
    worker::{Exit, State as WorkerState, Worker},
};
use serde::Serialize;
use utoipa::IntoParams;

use crate::{
    App,
    answer::{self, Elsewhere},
    extract::Id,
    page::Page,
    problem::Problem,
    query::{FromQuery, Nothing, Parameters, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(list))
        .at(Access::Least(Role::Viewer), routes!(logs))
        .at(Access::Least(Role::Viewer), routes!(artifacts))
}

/// One worker of a run.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct WorkerView {
    region: Region,
    /// 0-based over the whole run.
    worker: u32,
    state: WorkerState,
    #[schema(required)]
    ready_at: Option<Timestamp>,
    /// Gate opened − `startAt`.
    #[schema(required)]
    start_skew_ms: Option<i64>,
    /// As a share of what it was given.
    #[schema(required)]
    cpu: Option<f64>,
    virtual_users: u32,
    requests: u64,
    failures: u64,
    #[schema(required)]
    exit: Option<Exit>,
}

impl From<Worker> for WorkerView {
    fn from(worker: Worker) -> Self {
        Self {
            region: worker.region,
            worker: worker.index,
            state: worker.state,
            ready_at: worker.ready_at,
            start_skew_ms: worker.start_skew_ms,
            cpu: worker.progress.cpu,
            virtual_users: worker.progress.virtual_users,
            requests: worker.progress.requests,
            failures: worker.progress.failures,
            exit: worker.exit,
        }
    }
}

/// A list of up to thousands, or where it lies.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document describes the answer by it")]
enum WorkersAnswer {
    Here(Page<WorkerView>),
    Elsewhere(Elsewhere),
}

/// Lists all workers of a run, by region and number. They are kept for nine days.
#[utoipa::path(
    get, path = "/runs/{runId}/workers", operation_id = "listWorkers", tag = "runs",
    params(("runId" = RunId, Path)),
    responses(
        (status = 200, description = "The workers", body = WorkersAnswer),
        (status = 404, description = "No such run"),
    )
)]
async fn list(State(app): State<App>, Id(id): Id<RunId>, _: Query<Nothing>) -> Result<Response, Problem> {
    let run = app.gateways.runs.get(id).await?;
    let workers: Vec<WorkerView> = of_run(&app, &run).await?.into_iter().map(Into::into).collect();
    answer::json(&app, id, &Page::whole(workers)).await
}

/// Regions that are asked for at the same time.
const REGIONS_AT_ONCE: usize = 8;

async fn of_run(app: &App, run: &Run) -> Result<Vec<Worker>, Problem> {
    let ask = |region: Region| async move { app.gateways.workers.of_region(run.run_id, &region).await };
    let regions: Vec<Region> = run
        .scenario
        .traffic
        .iter()
        .map(|traffic| traffic.region.clone())
        .collect();
    let regions: Vec<Vec<Worker>> = stream::iter(regions)
        .map(ask)
        .buffered(REGIONS_AT_ONCE)
        .try_collect()
        .await?;
    Ok(regions.into_iter().flatten().collect())
}

/// Which lines of which worker.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Lines {
    /// The worker's number.
    #[param(minimum = 0, maximum = 29_999)]
    worker: u32,
    /// How many lines a page has at most.
    #[param(minimum = 1, maximum = 1_000, default = 500, required = false)]
    limit: usize,
    #[param(
        min_length = 1,
        max_length = 1000,
        pattern = "^[A-Za-z0-9_/+=.-]+$",
        required = false,
        nullable = false
    )]
    cursor: Option<String>,
}

impl FromQuery for Lines {
    fn read(parameters: &Parameters) -> Option<Self> {
        let worker = match parameters.integer("worker", 0..=29_999) {
            Some(None) => parameters.problem("worker", said!("REQUIRED", "is required")),
            given => given.flatten(),
        };
        let limit = parameters.integer("limit", 1..=1_000);
        let cursor = parameters.cursor();
        Some(Self {
            worker: u32::try_from(worker?).ok()?,
            limit: usize::try_from(limit?.unwrap_or(500)).ok()?,
            cursor: cursor?,
        })
    }
}

/// One line of a worker's log.
#[derive(Serialize, utoipa::ToSchema)]
struct Line {
    at: Timestamp,
    text: String,
}

/// Reads a worker's log, oldest first. `nextCursor` is there at the end too: more may come.
#[utoipa::path(
    get, path = "/runs/{runId}/logs", operation_id = "getLogs", tag = "runs",
    params(("runId" = RunId, Path), Lines),
    responses(
        (status = 200, description = "Lines; none while the worker has not written any", body = Page<Line>),
        (status = 404, description = "No such run, or no such worker in it"),
        (status = 422, description = "Not a cursor of this log"),
    )
)]
async fn logs(
    State(app): State<App>,
    Id(id): Id<RunId>,
    Query(asked): Query<Lines>,
) -> Result<Json<Page<Line>>, Problem> {
    let run = app.gateways.runs.get(id).await?;
    let plan = Plan::new(&run.scenario);
    let region = plan
        .region_of(asked.worker)
        .ok_or_else(|| aws::Error::NotFound(format!("worker {} of {id}", asked.worker)))?;
    let worker = match app.gateways.workers.get(id, &region.region, asked.worker).await {
        // It was not launched yet, or was forgotten.
        Err(aws::Error::NotFound(_)) => return Ok(Json(Page::whole(Vec::new()))),
        worker => worker?,
    };
    let Some(assignment) = worker.assignment else {
        return Ok(Json(Page::whole(Vec::new())));
    };
    let site = app.gateways.settings.site(&region.region).await?;
    let read = app
        .gateways
        .logs
        .lines(&site, &assignment.task_arn, asked.cursor, asked.limit)
        .await?;
    let lines = read.lines.into_iter().map(|line| Line {
        at: line.at,
        text: line.text,
    });
    Ok(Json(Page {
        items: lines.collect(),
        next_cursor: read.next_cursor,
    }))
}

/// A file that a worker left behind.
#[derive(Serialize, utoipa::ToSchema)]
struct Artifact {
    region: Region,
    worker: u32,
    /// Such as `kpi.jtl.gz`: the raw samples.
    name: String,
    /// In bytes.
    size: u64,
    /// Good for 15 minutes.
    url: String,
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document describes the answer by it")]
enum ArtifactsAnswer {
    Here(Page<Artifact>),
    Elsewhere(Elsewhere),
}

/// Lists what the workers of a run left behind, with links to download it.
#[utoipa::path(
    get, path = "/runs/{runId}/artifacts", operation_id = "listArtifacts", tag = "runs",
    params(("runId" = RunId, Path)),
    responses(
        (status = 200, description = "The files", body = ArtifactsAnswer),
        (status = 404, description = "No such run"),
    )
)]
async fn artifacts(
    State(app): State<App>,
    Id(id): Id<RunId>,
    _: Query<Nothing>,
) -> Result<Response, Problem> {
    let run = app.gateways.runs.get(id).await?;
    let workers = Plan::new(&run.scenario)
        .regions
        .into_iter()
        .flat_map(|part| part.indices().map(move |worker| (part.region.clone(), worker)));
    let of_worker = |(region, worker)| left_by(&app, id, region, worker);
    let items: Vec<Vec<Artifact>> = stream::iter(workers)
        .map(of_worker)
        .buffered(LISTED_AT_ONCE)
        .try_collect()
        .await?;
    answer::json(&app, id, &Page::whole(items.into_iter().flatten().collect())).await
}

/// Workers whose artifacts are listed at the same time.
const LISTED_AT_ONCE: usize = 32;

/// One worker's artifacts, by name. Beside them lie its segments, two for each minute of the load, which are not looked at;
/// and its record is forgotten before its artifacts are.
async fn left_by(app: &App, id: RunId, region: Region, worker: u32) -> Result<Vec<Artifact>, Problem> {
    let (objects, now) = (&app.gateways.objects, (app.clock)());
    let folder = keys::artifacts(id, &region, worker);
    let mut artifacts = Vec::new();
    for object in objects.list(&folder).await? {
        let name = object.key[folder.len()..].to_owned();
        let file_name = format!("{region}-{worker}-{name}");
        let link = objects
            .presigned_get(&object.key, Some(&file_name), answer::VALID, now)
            .await?;
        artifacts.push(Artifact {
            region: region.clone(),
            worker,
            name,
            size: object.size,
            url: link.url,
        });
    }
    Ok(artifacts)
}
