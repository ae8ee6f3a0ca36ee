//! Baselines through the door.

mod door;

use door::{As, Door, ended::figures, http_scenario};
use model::run::Status;
use serde_json::json;

#[tokio::test]
async fn a_completed_run_becomes_the_baseline() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let path = format!("/scenarios/{scenario}");
    let read = || async { door.call(As::Viewer, "GET", &path).await.json() };
    assert_eq!(read().await["baselineRunId"], json!(null));
    let first = door.completed(&scenario, figures(10, 5.0), &[]).await;
    let second = door.completed(&scenario, figures(10, 6.0), &[]).await;
    let baseline = format!("{path}/baseline");
    for run in [first, second] {
        let answer = door
            .send(As::Operator, "PUT", &baseline, &[], &json!({"runId": run}))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json(), read().await);
        assert_eq!(read().await["baselineRunId"], run.to_string());
        let list = door.call(As::Viewer, "GET", "/scenarios").await.json();
        assert_eq!(list["items"][0]["baselineRunId"], run.to_string());
    }
    // What a client got it may send back; an edit keeps the baseline, and the baseline keeps the version.
    let document = read().await;
    assert_eq!(document["version"], 1);
    let edited = door
        .send(As::Operator, "PUT", &path, &[("If-Match", "\"1\"")], &document)
        .await;
    assert_eq!(edited.json()["baselineRunId"], second.to_string());

    let kept = door
        .call(As::Operator, "DELETE", &format!("/runs/{second}"))
        .await;
    assert_eq!(kept.problem(409)["code"], "IS_BASELINE");
    let results = door
        .call(As::Viewer, "GET", &format!("/runs/{second}/results"))
        .await;
    assert_eq!(results.status, 200, "nothing of it was deleted");
    assert_eq!(
        door.call(As::Operator, "DELETE", &format!("/runs/{first}"))
            .await
            .status,
        204
    );
    for _ in 0..2 {
        assert_eq!(door.call(As::Operator, "DELETE", &baseline).await.status, 204);
    }
    assert_eq!(read().await["baselineRunId"], json!(null));
    assert_eq!(
        door.call(As::Operator, "DELETE", &format!("/runs/{second}"))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn only_a_completed_run_of_the_scenario_can_be_one() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let other = door.scenario(&http_scenario("Other")).await;
    let of_other = door.completed(&other, figures(1, 1.0), &[]).await;
    let failed = door.ended(&scenario, Status::Failed, |_, _| {}).await;
    let active = door.run(&scenario).await;
    let baseline = format!("/scenarios/{scenario}/baseline");
    let put = |body| {
        let (door, baseline) = (&door, &baseline);
        async move { door.send(As::Operator, "PUT", baseline, &[], &body).await }
    };
    for body in [
        json!({"runId": of_other}),
        json!({"runId": failed}),
        json!({"runId": "run_01KAR8Z6VBN6E1CT9W2QK0H3FM"}),
        json!({"runId": "nonsense"}),
        json!({}),
    ] {
        assert_eq!(put(body.clone()).await.pointers(422), ["/runId"], "{body}");
    }
    assert_eq!(
        put(json!({"runId": active})).await.problem(409)["code"],
        "NOT_COLLECTED"
    );
    assert_eq!(
        put(json!({"runId": of_other, "note": ""})).await.pointers(422),
        ["/note"]
    );
    let missing = "/scenarios/scn_01KAR8Z6VBN6E1CT9W2QK0H3FM/baseline";
    door.send(As::Operator, "PUT", missing, &[], &json!({"runId": of_other}))
        .await
        .problem(404);
    door.call(As::Operator, "DELETE", missing).await.problem(404);
    let scenario = door
        .call(As::Viewer, "GET", &format!("/scenarios/{scenario}"))
        .await
        .json();
    assert_eq!(scenario["baselineRunId"], json!(null));
}

/// A run that becomes the baseline while it is being deleted does not stay one.
#[tokio::test]
async fn a_deleted_run_is_no_baseline() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let run = door.completed(&scenario, figures(1, 1.0), &[]).await;
    let id = scenario.parse().unwrap();
    let (runs, scenarios) = (&door.gateways.runs, &door.gateways.scenarios);
    scenarios.set_baseline(id, run).await.unwrap();
    runs.delete(run).await.unwrap();
    assert_eq!(scenarios.get(id).await.unwrap().baseline_run_id, None);
    assert!(matches!(
        scenarios.set_baseline(id, run).await,
        Err(aws::Error::Conflict(_))
    ));
}
