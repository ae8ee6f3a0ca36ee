//! What happens when something dies in the middle of a run.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use oleada_tests::{client::Client, processes, product::Product, target::Target};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(150);

fn scenario(target: &Target, hold: &str, quorum: f64) -> Value {
    json!({
        "name": "faults",
        "workload": {"kind": "http", "thinkTime": "50ms", "requests": [{"label": "json", "url": target.url("/json")}]},
        "shape": {"kind": "users", "hold": hold, "drain": "2s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": 2},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": 2}
        ],
        "start": {"quorum": quorum, "timeout": "2m"}
    })
}

/// A run that has been under load for some seconds.
async fn under_load(client: &Client, target: &Target, scenario: &Value) -> Result<String> {
    let run = client.run(&client.scenario(scenario).await?).await?;
    client
        .wait(&run, PATIENCE, |_| target.counts().requests > 100)
        .await?;
    Ok(run)
}

fn kill_process(pid: u32) -> Result<()> {
    kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGKILL).context("kill the process")
}

/// Waits for all that the tasks started to be gone.
async fn gone(data: &Path, within: Duration) -> Result<()> {
    let since = Instant::now();
    while !processes::of_tasks(data).is_empty() {
        let left = processes::of_tasks(data);
        ensure!(
            since.elapsed() < within,
            "after {within:?} there is still {left:#?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_killed_worker_is_named_and_the_rest_counts() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let run = under_load(&client, &target, &scenario(&target, "12s", 0.5)).await?;
    let workers = processes::with(product.data(), "oleada-worker");
    let victim = workers
        .iter()
        .find(|process| !process.command.contains("guard"))
        .context("a worker runs")?;
    kill_process(victim.pid)?;

    let ended = client.ended(&run, PATIENCE).await?;
    assert_eq!(
        (&ended["status"], &ended["degraded"]),
        (&json!("completed"), &json!(true)),
        "{ended:#}"
    );
    assert_eq!(ended["workers"]["lost"], 1, "{ended:#}");
    let workers = client.get(&format!("/runs/{run}/workers")).await?;
    let lost: Vec<&Value> = workers["items"]
        .as_array()
        .context("items")?
        .iter()
        .filter(|w| w["state"] == "lost")
        .collect();
    ensure!(
        lost.len() == 1 && lost[0]["exit"]["detail"].is_string(),
        "{workers:#}"
    );
    let results = client.get(&format!("/runs/{run}/results")).await?;
    ensure!(results["total"]["requests"].as_u64() > Some(0), "{results:#}");
    gone(product.data(), Duration::from_secs(30)).await
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn below_the_quorum_a_lost_worker_fails_the_run() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let run = under_load(&client, &target, &scenario(&target, "12s", 1.0)).await?;
    let java = processes::with(product.data(), "ApacheJMeter");
    kill_process(java.first().context("a JVM runs")?.pid)?;
    let ended = client.ended(&run, PATIENCE).await?;
    assert_eq!(ended["status"], "failed", "{ended:#}");
    ensure!(
        ["WORKERS_LOST", "ENGINE_FAILED"].contains(&ended["reason"]["code"].as_str().unwrap_or("")),
        "{ended:#}"
    );
    let results = client.get(&format!("/runs/{run}/results")).await?;
    ensure!(
        results["total"]["requests"].as_u64() > Some(0),
        "what was uploaded is included: {results:#}"
    );
    gone(product.data(), Duration::from_secs(30)).await
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn an_engine_that_dies_leaves_its_last_words() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let run = under_load(&client, &target, &scenario(&target, "12s", 1.0)).await?;
    for java in processes::with(product.data(), "ApacheJMeter") {
        kill_process(java.pid)?;
    }
    let ended = client.ended(&run, PATIENCE).await?;
    assert_eq!(
        (&ended["status"], &ended["reason"]["code"]),
        (&json!("failed"), &json!("ENGINE_FAILED")),
        "{ended:#}"
    );
    ensure!(
        ended["reason"]["detail"].as_str().unwrap_or("").len() > 20,
        "{ended:#}"
    );
    gone(product.data(), Duration::from_secs(30)).await
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn without_its_product_the_load_ends_by_itself() -> Result<()> {
    let data = tempfile::tempdir()?;
    let (product, target) = (Product::start_in(data.path())?, Target::start().await?);
    under_load(&product.client()?, &target, &scenario(&target, "10m", 1.0)).await?;
    product.kill()?;
    gone(data.path(), Duration::from_secs(90)).await
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_stopped_product_stops_its_load() -> Result<()> {
    let data = tempfile::tempdir()?;
    let (product, target) = (Product::start_in(data.path())?, Target::start().await?);
    under_load(&product.client()?, &target, &scenario(&target, "10m", 1.0)).await?;
    assert_eq!(product.interrupt()?, Some(0));
    gone(data.path(), Duration::from_secs(5)).await
}
