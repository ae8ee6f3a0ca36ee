//! Validations through the door. There is no state machine and no worker behind it: what they would write, the test does.

mod door;

use aws::{objects::keys, runs::Ending};
use door::{As, Door, http_scenario};
use model::{
    RunId, Timestamp,
    run::{Reason, ReasonCode, Status},
};
use serde_json::{Value, json};

async fn validate(door: &Door, scenario: &str) -> String {
    let target = format!("/scenarios/{scenario}/validate");
    let accepted = door.call(As::Operator, "POST", &target).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let run = accepted.json()["runId"].as_str().unwrap().to_owned();
    assert_eq!(accepted.json(), json!({"runId": run}));
    assert_eq!(
        accepted.header("location"),
        Some(format!("/api/v1/runs/{run}/validation").as_str())
    );
    run
}

async fn seen(door: &Door, run: &str) -> Value {
    let answer = door
        .call(As::Viewer, "GET", &format!("/runs/{run}/validation"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn end(door: &Door, run: &str, status: Status, reason: Option<Reason>) {
    let run: RunId = run.parse().unwrap();
    let way = [
        Status::Launching,
        Status::Ready,
        Status::Running,
        Status::Collecting,
    ];
    for next in way {
        door.gateways
            .runs
            .move_to(run, next, Default::default())
            .await
            .unwrap();
    }
    let ending = Ending {
        status,
        reason,
        degraded: false,
        summary: None,
        ended_at: Timestamp::now(),
    };
    door.gateways.runs.finish(run, &ending).await.unwrap();
}

fn exchange(label: &str, code: &str, body: &str) -> Value {
    json!({
        "at": "2026-11-27T09:00:00.000Z", "label": label, "phase": "load", "success": code == "200", "elapsedMs": 7,
        "thread": "users 1-1",
        "request": {"method": "GET", "url": "http://127.0.0.1:9/", "headers": [{"name": "X-Plain", "value": "seen"}],
                    "body": null},
        "response": {"code": code, "message": "Status", "headers": [],
                     "body": {"text": body, "bytes": body.len(), "cut": false}},
        "assertions": [], "subRequests": [], "redacted": ["Authorization"], "cut": false,
    })
}

async fn keep(door: &Door, run: &str, transcript: &Value) {
    let key = keys::transcript(run.parse().unwrap(), &"us-east-1".parse().unwrap(), 0);
    door.gateways
        .objects
        .put(&key, transcript.to_string())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_validation_is_a_small_run_that_no_history_has() {
    let door = Door::open().await;
    let mut document = http_scenario("Checkout");
    document["traffic"] = json!([
        {"region": "us-east-1", "workers": 4, "virtualUsers": 40},
        {"region": "sa-east-1", "workers": 2, "virtualUsers": 20}
    ]);
    let scenario = door.scenario(&document).await;
    let run = validate(&door, &scenario).await;
    let kept = door.call(As::Viewer, "GET", &format!("/runs/{run}")).await.json();
    assert_eq!(
        (&kept["trigger"], &kept["status"]),
        (&json!("validation"), &json!("queued"))
    );
    assert_eq!(
        kept["scenario"]["traffic"],
        json!([{"region": "us-east-1", "workers": 1, "virtualUsers": 1}])
    );
    assert_eq!(kept["scenario"]["workload"]["thinkTime"], "0s");
    let none = json!({"items": [], "nextCursor": null});
    for list in ["/runs".to_owned(), format!("/scenarios/{scenario}/runs")] {
        assert_eq!(door.call(As::Viewer, "GET", &list).await.json(), none, "{list}");
    }

    // It holds the scenario as a run does.
    for target in ["validate", "runs"] {
        let second = door
            .call(As::Operator, "POST", &format!("/scenarios/{scenario}/{target}"))
            .await;
        let second = second.problem(409);
        assert_eq!(
            (&second["code"], &second["runId"]),
            (&json!("RUN_ACTIVE"), &json!(run))
        );
    }
    end(&door, &run, Status::Completed, None).await;
    let listed = door.call(As::Viewer, "GET", "/scenarios").await.json();
    assert_eq!(
        (&listed["items"][0]["activeRunId"], &listed["items"][0]["lastRun"]),
        (&Value::Null, &Value::Null)
    );
    let run = door.run(&scenario).await;
    let path = format!("/runs/{run}/validation");
    door.call(As::Viewer, "GET", &path).await.problem(404);
    let target = format!("/scenarios/{scenario}/validate");
    door.call(As::Operator, "POST", &target).await.problem(409);
}

#[tokio::test]
async fn what_a_validation_sees_comes_while_it_goes_on() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let run = validate(&door, &scenario).await;
    let nothing = seen(&door, &run).await;
    assert_eq!(
        (&nothing["status"], &nothing["exchanges"]),
        (&json!("queued"), &json!([]))
    );
    assert_eq!(
        (&nothing["outcome"], &nothing["problem"]),
        (&Value::Null, &Value::Null)
    );

    let good = exchange("first", "200", "hi");
    let mut transcript = json!({"exchanges": [good], "omitted": {"samples": 0, "failures": 0}, "log": []});
    keep(&door, &run, &transcript).await;
    let first = seen(&door, &run).await;
    assert_eq!(
        (&first["exchanges"], &first["outcome"]),
        (&json!([good]), &Value::Null)
    );

    let bad = exchange("second", "503", "no");
    transcript["exchanges"] = json!([good, bad]);
    transcript["log"] = json!(["o.a.j.X: careful"]);
    keep(&door, &run, &transcript).await;
    end(&door, &run, Status::Completed, None).await;
    let over = seen(&door, &run).await;
    assert_eq!(
        (&over["status"], &over["outcome"]),
        (&json!("completed"), &json!("failed"))
    );
    assert_eq!(
        over["problem"],
        json!({"code": "REQUEST_FAILED", "detail": "503 Status", "element": "second"})
    );
    assert_eq!((&over["exchanges"][1], &over["log"]), (&bad, &transcript["log"]));

    transcript["exchanges"] = json!([good]);
    keep(&door, &run, &transcript).await;
    let passed = seen(&door, &run).await;
    assert_eq!(
        (&passed["outcome"], &passed["problem"]),
        (&json!("passed"), &Value::Null)
    );
    transcript["omitted"] = json!({"samples": 9, "failures": 2});
    keep(&door, &run, &transcript).await;
    let omitted = seen(&door, &run).await;
    assert_eq!(
        (&omitted["outcome"], &omitted["problem"]["element"]),
        (&json!("failed"), &Value::Null)
    );
}

#[tokio::test]
async fn a_script_that_is_broken_is_told_in_the_engines_words() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let run = validate(&door, &scenario).await;
    let log = json!([
        "o.a.j.m.JSR223PreProcessor: Problem in JSR223 script, sign\njavax.script.ScriptException: x"
    ]);
    let nothing = json!({"samples": 0, "failures": 0});
    keep(
        &door,
        &run,
        &json!({"exchanges": [], "omitted": nothing, "log": log}),
    )
    .await;
    let reason = Reason::new(ReasonCode::NoSamples, "the load ended without a single request");
    end(&door, &run, Status::Failed, Some(reason)).await;
    let over = seen(&door, &run).await;
    assert_eq!(
        over["problem"],
        json!({"code": "NO_SAMPLES", "detail": "the load ended without a single request", "element": "sign"})
    );
    assert_eq!(over["log"], log);
}

#[tokio::test]
async fn a_large_validation_is_an_address() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let run = validate(&door, &scenario).await;
    let body = "x".repeat(32 * 1024);
    let exchanges: Vec<Value> = (0..200).map(|_| exchange("large", "200", &body)).collect();
    let omitted = json!({"samples": 0, "failures": 0});
    keep(
        &door,
        &run,
        &json!({"exchanges": exchanges, "omitted": omitted, "log": []}),
    )
    .await;
    let answer = seen(&door, &run).await;
    let elsewhere = reqwest::get(answer["url"].as_str().unwrap()).await.unwrap();
    let there: Value = elsewhere.json().await.unwrap();
    assert_eq!(there["exchanges"].as_array().unwrap().len(), 200);
}
