//! Workers and control items: who may speak, and what is said once.

mod support;

use aws::{
    Error,
    workers::{Ended, Seat},
};
use model::{
    Region, RunId, Timestamp,
    control::{Released, Stop, StopCause},
    worker::{Exit, Loss, Progress, State},
};
use support::TestCloud;
use ulid::Ulid;

fn place() -> (RunId, Region) {
    (RunId::new(Ulid::generate()), "us-east-1".parse().unwrap())
}

fn exit(detail: &str) -> Exit {
    Exit::new(1, detail)
}

async fn seat(test: &TestCloud, run_id: RunId, region: &Region, index: u32, attempt: u32) -> Seat {
    let workers = &test.gateways.workers;
    let arn = format!("task/{index}-{attempt}");
    workers
        .assign(run_id, region, &[index], attempt, Timestamp::now())
        .await
        .unwrap();
    assert_eq!(workers.seat(run_id, region, &[index], &arn).await.unwrap(), None);
    workers
        .name_task(run_id, region, index, attempt, &arn)
        .await
        .unwrap();
    workers
        .seat(run_id, region, &[index, index + 1], &arn)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_relaunch_fences_the_task_before_it() {
    let test = TestCloud::start().await;
    let (workers, now) = (&test.gateways.workers, Timestamp::now());
    let (run_id, region) = place();
    let old = seat(&test, run_id, &region, 4, 0).await;
    workers.heartbeat(&old, now, &Progress::default()).await.unwrap();
    assert!(
        workers
            .give_up(run_id, &region, 4, 0, Loss::TaskStopped, &exit("killed"))
            .await
            .unwrap()
    );
    let late = workers.report_ready(&old, now).await;
    assert!(matches!(late, Err(Error::Fenced)), "{late:?}");

    let new = seat(&test, run_id, &region, 4, 1).await;
    assert!(matches!(
        workers.heartbeat(&old, now, &Progress::default()).await,
        Err(Error::Fenced)
    ));
    assert_eq!(
        workers
            .seat(run_id, &region, &[4], &old.assignment.task_arn)
            .await
            .unwrap(),
        None
    );
    workers.report_ready(&new, now).await.unwrap();
    let worker = workers.get(run_id, &region, 4).await.unwrap();
    assert_eq!(
        (worker.state, worker.attempt, worker.exit, worker.loss),
        (State::Ready, 1, None, None)
    );

    // At the gate it is safe: neither a later launch nor news of an earlier task touch it.
    assert!(matches!(
        workers.assign(run_id, &region, &[4], 2, now).await,
        Err(Error::Conflict(_))
    ));
    assert!(
        !workers
            .give_up(run_id, &region, 4, 0, Loss::TaskStopped, &exit("old"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_batch_is_assigned_whole_and_once() {
    let test = TestCloud::start().await;
    let (workers, now) = (&test.gateways.workers, Timestamp::now());
    let (run_id, region) = place();
    workers.assign(run_id, &region, &[0, 1, 2], 0, now).await.unwrap();
    assert!(matches!(
        workers.assign(run_id, &region, &[2, 3], 0, now).await,
        Err(Error::Conflict(_))
    ));
    workers.name_task(run_id, &region, 0, 0, "task/a").await.unwrap();
    workers.name_task(run_id, &region, 0, 0, "task/a").await.unwrap();
    assert!(matches!(
        workers.name_task(run_id, &region, 0, 0, "task/b").await,
        Err(Error::Conflict(_))
    ));
    let indices: Vec<u32> = workers
        .of_region(run_id, &region)
        .await
        .unwrap()
        .iter()
        .map(|w| w.index)
        .collect();
    assert_eq!(indices, [0, 1, 2]);
}

#[tokio::test]
async fn last_words_are_last() {
    let test = TestCloud::start().await;
    let (workers, now) = (&test.gateways.workers, Timestamp::now());
    let (run_id, region) = place();
    let seat = seat(&test, run_id, &region, 0, 0).await;
    // It came to its end before it had said that it runs.
    workers.report_ready(&seat, now).await.unwrap();
    let progress = Progress {
        requests: 12,
        ..Progress::default()
    };
    let ended = Ended {
        at: now,
        progress: progress.clone(),
        start_skew_ms: Some(-3),
        ended_early: true,
        exit: exit("done"),
    };
    workers.report_done(&seat, &ended).await.unwrap();
    workers.report_done(&seat, &ended).await.unwrap();
    assert!(
        !workers
            .give_up(run_id, &region, 0, 0, Loss::TaskStopped, &exit("stopped"))
            .await
            .unwrap()
    );
    assert!(matches!(
        workers.heartbeat(&seat, now, &progress).await,
        Err(Error::Fenced)
    ));
    let worker = workers.get(run_id, &region, 0).await.unwrap();
    assert_eq!(
        (worker.state, worker.start_skew_ms, worker.ended_early),
        (State::Done, Some(-3), true)
    );
    assert_eq!((worker.progress, worker.exit), (progress, Some(exit("done"))));
}

#[tokio::test]
async fn the_first_release_counts_and_none_after_a_stop() {
    let test = TestCloud::start().await;
    let (workers, now) = (&test.gateways.workers, Timestamp::now());
    let (run_id, region) = place();
    assert_eq!(
        workers.control(run_id, &region).await.unwrap(),
        model::control::Control::default()
    );
    let (first, second): (Released, Released) = ([0, 2].into_iter().collect(), [1].into_iter().collect());
    let at = Timestamp::from_ms(now.as_ms() + 3_000);
    let said = workers.release(run_id, &region, at, &first, now).await.unwrap();
    let again = workers.release(run_id, &region, now, &second, now).await.unwrap();
    assert_eq!(said, again);
    assert_eq!((again.start_at, again.released), (Some(at), Some(first.clone())));

    let (run_id, _) = place();
    let stop = |detail: &str| Stop {
        at: now,
        cause: StopCause::Cancel,
        said: detail.into(),
    };
    // It may come before the run was planned, and the first word counts.
    workers.stop(run_id, &region, &stop("first")).await.unwrap();
    let control = workers.stop(run_id, &region, &stop("second")).await.unwrap();
    assert_eq!(control.stop, Some(stop("first")));
    let control = workers.release(run_id, &region, at, &first, now).await.unwrap();
    assert_eq!((control.start_at, control.released), (None, None));
    let lease = workers.renew_lease(run_id, &region, now).await.unwrap().lease;
    assert_eq!(
        workers.renew_lease(run_id, &region, now).await.unwrap().lease,
        lease + 1
    );
}
