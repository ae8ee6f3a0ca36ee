//! Two runs beside each other.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use metrics::{
    compare::{self, Pair},
    results::{Grade, Results},
};
use model::{
    RunId,
    field::Said,
    role::Role,
    run::{Run, Status},
    said,
    shape::Shape,
};
use serde::Serialize;

use crate::{
    App,
    answer::{self, Elsewhere},
    extract::{Candidate, Id},
    problem::Problem,
    query::{Nothing, Query},
    results,
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.at(Access::Least(Role::Viewer), routes!(get))
}

/// Two runs beside each other.
#[derive(Serialize, utoipa::ToSchema)]
struct Comparison {
    base: RunId,
    candidate: RunId,
    /// Why the figures may differ for other reasons than the target; a sentence each.
    warnings: Vec<String>,
    /// The warnings in their order with codes and values, for those who say them in words of their own.
    said: Vec<Said>,
    /// By label; `*` is all requests.
    labels: BTreeMap<String, Pair>,
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document describes the answer by it")]
enum ComparisonAnswer {
    Here(Comparison),
    Elsewhere(Elsewhere),
}

/// Compares a run with an earlier one, the base: by label both figures and how they differ.
#[utoipa::path(
    get, path = "/runs/{runId}/compare/{candidateId}", operation_id = "compareRuns", tag = "results",
    params(("runId" = RunId, Path, description = "The base"), ("candidateId" = RunId, Path)),
    responses(
        (status = 200, description = "Both runs", body = ComparisonAnswer),
        (status = 404, description = "No such run, or one left no results (`NO_RESULTS`)"),
        (status = 409, description = "One is not over (`NOT_COLLECTED`)"),
    )
)]
async fn get(
    State(app): State<App>,
    Id(base): Id<RunId>,
    Id(Candidate(candidate)): Id<Candidate>,
    _: Query<Nothing>,
) -> Result<Response, Problem> {
    let base = results::of_run(&app, base).await?;
    let candidate = results::of_run(&app, candidate).await?;
    let said = warnings(&base, &candidate);
    let comparison = Comparison {
        base: base.0.run_id,
        candidate: candidate.0.run_id,
        warnings: said.iter().map(|said| said.detail.clone()).collect(),
        said,
        labels: compare::labels(&base.1, &candidate.1),
    };
    answer::json(&app, candidate.0.run_id, &comparison).await
}

fn warnings(base: &(Run, Results), candidate: &(Run, Results)) -> Vec<Said> {
    let (a, b) = (&base.0.scenario, &candidate.0.scenario);
    let mut warnings: Vec<Said> = [
        (
            base.0.scenario_id != candidate.0.scenario_id,
            said!("SCENARIOS_DIFFER", "the runs are of different scenarios"),
        ),
        (
            a.workload != b.workload,
            said!("WORKLOADS_DIFFER", "scripts or requests differ"),
        ),
        (a.shape != b.shape, said!("SHAPES_DIFFER", "shapes differ")),
        (
            a.traffic != b.traffic,
            said!("TRAFFIC_DIFFERS", "regions, workers or virtual users differ"),
        ),
        (
            a.worker != b.worker,
            said!("WORKER_SIZES_DIFFER", "worker sizes differ"),
        ),
    ]
    .into_iter()
    .filter(|(differs, _)| *differs)
    .map(|(_, warning)| warning)
    .collect();
    for (role, (run, results)) in [("base", base), ("candidate", candidate)] {
        if run.status != Status::Completed {
            warnings.push(said!(
                "RUN_NOT_COMPLETED",
                "the {} run is {}",
                role,
                run.status.as_str()
            ));
        }
        if results.degraded {
            warnings.push(said!(
                "RUN_LOST_WORKERS",
                "the {} run lost workers: its target got less than was asked for",
                role
            ));
        }
        // Where the plan sets the load, it sets its end too.
        if results.ended_early.is_some() && matches!(run.scenario.shape, Shape::Users(_)) {
            warnings.push(said!(
                "RUN_ENDED_EARLY",
                "the {} run ended earlier than planned",
                role
            ));
        }
        if !results.workers.partial.is_empty() {
            warnings.push(said!(
                "RUN_WORKERS_PARTIAL",
                "some workers of the {} run delivered a part only",
                role
            ));
        }
        let doubts = results
            .validity
            .reasons
            .iter()
            .filter(|_| results.validity.grade != Grade::Valid);
        // Lost workers are named above.
        for doubt in doubts.filter(|doubt| doubt.code != "WORKERS_LOST") {
            let said = said!("RUN_IN_DOUBT", "the {} run is in doubt: {}", role, doubt.detail);
            warnings.push(said.ending_in(&doubt.said()));
        }
    }
    warnings
}
