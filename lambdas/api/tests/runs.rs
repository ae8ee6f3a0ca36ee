//! Runs through the door. There is no state machine behind it: a run stays queued, as when StartExecution fails.

mod door;

use door::{As, Door, http_scenario};
use model::{
    RunId, Timestamp,
    run::{Reason, ReasonCode, Status},
};
use serde_json::{Value, json};

/// Ends a run as clean-up does.
async fn end(door: &Door, run: &str, status: Status) {
    let ending = aws::runs::Ending {
        status,
        reason: Some(Reason::new(ReasonCode::ControlPlaneFailed, "it was a test")),
        degraded: false,
        summary: None,
        ended_at: Timestamp::now(),
    };
    door.gateways
        .runs
        .finish(run.parse().unwrap(), &ending)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_run_is_queued_noted_ended_and_deleted() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let body = json!({"note": "before the sale", "ref": "abc123"});
    let target = format!("/scenarios/{scenario}/runs");
    let created = door.send(As::Operator, "POST", &target, &[], &body).await;
    assert_eq!(created.status, 202, "{}", created.text);
    let run = created.json();
    let path = format!("/runs/{}", run["runId"].as_str().unwrap());
    assert_eq!(
        created.header("location"),
        Some(format!("/api/v1{path}").as_str())
    );
    assert_eq!(
        (&run["status"], &run["trigger"]),
        (&json!("queued"), &json!("api"))
    );
    assert_eq!(
        (&run["note"], &run["ref"]),
        (&json!("before the sale"), &json!("abc123"))
    );
    assert_eq!(
        run["workers"],
        json!({"planned": 2, "ready": 0, "running": 0, "done": 0, "lost": 0})
    );
    assert_eq!(door.call(As::Viewer, "GET", &path).await.json(), run);
    assert_eq!(
        door.call(As::Viewer, "GET", &format!("/scenarios/{scenario}"))
            .await
            .json()["activeRunId"],
        run["runId"]
    );

    // While it is active: no second run, no deletion of either, no results; a course without points.
    let second = door.call(As::Operator, "POST", &target).await.problem(409);
    assert_eq!(
        (&second["code"], &second["runId"]),
        (&json!("RUN_ACTIVE"), &run["runId"])
    );
    for target in [&path, &format!("/scenarios/{scenario}")] {
        let refused = door.call(As::Operator, "DELETE", target).await.problem(409);
        assert_eq!(
            (&refused["code"], &refused["runId"]),
            (&json!("RUN_ACTIVE"), &run["runId"])
        );
    }
    let results = door.call(As::Viewer, "GET", &format!("{path}/results")).await;
    assert_eq!(results.problem(409)["code"], "NOT_COLLECTED");
    let series = door.call(As::Viewer, "GET", &format!("{path}/series")).await;
    assert_eq!(
        series.json(),
        json!({"stepMs": 1000, "completeUntil": 0, "points": []})
    );
    let none = json!({"items": [], "nextCursor": null});
    for list in ["workers", "artifacts", "logs?worker=1"] {
        assert_eq!(
            door.call(As::Viewer, "GET", &format!("{path}/{list}"))
                .await
                .json(),
            none,
            "{list}"
        );
    }
    door.call(As::Viewer, "GET", &format!("{path}/logs?worker=2"))
        .await
        .problem(404);
    assert_eq!(
        door.call(As::Viewer, "GET", &format!("{path}/logs"))
            .await
            .pointers(400),
        ["?worker"]
    );

    // Note and pin.
    let patch = |body: Value| {
        let (door, path) = (&door, &path);
        async move { door.send(As::Operator, "PATCH", path, &[], &body).await }
    };
    let patched = patch(json!({"note": "日本\nñ", "pinned": true})).await.json();
    assert_eq!(
        (&patched["note"], &patched["pinned"]),
        (&json!("日本\nñ"), &json!(true))
    );
    assert_eq!(patch(json!({"note": null})).await.json()["note"], Value::Null);
    assert_eq!(patch(json!({})).await.json()["pinned"], true);
    let wrong = patch(json!({"note": "x".repeat(2_001), "pinned": "yes", "status": "completed"})).await;
    assert_eq!(wrong.pointers(422), ["/note", "/pinned", "/status"]);

    end(&door, run["runId"].as_str().unwrap(), Status::Failed).await;
    let results = door.call(As::Viewer, "GET", &format!("{path}/results")).await;
    assert_eq!(results.problem(404)["code"], "NO_RESULTS");
    let run_id: RunId = run["runId"].as_str().unwrap().parse().unwrap();
    let region = "us-east-1".parse().unwrap();
    let objects = &door.gateways.objects;
    for (worker, name) in [(1, "kpi.jtl.gz"), (0, "kpi.jtl.gz"), (0, "bzt.log")] {
        let key = aws::objects::keys::artifact(run_id, &region, worker, name);
        objects.put(&key, format!("{worker} {name}")).await.unwrap();
    }
    let segments = aws::objects::keys::segments(run_id, &region, 0);
    objects.put(&format!("{segments}000001"), "x").await.unwrap();
    let artifacts = door
        .call(As::Viewer, "GET", &format!("{path}/artifacts"))
        .await
        .json();
    let listed: Vec<_> = artifacts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|artifact| (&artifact["worker"], &artifact["name"], &artifact["size"]))
        .collect();
    assert_eq!(
        listed,
        [
            (&json!(0), &json!("bzt.log"), &json!(9)),
            (&json!(0), &json!("kpi.jtl.gz"), &json!(12)),
            (&json!(1), &json!("kpi.jtl.gz"), &json!(12)),
        ]
    );
    let link = artifacts["items"][2]["url"].as_str().unwrap();
    assert_eq!(
        reqwest::get(link).await.unwrap().text().await.unwrap(),
        "1 kpi.jtl.gz"
    );

    assert_eq!(door.call(As::Operator, "DELETE", &path).await.status, 204);
    assert_eq!(
        door.gateways
            .objects
            .list(&aws::objects::keys::run(run_id))
            .await
            .unwrap(),
        []
    );
    door.call(As::Operator, "DELETE", &path).await.problem(404);
    // The scenario is free, and has forgotten its last run.
    assert_eq!(
        door.call(As::Viewer, "GET", "/scenarios").await.json()["items"][0]["lastRun"],
        Value::Null
    );
    assert_eq!(
        door.call(As::Operator, "DELETE", &format!("/scenarios/{scenario}"))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_repeated_request_counts_once() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let target = format!("/scenarios/{scenario}/runs");
    let key = [("Idempotency-Key", "build-17")];
    let post = |body: Value| {
        let (door, target) = (&door, &target);
        async move { door.send(As::Operator, "POST", target, &key, &body).await }
    };
    let first = post(json!({"note": "a"})).await;
    let again = post(json!({"note": "a"})).await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.json()["runId"], again.json()["runId"]);
    assert_eq!(
        post(json!({"note": "b"})).await.problem(409)["code"],
        "IDEMPOTENCY_KEY_REUSED"
    );
    // Another caller's key is another key, and meets the active run.
    let other = door
        .send(As::Admin, "POST", &target, &key, &json!({"note": "a"}))
        .await;
    assert_eq!(other.problem(409)["code"], "RUN_ACTIVE");
    // The run has ended: the repetition still answers with it, and starts nothing.
    let run = first.json()["runId"].as_str().unwrap().to_owned();
    end(&door, &run, Status::Failed).await;
    assert_eq!(
        post(json!({"note": "a"})).await.json()["runId"],
        first.json()["runId"]
    );
    for wrong in ["", "a b", "ñ", &"x".repeat(129)] {
        let answer = door
            .send(
                As::Operator,
                "POST",
                &target,
                &[("Idempotency-Key", wrong)],
                &json!({}),
            )
            .await;
        assert_eq!(answer.problem(400)["code"], "MALFORMED", "{wrong}");
    }
}

#[tokio::test]
async fn of_two_requests_at_once_one_gets_the_run() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let target = format!("/scenarios/{scenario}/runs");
    let (a, b) = tokio::join!(
        door.call(As::Operator, "POST", &target),
        door.call(As::Admin, "POST", &target)
    );
    let (won, lost) = if a.status == 202 { (a, b) } else { (b, a) };
    assert_eq!(won.status, 202, "{}", won.text);
    assert_eq!(lost.problem(409)["runId"], won.json()["runId"]);
}

#[tokio::test]
async fn overrides_are_for_this_run_only() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let target = format!("/scenarios/{scenario}/runs");
    let wrong = json!({"overrides": {
        "shape": {"hold": "-1s"},
        "traffic": [{"region": "us-east-1", "workers": 0, "virtualUsers": 10}],
        "criteria": [{"metric": "p95", "op": "<", "value": "5%"}],
    }});
    let refused = door.send(As::Operator, "POST", &target, &[], &wrong).await;
    assert_eq!(
        refused.pointers(422),
        [
            "/overrides/shape/hold",
            "/overrides/traffic/0/workers",
            "/overrides/criteria/0/value"
        ]
    );
    let far = json!({"overrides": {"traffic": [{"region": "eu-west-1", "workers": 1, "virtualUsers": 10}]}});
    let refused = door.send(As::Operator, "POST", &target, &[], &far).await;
    assert_eq!(refused.pointers(422), ["/overrides/traffic/0/region"]);
    let forbidden = json!({"overrides": {"name": "Other", "workload": {"scriptId": "x"}}});
    let refused = door.send(As::Operator, "POST", &target, &[], &forbidden).await;
    assert_eq!(
        refused.pointers(422),
        ["/overrides/workload/scriptId", "/overrides/name"]
    );

    let right = json!({"overrides": {"shape": {"hold": "10s"},
        "traffic": [{"region": "sa-east-1", "workers": 3, "virtualUsers": 30}]}});
    let run = door.send(As::Operator, "POST", &target, &[], &right).await.json();
    assert_eq!(
        run["scenario"]["shape"],
        json!({"kind": "users", "rampUp": "0s", "hold": "10s", "drain": "30s"})
    );
    assert_eq!(run["workers"]["planned"], 3);
    let kept = door
        .call(As::Viewer, "GET", &format!("/scenarios/{scenario}"))
        .await
        .json();
    assert_eq!(kept["shape"]["hold"], "5m");
    assert_eq!(kept["traffic"][0]["region"], "us-east-1");
}

#[tokio::test]
async fn cancel_is_a_word_to_every_region() {
    let door = Door::open().await;
    let mut document = http_scenario("Checkout");
    document["traffic"] = json!([
        {"region": "us-east-1", "workers": 1, "virtualUsers": 1},
        {"region": "sa-east-1", "workers": 1, "virtualUsers": 1},
    ]);
    let scenario = door.scenario(&document).await;
    let run = door.run(&scenario).await;
    for _ in 0..2 {
        let answer = door
            .call(As::Operator, "POST", &format!("/runs/{run}/cancel"))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_eq!(answer.json()["status"], "stopping");
    }
    for region in ["us-east-1", "sa-east-1"] {
        let control = door
            .gateways
            .workers
            .control(run.parse().unwrap(), &region.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(control.stop.unwrap().said.detail, "cancelled by token:operator");
    }
    end(&door, &run, Status::Failed).await;
    let late = door
        .call(As::Operator, "POST", &format!("/runs/{run}/cancel"))
        .await;
    assert_eq!((late.status, &late.json()["status"]), (202, &json!("failed")));
}

#[tokio::test]
async fn histories_are_paged_and_filtered() {
    let door = Door::open().await;
    let mut runs = Vec::new();
    let scenarios = [
        door.scenario(&http_scenario("One")).await,
        door.scenario(&http_scenario("Two")).await,
    ];
    for i in 0..6 {
        let run = door.run(&scenarios[i % 2]).await;
        if i < 4 {
            end(&door, &run, Status::Failed).await;
        }
        runs.push(run);
    }
    runs.reverse();
    let ids = |answer: door::Answer| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["runId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(door.call(As::Viewer, "GET", "/runs").await), runs);
    assert_eq!(
        ids(door.call(As::Viewer, "GET", "/runs?status=queued").await),
        runs[..2]
    );
    let either = door.call(As::Viewer, "GET", "/runs?status=running,failed").await;
    assert_eq!(ids(either), runs[2..]);
    let of_one = format!("/scenarios/{}/runs", scenarios[0]);
    assert_eq!(ids(door.call(As::Viewer, "GET", &of_one).await).len(), 3);
    let first = door.call(As::Viewer, "GET", "/runs?limit=4").await.json();
    let cursor = first["nextCursor"].as_str().unwrap();
    let rest = door
        .call(As::Viewer, "GET", &format!("/runs?limit=4&cursor={cursor}"))
        .await;
    assert_eq!(ids(rest), runs[4..]);
    let foreign = door
        .call(As::Viewer, "GET", &format!("{of_one}?cursor={cursor}"))
        .await;
    assert_eq!(foreign.pointers(422), ["?cursor"]);
    let wrong = door
        .call(As::Viewer, "GET", "/runs?status=gone&from=yesterday")
        .await;
    assert_eq!(wrong.pointers(400), ["?status", "?from"]);
    let future = door
        .call(As::Viewer, "GET", "/runs?from=2999-01-01T00:00:00Z")
        .await;
    assert_eq!(ids(future).len(), 0);
    // All of time is not walked through day by day.
    let ever = tokio::time::timeout(
        std::time::Duration::from_secs(10),
        door.call(
            As::Viewer,
            "GET",
            "/runs?from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z",
        ),
    );
    assert_eq!(ids(ever.await.expect("in time")).len(), 6);
    // What is deleted takes its runs out of its own history, and leaves them in that of all.
    end(&door, &runs[0], Status::Failed).await;
    assert_eq!(
        door.call(As::Operator, "DELETE", &format!("/scenarios/{}", scenarios[1]))
            .await
            .status,
        204
    );
    assert_eq!(ids(door.call(As::Viewer, "GET", "/runs").await).len(), 6);
}
