//! Results, windows and series through the door, over a stored result of samples whose figures are known.

mod door;

use std::collections::BTreeMap;

use aws::{
    objects::{Parts, keys},
    runs::{Changes, Ending},
};
use door::{Answer, As, Door, http_scenario};
use metrics::{
    merge::{Merger, SegmentRef, windows},
    recorder::{Ending as LoadEnding, Recorder, Settings},
    results::{Grade, Phases, Results, Validity, Verdict, Workers},
    sample::{Kind, Sample},
    store::Query,
};
use model::{
    Duration, RunId, Timestamp,
    plan::Plan,
    run::{Outcome, Status},
};
use serde_json::{Value, json};

const START: i64 = 1_795_421_151_000;
const SECONDS: u32 = 60;

/// A run that has been released at [`START`].
async fn released(door: &Door) -> RunId {
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let run_id: RunId = door.run(&scenario).await.parse().unwrap();
    let run = door.gateways.runs.get(run_id).await.unwrap();
    door.gateways
        .runs
        .keep_plan(run_id, &Plan::new(&run.scenario))
        .await
        .unwrap();
    for (status, changes) in [
        (Status::Launching, Changes::default()),
        (Status::Ready, Changes::default()),
        (
            Status::Running,
            Changes {
                start_at: Some(Timestamp::from_ms(START)),
            },
        ),
    ] {
        assert_eq!(
            door.gateways.runs.move_to(run_id, status, changes).await.unwrap(),
            status
        );
    }
    run_id
}

/// Stores, under the names that `key` gives, what one worker would have measured: in second s a sample of each of two
/// labels, of s + 1 ms, of which those of `slow` fail.
async fn store(door: &Door, run_id: RunId, key: impl Fn(&str) -> String) -> metrics::store::Index {
    let mut recorder = Recorder::new(Settings {
        run_id,
        region: "us-east-1".parse().unwrap(),
        worker: 0,
        start_at_ms: START,
        close_after_ms: 500,
        tick_seconds: 1,
        line_bytes: 12_000,
        watched: Vec::new(),
    });
    for second in 0..SECONDS {
        for label in ["quick", "slow"] {
            let fails = label == "slow";
            recorder.record(&Sample {
                end_ms: START + i64::from(second) * 1_000 + 500,
                label: label.as_bytes(),
                elapsed: u64::from(second + 1) * 1_000,
                ttfb: None,
                connect: None,
                success: !fails,
                code: if fails { b"503" } else { b"200" },
                message: b"m",
                assertion: b"",
                bytes_received: 10,
                bytes_sent: 1,
                virtual_users: Some(5),
                thread: b"g 1-1",
                kind: Kind::Request,
            });
        }
    }
    let (_, segment) = recorder.finish(LoadEnding::default(), None);
    let (mut totals, mut labels) = (Vec::new(), Vec::new());
    let merged = {
        let mut merger = Merger::new(1, &mut totals, &mut labels);
        let reference = SegmentRef {
            key: "segment".into(),
            from: segment.name.from,
            to: segment.name.to,
        };
        for window in windows(&[reference], 30) {
            merger.open(window.seconds);
            merger.add("segment", &segment.bytes);
            merger.close().unwrap();
        }
        merger.finish().unwrap()
    };
    let objects = &door.gateways.objects;
    objects.put(&key(keys::TOTALS), totals).await.unwrap();
    objects.put(&key(keys::LABELS), labels.clone()).await.unwrap();
    objects
        .put(&key(keys::INDEX), merged.index.encode())
        .await
        .unwrap();

    let mut whole = Query::whole(1);
    for fetch in whole.fetches(&merged.index) {
        let range = usize::try_from(fetch.bytes.start).unwrap()..usize::try_from(fetch.bytes.end).unwrap();
        let fetched = (fetch, labels[range].to_vec());
        whole.add(&merged.index, &[fetched]).unwrap();
    }
    let measured = whole.finish(Timestamp::from_ms(START), u64::from(SECONDS) * 1_000);
    let run = door.gateways.runs.get(run_id).await.unwrap();
    let results = Results {
        run_id,
        scenario_id: run.scenario_id,
        status: Status::Completed,
        degraded: false,
        ended_early: None,
        interrupted: 0,
        start_at: Timestamp::from_ms(START),
        ended_at: Timestamp::from_ms(START).plus(Duration::from_secs(70)),
        duration_ms: u64::from(SECONDS) * 1_000,
        workers: Workers::default(),
        steady: measured.total.clone(),
        total: measured.total,
        by_label: measured.by_label,
        by_region: measured.by_region,
        transactions: BTreeMap::new(),
        phases: Phases::default(),
        errors: measured.errors,
        verdict: Verdict {
            outcome: Outcome::Passed,
            criteria: Vec::new(),
        },
        validity: Validity {
            grade: Grade::Valid,
            reasons: Vec::new(),
        },
        window: None,
    };
    let results = serde_json::to_vec(&results).unwrap();
    objects.put(&key(keys::RESULTS), results).await.unwrap();
    merged.index
}

async fn finished(door: &Door) -> String {
    let run_id = released(door).await;
    store(door, run_id, |name| keys::result(run_id, name)).await;
    let ending = Ending {
        status: Status::Failed,
        reason: None,
        degraded: false,
        summary: None,
        ended_at: Timestamp::now(),
    };
    door.gateways.runs.finish(run_id, &ending).await.unwrap();
    format!("/runs/{run_id}")
}

#[track_caller]
fn ok(answer: Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn results_are_given_whole_and_by_window() {
    let door = Door::open().await;
    let path = finished(&door).await;
    let whole = ok(door.call(As::Viewer, "GET", &format!("{path}/results")).await);
    assert_eq!(whole["total"]["requests"], 120);
    assert_eq!(whole["total"]["codes"], json!({"200": 60, "503": 60}));
    assert_eq!(whole["total"]["responseTimeMs"]["max"], 60.0);
    assert_eq!(whole["verdict"]["outcome"], "passed");
    assert_eq!(whole.get("window"), None);

    // Seconds 10 to 19: samples of 11 to 20 ms.
    let window = format!("{path}/results?from=10000&to=20000");
    let window = ok(door.call(As::Viewer, "GET", &window).await);
    assert_eq!(window["window"], json!({"fromMs": 10_000, "toMs": 20_000}));
    assert_eq!(window["total"]["requests"], 20);
    assert_eq!(window["steady"], window["total"]);
    assert_eq!(window["byLabel"]["slow"]["failures"], 10);
    // A percentile is the highest value that its bucket stands for.
    let times = &window["byLabel"]["quick"]["responseTimeMs"];
    assert_eq!(
        (&times["min"], &times["max"], &times["p50"]),
        (&json!(11.0), &json!(20.0), &json!(15.007))
    );
    assert_eq!(window["total"]["throughput"], 2.0);
    assert_eq!(window["errors"][0]["count"], 10);
    assert_eq!(window["verdict"], whole["verdict"]);

    // Windows that follow each other add up.
    let mut sum = 0;
    for from in (0..60_000).step_by(7_000) {
        let target = format!("{path}/results?from={from}&to={}", from + 7_000);
        let part = ok(door.call(As::Viewer, "GET", &target).await);
        sum += part["total"]["requests"].as_u64().unwrap();
    }
    assert_eq!(sum, 120);

    let backwards = door
        .call(As::Viewer, "GET", &format!("{path}/results?from=5&to=5"))
        .await;
    assert_eq!(backwards.pointers(422), ["?to"]);
    for (query, pointer) in [("from=-1", "?from"), ("to=0", "?to"), ("from=1.5", "?from")] {
        let answer = door
            .call(As::Viewer, "GET", &format!("{path}/results?{query}"))
            .await;
        assert_eq!(answer.pointers(400), [pointer], "{query}");
    }
}

#[tokio::test]
async fn a_series_has_a_point_for_each_step() {
    let door = Door::open().await;
    let path = finished(&door).await;
    let series = ok(door.call(As::Viewer, "GET", &format!("{path}/series")).await);
    assert_eq!(
        (&series["stepMs"], &series["completeUntil"]),
        (&json!(1_000), &json!(60))
    );
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 60);
    assert_eq!(
        (&points[41]["t"], &points[41]["requests"], &points[41]["max"]),
        (&json!(41), &json!(2), &json!(42.0))
    );

    let target = format!("{path}/series?label=slow&maxPoints=6&region=us-east-1");
    let coarse = ok(door.call(As::Viewer, "GET", &target).await);
    assert_eq!(coarse["stepMs"], 10_000);
    let points = coarse["points"].as_array().unwrap();
    assert_eq!(points.len(), 6);
    assert_eq!(
        (&points[1]["requests"], &points[1]["failures"]),
        (&json!(10), &json!(10))
    );
    // A percentile of the merged samples 11 to 20 ms, not a mean of percentiles.
    assert_eq!(points[1]["p50"], 15.007);

    let elsewhere = ok(door
        .call(As::Viewer, "GET", &format!("{path}/series?region=sa-east-1"))
        .await);
    assert!(
        elsewhere["points"]
            .as_array()
            .unwrap()
            .iter()
            .all(|point| point["requests"] == 0)
    );
    let wrong = door
        .call(
            As::Viewer,
            "GET",
            &format!("{path}/series?region=mars&maxPoints=2001"),
        )
        .await;
    assert_eq!(wrong.pointers(400), ["?region", "?maxPoints"]);
}

#[tokio::test]
async fn a_series_is_there_while_the_run_goes_on() {
    let door = Door::open().await;
    let run_id = released(&door).await;
    store(&door, run_id, |name| keys::live(run_id, &format!("a/{name}"))).await;
    let parts = Parts {
        // The second was folded into another one since the list was written.
        parts: vec!["a".into(), "gone".into()],
        complete_until: 55,
        folded: BTreeMap::new(),
    };
    let list = serde_json::to_vec(&parts).unwrap();
    door.gateways
        .objects
        .put(&keys::live(run_id, keys::PARTS), list)
        .await
        .unwrap();
    let series = ok(door
        .call(As::Viewer, "GET", &format!("/runs/{run_id}/series"))
        .await);
    assert_eq!(series["completeUntil"], 55);
    let requests = series["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["requests"].as_u64().unwrap());
    assert_eq!(requests.sum::<u64>(), 120);
    door.call(As::Viewer, "GET", &format!("/runs/{run_id}/results"))
        .await
        .problem(409);
}

#[tokio::test]
async fn the_live_feed_has_an_address_for_one_topic() {
    let door = Door::open().await;
    let run_id = released(&door).await;
    let live = ok(door
        .call(As::Viewer, "GET", &format!("/runs/{run_id}/live"))
        .await);
    assert_eq!(live["protocol"], "mqtt");
    assert_eq!(live["topic"], format!("oleada/runs/{run_id}/live"));
    assert!(
        live["url"].as_str().unwrap().starts_with("ws://127.0.0.1:"),
        "{live}"
    );
    assert_eq!(
        (&live["username"], &live["password"]),
        (&Value::Null, &Value::Null)
    );
    let again = ok(door
        .call(As::Viewer, "GET", &format!("/runs/{run_id}/live"))
        .await);
    assert_ne!(live["clientId"], again["clientId"]);
}
