//! What a person waits for: how much the idle product takes, how soon a run has a process, how far apart four workers
//! start, and how soon after their end the results can be read.
//!
//! `bench_runs [runs]`, 3 unless said otherwise. The load is a few requests to a target of this process, on loopback.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use oleada_tests::{
    client::Client,
    figures::row,
    processes,
    product::Product,
    target::{Counts, Target},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PLAN: &[u8] = include_bytes!("bench_plan.jmx");
const WORKERS: usize = 4;
/// For the product to come to rest.
const IDLE: Duration = Duration::from_secs(5);
/// Four JVMs may share one processor.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often the API is asked about what is timed.
const API_POLL: Duration = Duration::from_millis(20);
/// How often `/proc` is read for the first process of a worker.
const PROCESS_POLL: Duration = Duration::from_millis(5);

/// What one run showed.
struct Measured {
    first_process: Duration,
    skew: Duration,
    /// The largest skew that a worker reports of its own gate.
    reported_skew_ms: i64,
    readable: Duration,
}

#[tokio::main]
async fn main() -> Result<()> {
    let runs: usize = std::env::args().nth(1).map_or(Ok(3), |runs| runs.parse())?;
    ensure!(runs > 0, "at least one run is needed");
    let product = Product::start()?;
    tokio::time::sleep(IDLE).await;
    let idle_mb = resident_mb(product.pid())?;
    let client = product.client()?;
    let script = client.upload("plan.jmx", PLAN).await?;
    let mut measured = Vec::new();
    for number in 1..=runs {
        let one = measure(&product, &client, &script)
            .await
            .with_context(|| format!("run {number}; the product's log: {}", product.log()))?;
        eprintln!(
            "run {number} of {runs}: first process after {}, skew {} (at the gates at most {} ms), results after {}",
            ms(one.first_process),
            ms(one.skew),
            one.reported_skew_ms,
            ms(one.readable)
        );
        measured.push(one);
    }
    let of = |figure: fn(&Measured) -> Duration| {
        let mut values: Vec<Duration> = measured.iter().map(figure).collect();
        values.sort_unstable();
        let (median, worst) = (values[(runs - 1) / 2], values[runs - 1]);
        format!("worst {}, median {}", ms(worst), ms(median))
    };
    let load = format!("{WORKERS} JMeter workers in 2 regions, 1 user each, {runs} runs");
    row(
        "start skew",
        &format!("first request of each as the target sees it; {load}"),
        &of(|run| run.skew),
        "≤ 50 ms, worst of 10",
    );
    row(
        "`POST …/runs` → first worker process",
        &format!(
            "request sent to process seen, /proc read every {}; {load}",
            ms(PROCESS_POLL)
        ),
        &of(|run| run.first_process),
        "≤ 1 s",
    );
    row(
        "last worker done → results readable",
        &format!(
            "last answer with a worker not done to first 200 of …/results, both asked every {}; {load}",
            ms(API_POLL)
        ),
        &of(|run| run.readable),
        "≤ 2 s",
    );
    row(
        "idle memory of `oleada up`",
        &format!("VmRSS of a new product {} s after it is ready", IDLE.as_secs()),
        &format!("{idle_mb:.0} MB"),
        "≤ 120 MB",
    );
    Ok(())
}

/// Runs the plan once against a target of its own, with no worker of an earlier run left.
async fn measure(product: &Product, client: &Client, script: &str) -> Result<Measured> {
    let data = product.data().to_owned();
    let left = Instant::now();
    while !processes::with(&data, "oleada-worker").is_empty() {
        ensure!(left.elapsed() < PATIENCE, "workers of the run before are left");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let target = Target::start().await?;
    let scenario = json!({
        "name": "bench",
        "workload": {"kind": "script", "scriptId": script, "properties": {"port": target.port().to_string()}},
        "shape": {"kind": "script", "maxDuration": "1m"},
        "traffic": [
            {"region": "us-east-1", "workers": WORKERS / 2},
            {"region": "sa-east-1", "workers": WORKERS / 2}
        ]
    });
    let scenario = client.scenario(&scenario).await?;

    let asked = Instant::now();
    let process = tokio::task::spawn_blocking(move || first_process(&data, asked));
    let run = client.run(&scenario).await?;
    let first_process = process.await??;

    client
        .wait(&run, PATIENCE, |_| heard(&target.counts()).len() == WORKERS)
        .await
        .with_context(|| format!("the target heard {:?}", target.counts()))?;
    let readable = readable(client, &run).await?;
    let counts = target.counts();
    let firsts: Vec<_> = heard(&counts).iter().map(|name| counts.first[*name]).collect();
    let (earliest, latest) = (firsts.iter().min(), firsts.iter().max());
    let (earliest, latest) = earliest.zip(latest).context("every worker was heard")?;
    let workers = workers(client, &run).await?;
    let reported = workers.iter().map(|worker| {
        let skew = worker["startSkewMs"].as_i64();
        skew.with_context(|| format!("the start skew of {worker}"))
    });
    let reported = reported.collect::<Result<Vec<i64>>>()?;
    Ok(Measured {
        first_process,
        skew: latest.duration_since(*earliest)?,
        reported_skew_ms: reported.into_iter().max().context("there are workers")?,
        readable,
    })
}

/// The workers whose requests have reached the target.
fn heard(counts: &Counts) -> BTreeSet<&str> {
    let names = counts.first.keys().map(String::as_str);
    names.filter(|name| !name.is_empty()).collect()
}

/// How long after `since` a worker's process is there.
fn first_process(data: &Path, since: Instant) -> Result<Duration> {
    while processes::with(data, "oleada-worker").is_empty() {
        ensure!(since.elapsed() < PATIENCE, "no worker was started");
        std::thread::sleep(PROCESS_POLL);
    }
    Ok(since.elapsed())
}

/// From the last moment at which a worker was known not to be done until results were there: at most one poll too long.
async fn readable(client: &Client, run: &str) -> Result<Duration> {
    let patience = Instant::now();
    let mut asked = Instant::now();
    loop {
        let next = Instant::now();
        let workers = workers(client, run).await?;
        if workers.iter().all(|worker| worker["state"] == "done") {
            break;
        }
        if let Some(lost) = workers.iter().find(|worker| worker["state"] == "lost") {
            bail!("a worker was lost: {lost:#}");
        }
        ensure!(
            patience.elapsed() < PATIENCE,
            "workers are not done: {workers:#?}"
        );
        asked = next;
        tokio::time::sleep(API_POLL).await;
    }
    loop {
        let answer = client
            .send(Method::GET, &format!("/runs/{run}/results"), None)
            .await?;
        if answer.status == StatusCode::OK {
            return Ok(asked.elapsed());
        }
        ensure!(patience.elapsed() < PATIENCE, "no results: {}", answer.body);
        tokio::time::sleep(API_POLL).await;
    }
}

async fn workers(client: &Client, run: &str) -> Result<Vec<Value>> {
    let workers = client.get(&format!("/runs/{run}/workers")).await?;
    Ok(workers["items"].as_array().context("workers are a list")?.clone())
}

fn resident_mb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kb: f64 = kb.context("the kernel says VmRSS in kB")?.trim().parse()?;
    Ok(kb * 1_024.0 / 1e6)
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1e3)
}
