//! Results: the figures of a run that is over, of any window of it, and its course.

mod stored;

use axum::{Json, extract::State, response::Response};
use metrics::{
    results::{ErrorGroup, Results},
    series::{self, Series},
    store::{Measured, Query as Figures},
};
use model::{Region, RunId, role::Role, run::Run, said};
use utoipa::IntoParams;

use crate::{
    App,
    answer::{self, Elsewhere},
    error::internal,
    extract::Id,
    problem::{Code, Problem},
    query::{FromQuery, Parameters, Query},
    routes::{Access, Routes, routes},
};

use stored::Part;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(get))
        .at(Access::Least(Role::Viewer), routes!(course))
}

/// No run is longer, drain included; in milliseconds.
const LONGEST_MS: u64 = 2 * 86_400_000;

/// A part of a run.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Window {
    /// Milliseconds from `startAt`.
    #[param(minimum = 0, maximum = 172_800_000, required = false, nullable = false)]
    from: Option<u64>,
    /// Milliseconds from `startAt`, more than `from`; not included.
    #[param(minimum = 1, maximum = 172_800_000, required = false, nullable = false)]
    to: Option<u64>,
}

impl FromQuery for Window {
    fn read(parameters: &Parameters) -> Option<Self> {
        let from = parameters.integer("from", 0..=LONGEST_MS);
        let to = parameters.integer("to", 1..=LONGEST_MS);
        Some(Self { from: from?, to: to? })
    }
}

impl Window {
    fn check(&self) -> Result<(), Problem> {
        match self.to {
            Some(to) if to <= self.from.unwrap_or(0) => {
                Err(model::Problems::one("?to", said!("NOT_AFTER_FROM", "must be more than from")).into())
            }
            _ => Ok(()),
        }
    }
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document describes the answer by it")]
enum ResultsAnswer {
    Here(Box<Results>),
    Elsewhere(Elsewhere),
}

/// Reads the results of a run that is over, or the exact figures of a window of it.
///
/// With a window, `total`, `steady`, `byLabel`, `byRegion`, `transactions` and `errors` are of that window; everything
/// else is of the whole run.
#[utoipa::path(
    get, path = "/runs/{runId}/results", operation_id = "getResults", tag = "results",
    params(("runId" = RunId, Path), Window),
    responses(
        (status = 200, description = "The results", body = ResultsAnswer),
        (status = 404, description = "No such run, or it left no results (`NO_RESULTS`)"),
        (status = 409, description = "The run is not over (`NOT_COLLECTED`)"),
        (status = 422, description = "Not a window"),
    )
)]
async fn get(
    State(app): State<App>,
    Id(id): Id<RunId>,
    Query(window): Query<Window>,
) -> Result<Response, Problem> {
    window.check()?;
    if window.from.is_none() && window.to.is_none() {
        let (_, results) = of_run(&app, id).await?;
        return answer::json(&app, id, &results).await;
    }
    let run = over(&app, id).await?;
    let (results, part) = futures::try_join!(stored::results(&app, id), stored::whole(&app, id))?;
    let (Some(mut results), Some(part)) = (results, part) else {
        return Err(none(id));
    };
    narrow(&app, &run, &part, &mut results, &window).await?;
    answer::json(&app, id, &results).await
}

/// A run that is over, and its results.
pub(crate) async fn of_run(app: &App, id: RunId) -> Result<(Run, Results), Problem> {
    let run = over(app, id).await?;
    let results = stored::results(app, id).await?.ok_or_else(|| none(id))?;
    Ok((run, results))
}

async fn over(app: &App, id: RunId) -> Result<Run, Problem> {
    let run = app.gateways.runs.get(id).await?;
    if !run.status.is_terminal() {
        let said = said!(
            "RESULTS_LATER",
            "{} is {}; its results come when it is over, and its course is under series",
            id,
            run.status.as_str()
        );
        return Err(Problem::new(Code::NotCollected, said));
    }
    Ok(run)
}

fn none(id: RunId) -> Problem {
    let said = said!("NO_SAMPLE", "no worker of {} delivered a single sample", id);
    Problem::new(Code::NoResults, said)
}

async fn narrow(
    app: &App,
    run: &Run,
    part: &Part,
    results: &mut Results,
    window: &Window,
) -> Result<(), Problem> {
    // Requests may end in the drain, after the load phase: an open window holds them too.
    let end = (u64::from(part.index.seconds.end) * 1_000)
        .max(results.duration_ms)
        .max(1);
    let (from, to) = (window.from.unwrap_or(0), window.to.unwrap_or(end));
    let hold_from = run.scenario.shape.hold_from().map_or(0, model::Duration::as_ms);
    let whole = measure(app, part, from..to, results).await?;
    let hold = from.max(hold_from)..to.min(results.duration_ms).max(from.max(hold_from));
    // Most windows lie within the hold, and reading takes most of the time.
    results.steady = if hold == (from..to) {
        whole.total.clone()
    } else {
        measure(app, part, hold, results).await?.total
    };
    let samples = std::mem::take(&mut results.errors);
    results.errors = whole
        .errors
        .into_iter()
        .map(|group| with_samples(group, &samples))
        .collect();
    results.total = whole.total;
    results.by_label = whole.by_label;
    results.by_region = whole.by_region;
    results.transactions = whole.transactions;
    results.window = Some(whole.window);
    Ok(())
}

async fn measure(
    app: &App,
    part: &Part,
    window: std::ops::Range<u64>,
    results: &Results,
) -> Result<Measured, Problem> {
    let mut figures = Figures::new(&window, part.index.resolution);
    let fetches = figures.fetches(&part.index);
    let fetched = part.read(app, fetches).await?;
    figures
        .add(&part.index, &fetched)
        .map_err(|error| internal(&error))?;
    Ok(figures.finish(results.start_at, results.duration_ms))
}

/// Failed exchanges are kept for each group of the whole run; they stand for the group in a window too.
fn with_samples(group: ErrorGroup, of_run: &[ErrorGroup]) -> ErrorGroup {
    let same = of_run.iter().find(|other| {
        (&other.label, &other.code, &other.message, &other.assertion)
            == (&group.label, &group.code, &group.message, &group.assertion)
    });
    let samples = same.map_or_else(Vec::new, |other| other.samples.clone());
    ErrorGroup {
        sample: samples.first().cloned(),
        samples,
        ..group
    }
}

/// What a series is of.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Course {
    /// All requests when it is left out or `*`.
    #[param(
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$",
        required = false,
        nullable = false
    )]
    label: Option<String>,
    /// All regions when it is left out.
    #[param(required = false, nullable = false)]
    region: Option<Region>,
    /// How many points at most; steps get wider until they do.
    #[param(
        rename = "maxPoints",
        minimum = 1,
        maximum = 2_000,
        default = 2_000,
        required = false
    )]
    max_points: Option<u32>,
}

impl FromQuery for (Course, Window) {
    fn read(parameters: &Parameters) -> Option<Self> {
        let label = parameters.line("label", 255);
        let region = parameters.optional("region");
        let max_points = parameters.integer("maxPoints", 1..=u64::from(series::MOST_POINTS));
        let window = Window::read(parameters);
        let course = Course {
            label: label?,
            region: region?,
            max_points: max_points?.and_then(|points| u32::try_from(points).ok()),
        };
        Some((course, window?))
    }
}

/// Reads the course of a run, also while it goes on: a point for each step, without holes.
#[utoipa::path(
    get, path = "/runs/{runId}/series", operation_id = "getSeries", tag = "results",
    params(("runId" = RunId, Path), Course, Window),
    responses(
        (status = 200, description = "The points; none before the run has started", body = Series),
        (status = 404, description = "No such run"),
        (status = 422, description = "Not a window"),
    )
)]
async fn course(
    State(app): State<App>,
    Id(id): Id<RunId>,
    Query((asked, window)): Query<(Course, Window)>,
) -> Result<Json<Series>, Problem> {
    window.check()?;
    let run = app.gateways.runs.get(id).await?;
    let stored = stored::so_far(&app, &run).await?;
    let request = series::Request {
        label: asked.label.filter(|label| label != "*"),
        region: asked.region.map(|region| region.to_string()),
        from_ms: window.from,
        to_ms: window.to,
        max_points: asked.max_points,
    };
    let indices: Vec<_> = stored.parts.iter().map(|part| &part.index).collect();
    let builder = series::Builder::new(request, &indices, stored.until);
    let mut parts = Vec::new();
    for part in &stored.parts {
        let fetched = part.read(&app, builder.fetches(&part.index)).await?;
        parts.push(series::Part {
            index: &part.index,
            fetched,
        });
    }
    let series = builder
        .build(&parts, stored.complete_until)
        .map_err(|error| internal(&error))?;
    Ok(Json(series))
}
