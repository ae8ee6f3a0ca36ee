//! Two runs beside each other, through the door.

mod door;

use door::{As, Door, ended::figures, http_scenario};
use metrics::results::{Grade, ValidityReason};
use model::{RunId, run::Status};
use serde_json::{Value, json};

async fn compare(door: &Door, base: RunId, candidate: RunId) -> Value {
    let answer = door
        .call(As::Viewer, "GET", &format!("/runs/{base}/compare/{candidate}"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn runs_of_one_scenario_differ_by_label() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let before = [("cart", figures(60, 100.0)), ("gone", figures(60, 50.0))];
    let base = door.completed(&scenario, figures(120, 100.0), &before).await;
    let after = [("cart", figures(90, 112.1)), ("new", figures(30, 1.0))];
    let candidate = door.completed(&scenario, figures(120, 80.0), &after).await;
    let comparison = compare(&door, base, candidate).await;
    assert_eq!(comparison["base"], base.to_string());
    assert_eq!(comparison["candidate"], candidate.to_string());
    assert_eq!(comparison["warnings"], json!([]));
    let labels = comparison["labels"].as_object().unwrap();
    assert_eq!(labels.keys().collect::<Vec<_>>(), ["*", "cart", "gone", "new"]);
    assert_eq!(
        labels["*"]["delta"]["p95"],
        json!({"absolute": -20.0, "relative": -0.2})
    );
    assert_eq!(
        labels["*"]["delta"]["throughput"],
        json!({"absolute": 0.0, "relative": 0.0})
    );
    // There is nothing that a rate of no failures could be relative to, and no median was measured.
    assert_eq!(
        labels["*"]["delta"]["failureRate"],
        json!({"absolute": 0.0, "relative": null})
    );
    assert_eq!(
        labels["*"]["delta"]["p50"],
        json!({"absolute": null, "relative": null})
    );
    assert_eq!(
        labels["cart"]["delta"]["p95"],
        json!({"absolute": 12.1, "relative": 0.121})
    );
    assert_eq!(
        labels["cart"]["delta"]["requests"],
        json!({"absolute": 30.0, "relative": 0.5})
    );
    assert_eq!(labels["cart"]["candidate"]["responseTimeMs"]["p95"], 112.1);
    assert_eq!(
        (&labels["gone"]["candidate"], &labels["gone"]["delta"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        (&labels["new"]["base"], &labels["new"]["candidate"]["requests"]),
        (&json!(null), &json!(30))
    );
}

#[tokio::test]
async fn what_else_differs_is_said() {
    let door = Door::open().await;
    let one = door.scenario(&http_scenario("One")).await;
    let mut other = http_scenario("Other");
    other["workload"]["requests"][0]["url"] = "http://127.0.0.1:9/other".into();
    other["shape"]["hold"] = "6m".into();
    other["traffic"][0]["virtualUsers"] = 11.into();
    other["worker"] = json!({"vcpu": 4, "memoryGb": 8});
    let other = door.scenario(&other).await;
    let base = door.completed(&one, figures(1, 1.0), &[]).await;
    let candidate = door
        .ended(&other, Status::Failed, |_, results| {
            results.degraded = true;
            results.ended_early = Some(results.start_at);
            results.validity.grade = Grade::Degraded;
            let reason = ValidityReason::new("GENERATOR_CPU", "worker 0 was busy");
            results.validity.reasons.push(reason);
        })
        .await;
    let comparison = compare(&door, base, candidate).await;
    assert_eq!(
        comparison["warnings"],
        json!([
            "the runs are of different scenarios",
            "scripts or requests differ",
            "shapes differ",
            "regions, workers or virtual users differ",
            "worker sizes differ",
            "the candidate run is failed",
            "the candidate run lost workers: its target got less than was asked for",
            "the candidate run ended earlier than planned",
            "the candidate run is in doubt: worker 0 was busy"
        ])
    );
    let same = compare(&door, base, base).await;
    assert_eq!(same["warnings"], json!([]));
}

#[tokio::test]
async fn only_runs_with_results_are_compared() {
    let door = Door::open().await;
    let scenario = door.scenario(&http_scenario("Checkout")).await;
    let base = door.completed(&scenario, figures(1, 1.0), &[]).await;
    let active = door.run(&scenario).await;
    for (a, b) in [
        (base.to_string(), active.clone()),
        (active.clone(), base.to_string()),
    ] {
        let answer = door
            .call(As::Viewer, "GET", &format!("/runs/{a}/compare/{b}"))
            .await;
        let problem = answer.problem(409);
        assert_eq!(problem["code"], "NOT_COLLECTED");
        assert!(problem["detail"].as_str().unwrap().contains(&active), "{problem}");
    }
    for missing in ["run_01KAR8Z6VBN6E1CT9W2QK0H3FM", "nonsense"] {
        door.call(As::Viewer, "GET", &format!("/runs/{base}/compare/{missing}"))
            .await
            .problem(404);
    }
}
