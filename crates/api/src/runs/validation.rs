//! Validations: a scenario is tried out by one user who goes through it once, and every exchange can be looked at.

use aws::{
    objects::keys,
    runs::{Created, NewRun},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use metrics::exchange::{Exchange, Omitted, Transcript};
use model::{
    RunId, ScenarioId, Timestamp,
    run::{Outcome, Run, Status, Trigger, Warning},
    said,
};
use serde::Serialize;

use super::create;
use crate::{
    App,
    answer::{self, Elsewhere},
    check,
    error::internal,
    extract::Id,
    problem::{Code, Problem},
    query::{Nothing, Query},
};

/// The run of a validation.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accepted {
    run_id: RunId,
}

/// Tries a scenario out: one worker in its first region, one user, one iteration, at most 60 s of load.
///
/// Every thread group that has users gets one, who goes through it once; setUp and tearDown groups run as they are. It is
/// a run like any other, with `trigger` `validation`, and in no history; while it is active the scenario has no other run.
/// The think time of listed requests is left out, and the scenario's criteria do not count.
#[utoipa::path(
    post, path = "/scenarios/{scenarioId}/validate", operation_id = "validateScenario", tag = "runs",
    params(("scenarioId" = ScenarioId, Path)),
    responses(
        (status = 202, description = "What it sees comes under `/runs/{runId}/validation`", body = Accepted,
         headers(("Location" = String, description = "The path of the validation"))),
        (status = 404, description = "No such scenario"),
        (status = 409, description = "A run of it is active (`RUN_ACTIVE`, with `runId`)"),
        (status = 422, description = "The scenario could not run"),
    )
)]
pub(super) async fn validate(
    State(app): State<App>,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
) -> Result<Response, Problem> {
    for _ in 0..create::SNAPSHOTS {
        let new = NewRun {
            run: snapshot(&app, id).await?,
            idempotency: None,
        };
        let run = match app.gateways.runs.create(&new).await? {
            Created::Created => new.run,
            Created::ScenarioChanged => continue,
            outcome => create::settle(outcome)?,
        };
        create::start(&app, &run).await;
        let location = format!("{}/runs/{}/validation", crate::PREFIX, run.run_id);
        let location = HeaderValue::from_str(&location).expect("ids are visible ASCII");
        let answer = Json(Accepted { run_id: run.run_id });
        return Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], answer).into_response());
    }
    Err(create::being_edited())
}

async fn snapshot(app: &App, id: ScenarioId) -> Result<Run, Problem> {
    let stored = app.gateways.scenarios.get(id).await?;
    if let Some(active) = stored.active_run_id {
        return Err(Problem::run_active(active));
    }
    check::scenario(app, &stored.scenario).await?;
    Ok(Run::queued(
        RunId::new((app.ulid)()),
        id,
        stored.scenario.validation(),
        stored.version,
        Trigger::Validation,
        (app.clock)(),
    ))
}

/// What a validation has seen so far, and how it ended.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Validation {
    run_id: RunId,
    scenario_id: ScenarioId,
    status: Status,
    created_at: Timestamp,
    /// When the load began, or will.
    #[schema(required)]
    start_at: Option<Timestamp>,
    #[schema(required)]
    ended_at: Option<Timestamp>,
    /// Passed when the run was completed and no request failed. Null while it goes on, and when it was cancelled.
    #[schema(required)]
    outcome: Option<Outcome>,
    /// Where the scenario is broken, when it did not pass.
    #[schema(required)]
    problem: Option<Trouble>,
    warnings: Vec<Warning>,
    /// The first 200 of the load, and the first 50 of setUp and of tearDown groups, in the order in which they ended. A
    /// body has up to 32 KB; behind 1.5 MB in all, an exchange has up to 8 KB.
    #[schema(max_items = 300)]
    exchanges: Vec<Exchange>,
    /// What there was beyond these.
    omitted: Omitted,
    /// Warnings and errors of the engine's own log, oldest first.
    #[schema(max_items = 50)]
    log: Vec<String>,
}

/// Where a scenario is broken.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ValidationProblem)]
struct Trouble {
    /// `REQUEST_FAILED`, or the code of the run's reason.
    code: String,
    /// The engine's own words where there are any.
    detail: String,
    /// Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    words: Option<String>,
    /// What `detail` names besides, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    values: Vec<String>,
    /// The name of the element that failed, when it is known.
    #[schema(required)]
    element: Option<String>,
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document describes the answer by it")]
enum ValidationAnswer {
    Here(Box<Validation>),
    Elsewhere(Elsewhere),
}

/// Reads what a validation has seen: every request and its answer, also while it goes on.
///
/// Credentials are taken out; `redacted` of an exchange names them.
#[utoipa::path(
    get, path = "/runs/{runId}/validation", operation_id = "getValidation", tag = "runs",
    params(("runId" = RunId, Path)),
    responses(
        (status = 200, description = "What there is by now", body = ValidationAnswer),
        (status = 404, description = "No such run, or it is no validation"),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    Id(id): Id<RunId>,
    _: Query<Nothing>,
) -> Result<Response, Problem> {
    let run = app.gateways.runs.get(id).await?;
    if run.trigger != Trigger::Validation {
        return Err(Problem::new(Code::NotFound, "the run is no validation"));
    }
    // Read behind the run: of one that is over, the transcript is complete.
    let transcript = transcript(&app, &run).await?;
    answer::json(&app, id, &view(run, transcript)).await
}

async fn transcript(app: &App, run: &Run) -> Result<Transcript, Problem> {
    let Some(traffic) = run.scenario.traffic.first() else {
        return Ok(Transcript::default());
    };
    let key = keys::transcript(run.run_id, &traffic.region, 0);
    match app.gateways.objects.get(&key).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| internal(&error)),
        Err(aws::Error::NotFound(_)) => Ok(Transcript::default()),
        Err(error) => Err(error.into()),
    }
}

fn view(run: Run, transcript: Transcript) -> Validation {
    let outcome = match run.status {
        Status::Completed if transcript.is_faultless() => Some(Outcome::Passed),
        Status::Completed | Status::Failed => Some(Outcome::Failed),
        _ => None,
    };
    let problem = (outcome == Some(Outcome::Failed)).then(|| trouble(&run, &transcript));
    Validation {
        run_id: run.run_id,
        scenario_id: run.scenario_id,
        status: run.status,
        created_at: run.created_at,
        start_at: run.start_at,
        ended_at: run.ended_at,
        outcome,
        problem,
        warnings: run.warnings,
        exchanges: transcript.exchanges,
        omitted: transcript.omitted,
        log: transcript.log,
    }
}

fn trouble(run: &Run, transcript: &Transcript) -> Trouble {
    let failure = transcript.first_failure();
    let element = failure.map(|exchange| exchange.label.clone());
    if let Some(reason) = &run.reason {
        return Trouble {
            code: reason.code.as_str().to_owned(),
            detail: reason.detail.clone(),
            words: reason.words.clone(),
            values: reason.values.clone(),
            element: element.or_else(|| transcript.failed_element()),
        };
    }
    let said = match failure {
        Some(exchange) => words(exchange).into(),
        None => said!(
            "FAILED_BEYOND_KEPT",
            "{} requests beyond those that are kept failed",
            transcript.omitted.failures
        ),
    };
    Trouble {
        code: "REQUEST_FAILED".to_owned(),
        detail: said.detail,
        words: said.code,
        values: said.values,
        element,
    }
}

/// What a failed exchange says of itself.
fn words(exchange: &Exchange) -> String {
    match exchange.assertions.first() {
        Some(assertion) => format!("{}: {}", assertion.name, assertion.message),
        None => format!("{} {}", exchange.response.code, exchange.response.message)
            .trim()
            .to_owned(),
    }
}
