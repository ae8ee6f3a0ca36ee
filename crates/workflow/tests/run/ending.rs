//! Runs that do not end as they were meant to.

use std::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll},
};

use aws::objects::keys;
use model::{
    Timestamp,
    run::{ReasonCode, Status},
    worker::{Loss, Progress, State},
};
use workflow::{clean_up, collect, event::Outcome};

use crate::machine::{Machine, clock, timing};

#[tokio::test]
async fn a_cancel_while_queued_starts_nothing() {
    let machine = Machine::queued([2, 0]).await;
    assert_eq!(machine.cancel("Ana asked for it").await, Status::Stopping);
    machine.plan().await;
    machine.launch().await;
    assert!(machine.workers(&machine.regions[0]).await.is_empty());
    assert!(machine.ready(&machine.regions[0]).await.unwrap());
    assert!(!machine.release().await.unwrap());
    assert_eq!(machine.collect(None).await, Status::Cancelled);
    assert_eq!(
        machine.reason().await,
        (ReasonCode::Cancelled, "Ana asked for it".into())
    );
    assert_eq!(machine.clean_up().await, Status::Cancelled);
}

#[tokio::test]
async fn a_cancel_under_load_keeps_the_results_so_far() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    assert!(machine.release().await.unwrap());
    machine.load(&seats[0], 3).await;
    machine.cancel("enough").await;
    // The worker hangs: it is given up, and its task stopped.
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Cancelled);
    assert_eq!(machine.results().await.total.requests, 3);
    assert_eq!(machine.clean_up().await, Status::Cancelled);
    let fenced = machine
        .gateways()
        .workers
        .heartbeat(&seats[0], Timestamp::now(), &Progress::default())
        .await;
    assert!(matches!(fenced, Err(aws::Error::Fenced)));
}

#[tokio::test]
async fn an_execution_that_was_aborted_leaves_nothing() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    machine.seat(&machine.regions[0], 0, 0).await;
    let event = serde_json::json!({"detail": {"name": machine.id(), "status": "ABORTED"}});
    let event = serde_json::from_value(event).unwrap();
    let ended = clean_up::run(&machine.function("clean-up"), clock(), &timing(), event)
        .await
        .unwrap();
    assert_eq!(ended.status, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::ControlPlaneFailed);
    assert!(detail.contains("ABORTED"), "{detail}");
    machine.clean_up().await;
}

#[tokio::test]
async fn a_worker_that_dies_at_the_gate_is_lost_and_named() {
    let machine = Machine::planned([2, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    let region = &machine.regions[0];
    let site = machine.gateways().settings.site(region).await.unwrap();
    machine
        .gateways()
        .fleet
        .stop(&site, &seats[1].assignment.task_arn, "the host was lost")
        .await
        .unwrap();
    assert!(machine.release().await.unwrap());
    machine.load(&seats[0], 5).await;
    machine.done(&seats[0]).await;
    machine.watch().await;
    let lost = &machine.workers(region).await[1];
    assert_eq!((lost.state, lost.loss), (State::Lost, Some(Loss::TaskStopped)));
    assert_eq!(machine.collect(None).await, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::WorkersLost);
    assert!(
        detail.contains("worker 1 in us-east-1 (the host was lost"),
        "{detail}"
    );
    // Results exist in every case in which one segment exists.
    assert_eq!(machine.results().await.total.requests, 5);
    assert_eq!(machine.clean_up().await, Status::Failed);
}

#[tokio::test]
async fn a_worker_that_comes_too_late_does_not_count() {
    let machine = Machine::planned_with([2, 0], |scenario| scenario.start.quorum = 0.5).await;
    let gateways = machine.gateways();
    machine.launch().await;
    let region = &machine.regions[0];
    let first = machine.seat(region, 0, 0).await;
    gateways
        .workers
        .report_ready(&first, Timestamp::now())
        .await
        .unwrap();
    let ready = machine.ready(region).await;
    assert!(ready.unwrap(), "start.timeout is over");
    assert!(machine.release().await.unwrap());
    let late = machine.seat(region, 1, 0).await;
    gateways
        .workers
        .report_ready(&late, Timestamp::now())
        .await
        .unwrap();
    machine.done(&late).await;
    machine.load(&first, 4).await;
    machine.done(&first).await;
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Completed);
    let results = machine.results().await;
    assert!(results.degraded);
    assert_eq!((results.total.requests, results.workers.included), (4, 1));
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::WorkersLost);
    assert!(
        detail.contains("worker 1 in us-east-1 (it was ready too late"),
        "{detail}"
    );
    machine.clean_up().await;
}

/// What is left of a future that is dropped at its `polls`-th wait, as that of a function that was killed; the answer of
/// one that was through before.
async fn killed_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(
        move |context: &mut Context<'_>| match future.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        },
    )
    .await
}

#[tokio::test]
async fn a_collect_that_is_killed_anywhere_is_repeated_to_one_result() {
    let machine = Machine::planned([2, 1]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    assert!(machine.release().await.unwrap());
    for seat in &seats {
        machine.load(seat, 7).await;
        machine.done(seat).await;
    }
    machine.watch().await;
    let (gateways, timing) = (machine.function("collect"), timing());
    let mut kills = 0;
    let ended = loop {
        let event = Outcome {
            run_id: machine.id(),
            error: None,
        };
        let collect = collect::run(&gateways, clock(), &timing, event);
        match killed_after(kills, collect).await {
            Some(ended) => break ended.unwrap(),
            None => kills += 1,
        }
    };
    assert!(kills > 10, "it waits for more than {kills} answers");
    assert_eq!(ended.status, Status::Completed);
    let results = machine.results().await;
    assert_eq!((results.total.requests, results.workers.included), (21, 3));
    let run = machine.gateways().runs.get(machine.id()).await.unwrap();
    assert_eq!(run.summary.map(|summary| summary.requests), Some(21));
    // A result that is there is not made again, whatever comes later.
    let before = machine
        .gateways()
        .objects
        .get(&keys::result(machine.id(), keys::RESULTS))
        .await
        .unwrap();
    machine.upload_requests(&seats[0], 1).await;
    assert_eq!(machine.collect(None).await, Status::Completed);
    let after = machine
        .gateways()
        .objects
        .get(&keys::result(machine.id(), keys::RESULTS))
        .await
        .unwrap();
    assert_eq!(before, after);
    machine.clean_up().await;
}
