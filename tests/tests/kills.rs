//! `kill -9` of the product at instants spread over a whole run, and a start again.

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use oleada_tests::{client::Client, processes, product::Product, target::Target};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

/// How many instants are tried, unless `OLEADA_KILLS` says otherwise.
const KILLS: u32 = 20;
/// From the request to the end of the clean-up, about.
const RUN: Duration = Duration::from_secs(30);
/// Between the death of the product and the time when nothing of it may be left.
const LEFT_OVER: Duration = Duration::from_secs(90);

fn scenario(target: &Target) -> Value {
    json!({
        "name": "kills",
        "workload": {"kind": "http", "thinkTime": "50ms", "requests": [{"label": "json", "url": target.url("/json")}]},
        "shape": {"kind": "users", "rampUp": "1s", "hold": "7s", "drain": "3s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": 2},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": 2}
        ]
    })
}

/// What one kill came to, for a person to read.
struct Report {
    at: Duration,
    status_before: String,
    ended: Value,
}

#[tokio::test]
#[ignore = "takes a quarter of an hour: scripts/test --full"]
async fn a_killed_product_goes_on_or_says_why() -> Result<()> {
    let seed = match env::var("OLEADA_SEED") {
        Ok(seed) => seed.parse().context("OLEADA_SEED is a number")?,
        Err(_) => rand::random::<u64>(),
    };
    let kills = match env::var("OLEADA_KILLS") {
        Ok(kills) => kills.parse().context("OLEADA_KILLS is a number")?,
        Err(_) => KILLS,
    };
    println!("seed: OLEADA_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut went_on = 0;
    for kill in 0..kills {
        // One instant in each of as many equal parts: every state of the run is met.
        let at = RUN.mul_f64((f64::from(kill) + random.random::<f64>()) / f64::from(kills));
        let away = Duration::from_millis(random.random_range(200..4_000));
        let report = one_kill(at, away)
            .await
            .with_context(|| format!("kill {kill} at {at:?}, away for {away:?}"))?;
        let status = report.ended["status"].as_str().unwrap_or("");
        println!(
            "kill {kill} at {:?} while {}: {status} {}",
            report.at, report.status_before, report.ended["reason"]
        );
        went_on += u32::from(status == "completed");
    }
    ensure!(went_on > kills / 2, "only {went_on} of {kills} runs went on");
    Ok(())
}

async fn one_kill(at: Duration, away: Duration) -> Result<Report> {
    let data = tempfile::tempdir()?;
    let (product, target) = (Product::start_in(data.path())?, Target::start().await?);
    let client = product.client()?;
    let scenario_id = client.scenario(&scenario(&target)).await?;
    let asked = Instant::now();
    let run = client.run(&scenario_id).await?;
    tokio::time::sleep(at.saturating_sub(asked.elapsed())).await;
    let before = client.get(&format!("/runs/{run}")).await?;
    let mut acknowledged = scenario(&target);
    acknowledged["name"] = json!("acknowledged just before the kill");
    let acknowledged = client.scenario(&acknowledged).await?;
    product.kill()?;
    let killed = Instant::now();
    tokio::time::sleep(away).await;

    let product = Product::start_in(data.path())?;
    let client = product.client()?;
    for id in [&scenario_id, &acknowledged] {
        client
            .get(&format!("/scenarios/{id}"))
            .await
            .context("an acknowledged write is there")?;
    }
    let ended = client
        .ended(&run, Duration::from_secs(180))
        .await
        .with_context(|| product.log())?;
    check(&client, &run, &ended, &target).await?;
    while !processes::of_tasks(data.path()).is_empty() {
        let left = processes::of_tasks(data.path());
        ensure!(killed.elapsed() < LEFT_OVER, "there is still {left:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let status_before = before["status"].as_str().unwrap_or_default().to_owned();
    Ok(Report {
        at,
        status_before,
        ended,
    })
}

/// A run that went on has every sample; any other says why.
async fn check(client: &Client, run: &str, ended: &Value, target: &Target) -> Result<()> {
    if ended["status"] != "completed" {
        ensure!(
            ended["reason"]["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{ended:#}"
        );
        return Ok(());
    }
    let results = client.get(&format!("/runs/{run}/results")).await?;
    let number = |value: &Value| value.as_u64().context("a count");
    let reported = number(&results["total"]["requests"])? + number(&results["interrupted"])?;
    ensure!(
        reported == target.counts().requests,
        "{reported} reported, {} counted",
        target.counts().requests
    );
    Ok(())
}
