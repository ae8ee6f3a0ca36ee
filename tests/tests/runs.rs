//! Whole runs with the real engines: what the target counted is what the results say.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use oleada_tests::{client::Client, figures::nearest_rank, product::Product, samples, target::Target};
use reqwest::Method;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(120);

/// Two workers in two regions, five users each, for five seconds.
fn two_regions(target: &Target) -> Value {
    json!({
        "name": "two regions",
        "workload": {"kind": "http", "thinkTime": "20ms", "requests": [
            {"label": "fine, \"quoted\"", "url": target.url("/json")},
            {"label": "failing", "url": target.url("/error")},
            {"label": "slow", "url": target.url("/slow?ms=40")}
        ]},
        "shape": {"kind": "users", "rampUp": "2s", "hold": "5s", "drain": "5s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": 5},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": 5}
        ]
    })
}

/// The response times of the raw samples, by label.
async fn raw_samples(client: &Client, run: &str) -> Result<BTreeMap<String, Vec<u64>>> {
    let mut times = BTreeMap::<String, Vec<u64>>::new();
    for sample in samples::of(client, run).await? {
        times.entry(sample.label).or_default().push(sample.elapsed_ms);
    }
    Ok(times)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn two_regions_deliver_one_exact_result() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let scenario = client.scenario(&two_regions(&target)).await?;
    let run = client.run(&scenario).await?;
    let ended = client.ended(&run, PATIENCE).await?;
    ensure!(ended["status"] == "completed", "{ended:#}\n{}", product.log());

    let results = client.get(&format!("/runs/{run}/results")).await?;
    let counted = target.counts().requests;
    let total = results["total"]["requests"].as_u64().context("requests")?;
    let interrupted = results["interrupted"].as_u64().context("interrupted")?;
    ensure!(counted > 100, "the target saw only {counted} requests");
    assert_eq!(total + interrupted, counted, "{results:#}");
    assert_eq!(results["workers"]["included"], 2, "{results:#}");
    assert_eq!(results["durationMs"], 7_000, "{results:#}");

    let by_region = results["byRegion"].as_object().context("byRegion")?;
    assert_eq!(
        by_region
            .values()
            .filter_map(|region| region["requests"].as_u64())
            .sum::<u64>(),
        total
    );
    assert_eq!(results["byLabel"]["failing"]["failureRate"], 1.0);
    assert_eq!(results["byLabel"]["fine, \"quoted\""]["failures"], 0);
    assert_eq!(results["verdict"]["outcome"], "passed", "{results:#}");

    let raw = raw_samples(&client, &run).await?;
    for (label, figures) in results["byLabel"].as_object().context("byLabel")? {
        let samples = raw
            .get(label)
            .with_context(|| format!("{label} has raw samples"))?;
        assert_eq!(
            figures["requests"].as_u64(),
            Some(samples.len() as u64),
            "{label}"
        );
        for (name, q) in [
            ("p50", 0.5),
            ("p90", 0.9),
            ("p95", 0.95),
            ("p99", 0.99),
            ("p999", 0.999),
        ] {
            let exact = nearest_rank(samples, q).context("there are samples")? as f64;
            let ours = number(&figures["responseTimeMs"][name]);
            ensure!(
                (ours - exact).abs() <= exact * 0.001 + 1e-9,
                "{label} {name}: {ours} and {exact}"
            );
        }
    }

    let series = client.get(&format!("/runs/{run}/series")).await?;
    let points = series["points"].as_array().context("points")?;
    assert_eq!(
        points
            .iter()
            .filter_map(|point| point["requests"].as_u64())
            .sum::<u64>(),
        total,
        "{series:#}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn windows_add_up_to_the_whole() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let run = client.run(&client.scenario(&two_regions(&target)).await?).await?;
    client.ended(&run, PATIENCE).await?;
    let requests = |window: &str| {
        let (client, path) = (client.clone(), format!("/runs/{run}/results{window}"));
        async move {
            client.get(&path).await?["total"]["requests"]
                .as_u64()
                .context("requests")
        }
    };
    let (head, tail) = (requests("?to=3000").await?, requests("?from=3000").await?);
    assert_eq!(head + tail, requests("").await?);
    ensure!(head > 0 && tail > 0, "{head} and {tail}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_target_that_refuses_is_a_completed_run_that_did_not_pass() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let mut scenario = two_regions(&target);
    drop(target);
    scenario["traffic"] = json!([{"region": "us-east-1", "workers": 1, "virtualUsers": 2}]);
    let run = client.run(&client.scenario(&scenario).await?).await?;
    let ended = client.ended(&run, PATIENCE).await?;
    assert_eq!(ended["status"], "completed", "{ended:#}");
    let results = client.get(&format!("/runs/{run}/results")).await?;
    assert_eq!(results["total"]["failureRate"], 1.0, "{results:#}");
    assert_eq!(results["verdict"]["outcome"], "failed", "{results:#}");
    let errors = results["errors"].as_array().context("errors")?;
    ensure!(
        errors
            .iter()
            .any(|error| error["message"].as_str().unwrap_or("").contains("refused")),
        "{errors:#?}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_cancelled_run_stops_its_load_and_keeps_its_results() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let mut scenario = two_regions(&target);
    scenario["shape"]["hold"] = json!("10m");
    let run = client.run(&client.scenario(&scenario).await?).await?;
    client
        .wait(&run, PATIENCE, |_| target.counts().requests > 50)
        .await?;

    let asked = std::time::SystemTime::now();
    let answer = client
        .send(Method::POST, &format!("/runs/{run}/cancel"), None)
        .await?;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let ended = client.ended(&run, Duration::from_secs(30)).await?;
    assert_eq!(ended["status"], "cancelled", "{ended:#}");
    let last = target.counts().last.context("there was load")?;
    let went_on = last.duration_since(asked).unwrap_or_default();
    ensure!(went_on <= Duration::from_secs(5), "load went on for {went_on:?}");
    let results = client.get(&format!("/runs/{run}/results")).await?;
    let sum =
        results["total"]["requests"].as_u64().unwrap_or(0) + results["interrupted"].as_u64().unwrap_or(0);
    assert_eq!(sum, target.counts().requests, "{results:#}");
    Ok(())
}
