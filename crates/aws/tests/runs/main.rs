//! Runs and scenarios against a local DynamoDB: what conditions promise.

#[path = "../support/mod.rs"]
mod support;

mod histories;

use aws::{
    Error, PageRequest,
    runs::{Changes, Created, Ending, HistoryFilter, Idempotency, NewRun},
    scenarios::{Deleted, Filter, Updated},
    tables,
};
use futures::future::join_all;
use model::{
    RunId, ScenarioId, Timestamp,
    run::{Outcome, Reason, ReasonCode, Run, StageName, Status, Summary, Warning, WorkerCounts},
};
use support::{TestCloud, deployment, run_of, scenario};
use ulid::Ulid;

fn page(limit: usize, cursor: Option<String>) -> PageRequest {
    PageRequest { limit, cursor }
}

fn ending(status: Status) -> Ending {
    let summary = Summary {
        requests: 7,
        failure_rate: Some(0.0),
        throughput: Some(3.5),
        p95: Some(12.0),
        duration_ms: Some(2_000),
        verdict: Outcome::Passed,
    };
    let reason = (status == Status::Failed).then(|| Reason::new(ReasonCode::NoSamples, "none"));
    Ending {
        status,
        reason,
        degraded: false,
        summary: Some(summary),
        ended_at: Timestamp::now(),
    }
}

fn new(run: &Run) -> NewRun {
    NewRun {
        run: run.clone(),
        idempotency: None,
    }
}

#[tokio::test]
async fn of_runs_created_at_once_one_wins() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 0]).await;
    let runs = &test.gateways.runs;
    let new: Vec<NewRun> = (0..8).map(|_| new(&run_of(&stored))).collect();
    let outcomes = join_all(new.iter().map(|new| runs.create(new))).await;
    let outcomes: Vec<Created> = outcomes.into_iter().map(Result::unwrap).collect();
    let won: Vec<RunId> = new
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == Created::Created)
        .map(|(new, _)| new.run.run_id)
        .collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Created::ActiveRun(won[0]))
            .count(),
        7
    );
    let stored = test.gateways.scenarios.get(stored.scenario_id).await.unwrap();
    assert_eq!(stored.active_run_id, Some(won[0]));
}

#[tokio::test]
async fn the_same_request_is_the_same_run() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 0]).await;
    let runs = &test.gateways.runs;
    let idempotency = |body: &str| {
        Some(Idempotency {
            caller: "ana".into(),
            key: "k1".into(),
            body_hash: body.into(),
        })
    };
    let first = run_of(&stored);
    let request = |run: &Run, body| NewRun {
        run: run.clone(),
        idempotency: idempotency(body),
    };
    assert_eq!(
        runs.create(&request(&first, "a")).await.unwrap(),
        Created::Created
    );
    // An answer that was lost: the very same call.
    let again = runs.create(&request(&first, "a")).await.unwrap();
    assert!(
        matches!(again, Created::Replayed(ref run) if run.run_id == first.run_id),
        "{again:?}"
    );
    let another = run_of(&stored);
    let replayed = runs.create(&request(&another, "a")).await.unwrap();
    assert!(
        matches!(replayed, Created::Replayed(ref run) if run.run_id == first.run_id),
        "{replayed:?}"
    );
    assert_eq!(
        runs.create(&request(&another, "b")).await.unwrap(),
        Created::KeyReused
    );
    assert!(matches!(runs.get(another.run_id).await, Err(Error::NotFound(_))));

    // A day later the key is new.
    runs.finish(first.run_id, &ending(Status::Failed)).await.unwrap();
    let mut later = run_of(&stored);
    later.created_at = Timestamp::from_ms(first.created_at.as_ms() + 25 * 3_600_000);
    assert_eq!(
        runs.create(&request(&later, "b")).await.unwrap(),
        Created::Created
    );
}

#[tokio::test]
async fn a_snapshot_of_an_older_version_is_no_run() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 0]).await;
    let scenarios = &test.gateways.scenarios;
    let run = run_of(&stored);
    let updated = scenarios
        .update(stored.scenario_id, 1, &scenario([2, 0]), Timestamp::now())
        .await
        .unwrap();
    assert!(matches!(updated, Updated::Updated(ref stored) if stored.version == 2));
    let stale = scenarios
        .update(stored.scenario_id, 1, &scenario([3, 0]), Timestamp::now())
        .await
        .unwrap();
    assert_eq!(stale, Updated::Stale(2));
    assert_eq!(
        test.gateways.runs.create(&new(&run)).await.unwrap(),
        Created::ScenarioChanged
    );
    let mut orphan = run;
    orphan.scenario_id = ScenarioId::new(Ulid::generate());
    assert_eq!(
        test.gateways.runs.create(&new(&orphan)).await.unwrap(),
        Created::ScenarioNotFound
    );
}

#[tokio::test]
async fn the_end_frees_the_scenario_once() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 1]).await;
    let (runs, scenarios) = (&test.gateways.runs, &test.gateways.scenarios);
    let run = run_of(&stored);
    runs.create(&new(&run)).await.unwrap();
    assert_eq!(
        scenarios.delete(stored.scenario_id).await.unwrap(),
        Deleted::ActiveRun(run.run_id)
    );
    assert!(matches!(runs.delete(run.run_id).await, Err(Error::Conflict(_))));

    // Not every status may follow every other.
    let refused = runs.finish(run.run_id, &ending(Status::Completed)).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    for status in [
        Status::Launching,
        Status::Ready,
        Status::Running,
        Status::Collecting,
    ] {
        assert_eq!(
            runs.move_to(run.run_id, status, Changes::default())
                .await
                .unwrap(),
            status
        );
    }
    assert_eq!(
        runs.move_to(run.run_id, Status::Running, Changes::default())
            .await
            .unwrap(),
        Status::Collecting
    );

    let ended = runs.finish(run.run_id, &ending(Status::Completed)).await.unwrap();
    assert_eq!(
        (ended.status, ended.summary.unwrap().requests),
        (Status::Completed, 7)
    );
    assert_eq!(
        scenarios.get(stored.scenario_id).await.unwrap().active_run_id,
        None
    );

    // A repeated end leaves the run as it is, and the next run active.
    let next = run_of(&stored);
    assert_eq!(runs.create(&new(&next)).await.unwrap(), Created::Created);
    let ended = runs.finish(run.run_id, &ending(Status::Failed)).await.unwrap();
    assert_eq!((ended.status, ended.reason), (Status::Completed, None));
    assert_eq!(
        scenarios.get(stored.scenario_id).await.unwrap().active_run_id,
        Some(next.run_id)
    );

    runs.delete(run.run_id).await.unwrap();
    let late = runs.set_note(run.run_id, Some("x")).await;
    assert!(
        matches!(late, Err(Error::NotFound(_))),
        "a deleted run came back: {late:?}"
    );
}

#[tokio::test]
async fn what_is_noted_on_a_run_adds_up() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 1]).await;
    let runs = &test.gateways.runs;
    let run = run_of(&stored);
    runs.create(&new(&run)).await.unwrap();
    let at = Timestamp::from_ms;
    runs.begin_stage(run.run_id, StageName::Launch, at(1_000))
        .await
        .unwrap();
    runs.begin_stage(run.run_id, StageName::Launch, at(2_000))
        .await
        .unwrap();
    runs.end_stage(run.run_id, StageName::Launch, at(3_000))
        .await
        .unwrap();
    runs.end_stage(run.run_id, StageName::Launch, at(4_000))
        .await
        .unwrap();
    let counts = WorkerCounts {
        planned: 1,
        ready: 1,
        ..WorkerCounts::default()
    };
    runs.count_workers(run.run_id, &"us-east-1".parse().unwrap(), counts)
        .await
        .unwrap();
    runs.count_workers(run.run_id, &"sa-east-1".parse().unwrap(), counts)
        .await
        .unwrap();
    let warning = Warning::new("TOO_MANY_LABELS", "…");
    for _ in 0..2 {
        runs.warn(run.run_id, std::slice::from_ref(&warning))
            .await
            .unwrap();
    }
    runs.set_note(run.run_id, Some("first")).await.unwrap();
    runs.set_pinned(run.run_id, true).await.unwrap();
    let kept = runs.get(run.run_id).await.unwrap();
    assert_eq!(kept.stages.len(), 1);
    assert_eq!(
        (kept.stages[0].started_at, kept.stages[0].ended_at),
        (at(1_000), Some(at(4_000)))
    );
    assert_eq!(
        kept.workers,
        WorkerCounts {
            planned: 2,
            ready: 2,
            ..WorkerCounts::default()
        }
    );
    assert_eq!(
        (kept.warnings, kept.note.as_deref(), kept.pinned),
        (vec![warning], Some("first"), true)
    );
    runs.set_note(run.run_id, None).await.unwrap();
    assert_eq!(runs.get(run.run_id).await.unwrap().note, None);
}
