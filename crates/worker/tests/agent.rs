//! Whole workers with the real engines, against a target that counts.

mod support;

use std::time::{Duration, Instant};

use metrics::segment::Report;
use model::worker::{Loss, State};
use nix::sys::signal::Signal;
use oleada_worker::process::tree;
use serde_json::{Value, json};
use support::Stage;

/// A few users that ask the target's `path` again and again.
fn scenario(address: &str, path: &str, hold: &str) -> Value {
    json!({
        "name": "a test",
        "workload": {
            "kind": "http",
            "thinkTime": "20ms",
            "requests": [{"url": format!("{address}{path}"), "label": "json, \"quoted\""}],
        },
        "shape": {"kind": "users", "rampUp": "0s", "hold": hold, "drain": "2s"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 3}],
    })
}

/// Every request that reached the target is one that was counted.
fn sum(report: &Report) -> u64 {
    report.requests + report.interrupted + report.phases.setup.requests + report.phases.teardown.requests
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_planned_load_is_counted_to_the_last_request() {
    let stage = Stage::set(|address| scenario(address, "/json", "6s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    assert_eq!(
        stage.target.count(),
        0,
        "nothing reaches the target before the start"
    );
    stage.release().await;
    let done = stage
        .await_worker("done", |worker| worker.state == State::Done)
        .await;
    assert_eq!(worker.exit().await, 0, "{}", stage.log());

    let (report, artifacts) = stage.uploaded().await;
    let report = report.expect("it uploaded segments");
    assert!(report.requests > 300, "{report:?}");
    assert_eq!(sum(&report), stage.target.count(), "{report:?}");
    assert_eq!((report.failures, report.malformed, report.last), (0, 0, true));
    assert_eq!(done.exit.as_ref().map(|exit| exit.code), Some(0), "{done:?}");
    assert!(!done.ended_early);
    assert!(
        done.start_skew_ms.is_some_and(|skew| (0..1_000).contains(&skew)),
        "{done:?}"
    );
    assert_eq!(done.progress.requests, report.requests);
    assert_eq!(
        artifacts,
        ["bzt.log", "executed.jmx", "final.xml", "jmeter.log", "kpi.jtl.gz"]
    );

    let ticks: Vec<Value> = stage
        .output()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(ticks.iter().all(|tick| tick["kind"] == "tick"));
    assert!(
        ticks
            .iter()
            .enumerate()
            .all(|(number, tick)| tick["seq"] == number)
    );
    let live: u64 = ticks
        .iter()
        .flat_map(|tick| tick["labels"].as_object().unwrap().values())
        .map(requests)
        .sum();
    assert_eq!(live, report.requests);
}

fn requests(label: &Value) -> u64 {
    label["requests"].as_u64().unwrap()
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_cancel_ends_the_load_within_five_seconds_and_loses_nothing() {
    let stage = Stage::set(|address| scenario(address, "/json", "120s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    stage
        .await_worker("under load", |worker| worker.progress.requests > 50)
        .await;
    stage.cancel().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let count = stage.target.count();
    let cancelled = Instant::now();
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    assert!(cancelled.elapsed() < Duration::from_secs(25));
    assert_eq!(stage.target.count(), count, "the load went on");
    let (report, _) = stage.uploaded().await;
    assert_eq!(sum(&report.unwrap()), count);
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn what_hangs_at_the_end_is_cut_and_counted_as_interrupted() {
    let stage = Stage::set(|address| scenario(address, "/stuck", "3s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    let report = stage.uploaded().await.0.unwrap();
    assert_eq!(
        (report.requests, report.interrupted),
        (0, 3),
        "{report:?}\n{}",
        stage.log()
    );
    assert_eq!(stage.target.count(), 3);
    let users = stage.output().lines().map(users_of).max();
    assert_eq!(users, Some(3), "users who wait are there: {}", stage.output());
}

fn users_of(tick: &str) -> u64 {
    let tick: Value = serde_json::from_str(tick).unwrap();
    tick["virtualUsers"].as_u64().unwrap()
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_killed_jvm_is_a_lost_worker_with_what_it_had() {
    let stage = Stage::set(|address| scenario(address, "/json", "120s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    stage
        .await_worker("under load", |worker| worker.progress.requests > 50)
        .await;
    let jvms = worker.jvms();
    assert_eq!(jvms.len(), 1);
    tree::send(jvms[0], Signal::SIGKILL);
    let lost = stage
        .await_worker("lost", |worker| worker.state == State::Lost)
        .await;
    assert_eq!(worker.exit().await, 1);
    assert_eq!(lost.loss, Some(Loss::EngineFailed));
    assert!(
        lost.exit
            .as_ref()
            .is_some_and(|exit| exit.detail.contains("137") || exit.detail.contains("-9")),
        "{lost:?}"
    );
    let report = stage.uploaded().await.0.unwrap();
    // At most what was under way in the three users, and the rows of the last moments before a flush.
    let missing = stage.target.count() - sum(&report);
    assert!(missing <= 12, "{missing} of {}", stage.target.count());
    assert!(report.requests > 50);
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_jvm_that_dies_in_its_drain_leaves_a_warning() {
    let stage = Stage::set(|address| {
        let mut scenario = scenario(address, "/stuck", "2s");
        scenario["shape"]["drain"] = json!("60s");
        scenario
    })
    .await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    let start_at = stage.release().await;
    let draining = start_at.plus(model::Duration::from_secs(4));
    stage
        .await_worker("draining", |_| model::Timestamp::now() > draining)
        .await;
    assert_eq!(stage.target.count(), 3);
    let jvms = worker.jvms();
    assert_eq!(jvms.len(), 1);
    tree::send(jvms[0], Signal::SIGKILL);
    stage
        .await_worker("done", |worker| worker.state == State::Done)
        .await;
    assert_eq!(
        worker.exit().await,
        0,
        "the load itself was delivered: {}",
        stage.log()
    );
    let report = stage.uploaded().await.0.unwrap();
    assert_eq!((report.requests, report.interrupted), (0, 0));
    let codes: Vec<&str> = report
        .warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect();
    assert_eq!(codes, ["SAMPLES_MISSING"], "{report:?}");
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_killed_worker_leaves_no_process() {
    let stage = Stage::set(|address| scenario(address, "/json", "120s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    stage
        .await_worker("under load", |worker| worker.progress.requests > 20)
        .await;
    let left = worker.descendants();
    assert!(left.len() >= 3, "guard, bzt, JVM: {left:?}");
    worker.child.kill().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while left
        .iter()
        .any(|pid| tree::find(*pid).is_some_and(|living| !living.is_dead()))
    {
        assert!(Instant::now() < deadline, "a process is left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let count = stage.target.count();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.target.count(), count);
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_control_plane_that_is_away_for_a_while_costs_nothing() {
    let mut stage = Stage::set(|address| scenario(address, "/json", "50s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    stage
        .await_worker("under load", |worker| worker.progress.requests > 50)
        .await;
    // A segment falls due in between.
    stage.away_for(Duration::from_secs(30)).await;
    stage
        .await_worker("done", |worker| worker.state == State::Done)
        .await;
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    let report = stage.uploaded().await.0.unwrap();
    assert_eq!(sum(&report), stage.target.count());
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn who_is_not_among_the_released_sends_nothing() {
    let stage = Stage::set(|address| scenario(address, "/json", "60s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    let nobody = model::control::Released::default();
    let now = model::Timestamp::now();
    let workers = &stage.gateways.workers;
    workers
        .release(stage.run_id, &stage.region, now, &nobody, now)
        .await
        .unwrap();
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    assert_eq!(stage.target.count(), 0);
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn without_a_control_plane_the_load_ends_with_the_lease() {
    let mut stage = Stage::set(|address| scenario(address, "/json", "300s")).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    stage
        .await_worker("under load", |worker| worker.progress.requests > 50)
        .await;
    stage.leave().await;
    tokio::time::sleep(Duration::from_secs(66)).await;
    let count = stage.target.count();
    let ended = Instant::now();
    assert_eq!(worker.exit().await, 75, "{}", stage.log());
    assert!(ended.elapsed() < Duration::from_secs(24), "{:?}", ended.elapsed());
    assert_eq!(stage.target.count(), count, "the load went on");
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_worker_that_cannot_read_its_run_leaves_with_the_lease() {
    let mut stage = Stage::set(|address| scenario(address, "/json", "300s")).await;
    // A place in a run that is not there.
    stage.run_id = "run_01KB2Z7W6N9M3A5T4C8D1E2F3K".parse().unwrap();
    let now = model::Timestamp::now();
    let workers = &stage.gateways.workers;
    workers
        .assign(stage.run_id, &stage.region, &[0], 0, now)
        .await
        .unwrap();
    let mut worker = stage.start_worker().await;
    assert_eq!(worker.exit().await, 75, "{}", stage.log());
    assert!(stage.log().contains("the lease was lost"), "{}", stage.log());
    assert_eq!(stage.target.count(), 0);
}

const SCRIPT: &str = "scr_01KB2Z7W6N9M3A5T4C8D1E2F3J";

/// The plan of `plans/phases.jmx`: two requests before the load, 25 rounds of two a user, one after.
fn script_scenario(address: &str, shape: &Value, users: Option<u32>) -> Value {
    let port = address.rsplit_once(':').unwrap().1;
    let mut traffic = json!({"region": "us-east-1", "workers": 1});
    if let Some(users) = users {
        traffic["virtualUsers"] = json!(users);
    }
    json!({
        "name": "a test",
        "workload": {"kind": "script", "scriptId": SCRIPT, "properties": {"port": port, "users": "2"}},
        "shape": shape,
        "traffic": [traffic],
    })
}

async fn upload_script(stage: &Stage) {
    let key = aws::objects::keys::script(SCRIPT.parse().unwrap());
    let plan = include_bytes!("plans/phases.jmx").as_slice();
    stage.gateways.objects.put(&key, plan).await.unwrap();
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_script_that_ends_by_itself_ends_early_with_every_phase_counted() {
    let shape = json!({"kind": "script", "maxDuration": "60s"});
    let stage = Stage::set(|address| script_scenario(address, &shape, None)).await;
    upload_script(&stage).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    assert_eq!(stage.target.count(), 2, "setUp comes before the gate");
    stage.release().await;
    let done = stage
        .await_worker("done", |worker| worker.state == State::Done)
        .await;
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    assert!(done.ended_early, "{done:?}");
    let report = stage.uploaded().await.0.unwrap();
    assert_eq!(
        (report.phases.setup.requests, report.phases.teardown.requests),
        (2, 1),
        "{report:?}"
    );
    assert_eq!(
        (report.requests, report.failures),
        (100, 50),
        "transactions are no requests: {report:?}"
    );
    assert_eq!(stage.target.count(), 103);
    assert!(report.ended_early_ms.is_some());
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_script_with_users_of_the_scenario_runs_until_the_worker_ends_it() {
    let shape = json!({"kind": "users", "rampUp": "1s", "hold": "4s", "drain": "5s"});
    let stage = Stage::set(|address| script_scenario(address, &shape, Some(3))).await;
    upload_script(&stage).await;
    let mut worker = stage.start_worker().await;
    stage.await_ready().await;
    stage.release().await;
    let done = stage
        .await_worker("done", |worker| worker.state == State::Done)
        .await;
    assert_eq!(worker.exit().await, 0, "{}", stage.log());
    let report = stage.uploaded().await.0.unwrap();
    assert!(
        !done.ended_early && report.requests > 150,
        "the plan's loops do not end it: {report:?}"
    );
    assert_eq!(sum(&report), stage.target.count(), "{report:?}");
}
