//! A run is asked for: one transaction, then one execution.

use aws::runs::{Created, Idempotency, NewRun};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::{RunId, ScenarioId, field, run::Run, said, scenario::Scenario};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::RunView;
use crate::{
    App, check,
    extract::{Id, OptionalDocument},
    header::IdempotencyKey,
    identity::Caller,
    problem::{Code, Problem},
    query::{Nothing, Query},
    scenarios::BODY,
};

/// What to change for this run only, and what to note.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct RunRequest {
    overrides: Option<Overrides>,
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The caller's own reference, such as a commit.
    #[schema(rename = "ref", max_length = 255)]
    reference: Option<String>,
}

/// A JSON merge patch (RFC 7396) on the scenario.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct Overrides {
    #[schema(value_type = Object)]
    shape: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    traffic: Option<Value>,
    workload: Option<WorkloadOverrides>,
    #[schema(value_type = Vec<Object>)]
    criteria: Option<Value>,
}

#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct WorkloadOverrides {
    #[schema(value_type = Object)]
    properties: Option<Value>,
}

/// The body as it was understood.
struct Request {
    overrides: Option<Value>,
    note: Option<String>,
    reference: Option<String>,
}

/// Somebody may edit the scenario while its snapshot is taken, but not for ever.
pub(super) const SNAPSHOTS: usize = 5;

/// Starts a run of a scenario.
///
/// A repeated request with the same `Idempotency-Key` and body within 24 hours answers with the run of the first.
#[utoipa::path(
    post, path = "/scenarios/{scenarioId}/runs", operation_id = "createRun", tag = "runs",
    params(
        ("scenarioId" = ScenarioId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request count once",
         min_length = 1, max_length = 128, pattern = "^[!-~]+$"),
    ),
    request_body = Option<RunRequest>,
    responses(
        (status = 202, description = "The run", body = RunView,
         headers(("Location" = String, description = "Its path"))),
        (status = 404, description = "No such scenario"),
        (status = 409, description = "A run of it is active (`RUN_ACTIVE`, with `runId`), or the key was used with \
                                      another body (`IDEMPOTENCY_KEY_REUSED`)"),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "The scenario with these overrides could not run"),
    )
)]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ScenarioId>,
    _: Query<Nothing>,
    IdempotencyKey(key): IdempotencyKey,
    OptionalDocument(document): OptionalDocument<BODY>,
) -> Result<Response, Problem> {
    let request = read(&document)?;
    let idempotency = key.map(|key| Idempotency {
        caller: caller.principal.clone(),
        key,
        body_hash: hash(id, &document),
    });
    if let Some(idempotency) = &idempotency
        && let Some(outcome) = app.gateways.runs.replay(idempotency, (app.clock)()).await?
    {
        return accepted(&app, settle(outcome)?).await;
    }
    for _ in 0..SNAPSHOTS {
        let run = snapshot(&app, &caller, id, &request).await?;
        let new = NewRun {
            run,
            idempotency: idempotency.clone(),
        };
        match app.gateways.runs.create(&new).await? {
            Created::Created => return accepted(&app, new.run).await,
            Created::ScenarioChanged => {}
            outcome => return accepted(&app, settle(outcome)?).await,
        }
    }
    Err(being_edited())
}

pub(super) fn being_edited() -> Problem {
    let said = said!("BEING_EDITED", "the scenario is being edited; try again");
    Problem::new(Code::Conflict, said)
}

async fn snapshot(app: &App, caller: &Caller, id: ScenarioId, request: &Request) -> Result<Run, Problem> {
    let stored = app.gateways.scenarios.get(id).await?;
    if let Some(active) = stored.active_run_id {
        return Err(Problem::run_active(active));
    }
    let scenario = match &request.overrides {
        None => stored.scenario,
        Some(overrides) => overridden(&stored.scenario, overrides)?,
    };
    let checked = check::scenario(app, &scenario).await;
    let warnings = checked.map_err(|problem| match request.overrides {
        None => problem,
        Some(_) => within_overrides(problem),
    })?;
    let run_id = RunId::new((app.ulid)());
    let mut run = Run::queued(
        run_id,
        id,
        scenario,
        stored.version,
        caller.trigger(),
        (app.clock)(),
    );
    run.warnings = warnings;
    run.note.clone_from(&request.note);
    run.reference.clone_from(&request.reference);
    Ok(run)
}

pub(super) fn settle(outcome: Created) -> Result<Run, Problem> {
    match outcome {
        Created::Replayed(run) => Ok(*run),
        Created::ActiveRun(run) => Err(Problem::run_active(run)),
        Created::KeyReused => Err(Problem::new(
            Code::IdempotencyKeyReused,
            said!(
                "KEY_REUSED",
                "this Idempotency-Key came before with another scenario or body; use a new key for a new run"
            ),
        )),
        Created::ScenarioNotFound => Err(Problem::no_such("scenario")),
        Created::Created | Created::ScenarioChanged => Err(Problem::new(
            Code::Conflict,
            said!("OTHER_CAME_FIRST", "another request came first; try again"),
        )),
    }
}

async fn accepted(app: &App, run: Run) -> Result<Response, Problem> {
    start(app, &run).await;
    let answer = RunView::from(run);
    let location = HeaderValue::from_str(&format!("{}/runs/{}", crate::PREFIX, answer.run_id))
        .expect("ids are visible ASCII");
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(answer)).into_response())
}

/// The run is kept; its execution is started, by us now or by a sweep later.
pub(super) async fn start(app: &App, run: &Run) {
    let run_id = run.run_id;
    if !run.status.is_terminal()
        && let Err(error) = app.gateways.executions.start(run_id).await
    {
        tracing::warn!(%run_id, error = &error as &dyn std::error::Error,
            "an execution could not be started; the sweep will start it");
    }
}

fn read(document: &Value) -> Result<Request, Problem> {
    let request = field::read(document, |node| {
        let fields = node.object()?;
        let overrides = fields.optional("overrides", |node| {
            let fields = node.object()?;
            for name in ["shape", "traffic", "criteria"] {
                fields.optional(name, |_| Some(()))?;
            }
            let workload = fields.optional("workload", |node| {
                let fields = node.object()?;
                fields.optional("properties", |_| Some(()))?;
                fields.finish();
                Some(())
            });
            fields.finish();
            workload.map(|_| node.value().clone())
        });
        let note = fields.optional("note", |node| node.text(0..=2_000));
        let reference = fields.optional("ref", |node| node.line(0..=255));
        fields.finish();
        Some(Request {
            overrides: overrides?,
            note: note?,
            reference: reference?,
        })
    })?;
    Ok(request)
}

fn overridden(scenario: &Scenario, overrides: &Value) -> Result<Scenario, Problem> {
    let mut document = serde_json::to_value(scenario).map_err(|error| crate::error::internal(&error))?;
    merge(&mut document, overrides);
    Scenario::parse(&document).map_err(|problems| within_overrides(problems.into()))
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                merge(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

fn within_overrides(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        error.pointer = format!("/overrides{}", error.pointer);
    }
    problem
}

/// Of what the request asks for: the same key with another scenario or body is another request.
fn hash(id: ScenarioId, document: &Value) -> String {
    hex::encode(Sha256::digest(format!("{id} {document}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The cases of RFC 7396, appendix A, that documents of ours can meet.
    #[test]
    fn a_merge_patch_merges() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (
                json!({}),
                json!({"a": {"bb": {"ccc": null}}}),
                json!({"a": {"bb": {}}}),
            ),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result, "{target} {patch}");
        }
    }

    #[test]
    fn only_what_may_be_overridden_is_read() {
        let problem = read(&json!({"overrides": {"name": "x", "workload": {"scriptId": "y"}}, "who": 1}))
            .err()
            .unwrap();
        let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/overrides/workload/scriptId", "/overrides/name", "/who"]
        );
    }
}
