//! How old a sample is when the live feed brings it.
//!
//! `bench_live [seconds]`, 30 unless said otherwise. Messages carry counts of whole seconds, not samples. So the raw rows
//! are matched with the ticks after the run: a worker counts its rows in the order of its file, hence the first tick of a
//! second has its first rows, and a later tick of the same second the next ones. From the end of each row to the arrival of
//! its tick is the exact delay. Both clocks are of this machine.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, Instant, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use oleada_tests::{
    feed::{Feed, Message},
    figures::{nearest_rank, row},
    product::Product,
    samples::{self, Sample},
    target::Target,
};
use serde_json::{Value, json};

const USERS: u64 = 70;
const THINK_MS: u64 = 100;
const WORKERS: u64 = 2;
/// For four processes on few processors to start, load and end.
const PATIENCE: Duration = Duration::from_secs(300);
/// For the last messages of a run that has ended.
const LATE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<()> {
    let seconds: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(30), |seconds| seconds.parse())?;
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let scenario = json!({
        "name": "bench",
        "workload": {"kind": "http", "thinkTime": format!("{THINK_MS}ms"), "requests": [
            {"label": "json", "url": target.url("/json")},
            {"label": "slow", "url": target.url("/slow?ms=10")}
        ]},
        "shape": {"kind": "users", "hold": format!("{seconds}s"), "drain": "5s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": USERS / WORKERS},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": USERS / WORKERS}
        ]
    });
    let run = client.run(&client.scenario(&scenario).await?).await?;
    let messages = Arc::<Mutex<Vec<Message>>>::default();
    let feed = Feed::open(&client, &run).await?;
    let reader = tokio::spawn(read(feed, Arc::clone(&messages)));
    let ended = client.ended(&run, PATIENCE).await?;
    ensure!(ended["status"] == "completed", "{ended:#}\n{}", product.log());
    let start_ms = epoch_ms(&ended["startAt"])?;
    let results = client.get(&format!("/runs/{run}/results")).await?;
    let requests = results["total"]["requests"].as_u64().context("requests")?;

    let since = Instant::now();
    let ticks = loop {
        let ticks = ticks(&messages.lock().expect("no holder panics"))?;
        let seen: u64 = ticks.values().flat_map(|tick| tick.counts.values()).sum();
        if seen == requests || since.elapsed() > LATE {
            break ticks;
        }
        ensure!(!reader.is_finished(), "the feed has ended: {:?}", reader.await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    reader.abort();
    let delays = delays(&ticks, samples::of(&client, &run).await?, start_ms);
    let quantile = |q| nearest_rank(&delays, q).map_or(f64::NAN, |ms: i64| ms as f64 / 1e3);
    let missed = requests.saturating_sub(delays.len() as u64);
    let rate = requests as f64 / seconds as f64;
    row(
        "JMeter sample ended → MQTT message received",
        &format!(
            "{requests} samples of {WORKERS} workers in {seconds} s, {rate:.0}/s, each row matched with its tick"
        ),
        &format!(
            "p99 {:.2} s, p50 {:.2} s, max {:.2} s; {missed} samples without a message",
            quantile(0.99),
            quantile(0.5),
            quantile(1.0)
        ),
        "≤ 2.5 s at p99, ≥ 500/s",
    );
    Ok(())
}

/// Keeps what comes until it is aborted.
async fn read(mut feed: Feed, messages: Arc<Mutex<Vec<Message>>>) -> Result<()> {
    loop {
        let message = feed.next().await?;
        messages.lock().expect("no holder panics").push(message);
    }
}

/// A line of a worker as it first came.
struct Tick {
    second: i64,
    received_ms: i64,
    /// Requests by label.
    counts: BTreeMap<String, u64>,
}

/// By worker and sequence number; what was delivered twice counts as it first came.
fn ticks(messages: &[Message]) -> Result<BTreeMap<(u64, u64), Tick>> {
    let mut ticks = BTreeMap::new();
    for message in messages {
        for tick in message.body["ticks"].as_array().context("ticks")? {
            let number = |name: &str| tick[name].as_u64().with_context(|| format!("{name} in {tick}"));
            ensure!(
                number("intervalMs")? == 1_000,
                "an interval is one second: {tick}"
            );
            let labels = tick["labels"].as_object().context("labels")?;
            let count = |counts: &Value| counts["requests"].as_u64().context("requests");
            let counts = labels
                .iter()
                .map(|(label, counts)| Ok((label.clone(), count(counts)?)));
            let first = Tick {
                second: tick["second"].as_i64().context("second")?,
                received_ms: i64::try_from(message.received.duration_since(UNIX_EPOCH)?.as_millis())?,
                counts: counts.collect::<Result<_>>()?,
            };
            ticks.entry((number("worker")?, number("seq")?)).or_insert(first);
        }
    }
    Ok(ticks)
}

/// Milliseconds from the end of each sample to the arrival of the tick that counts it.
fn delays(ticks: &BTreeMap<(u64, u64), Tick>, samples: Vec<Sample>, start_ms: i64) -> Vec<i64> {
    let mut waiting = BTreeMap::<(u64, i64, String), VecDeque<i64>>::new();
    for sample in samples {
        let ended_ms = sample.ended_ms as i64;
        // Seconds are counted from the start, which lies within a second of the clock.
        let into_second = (ended_ms - start_ms).rem_euclid(1_000);
        let second = (ended_ms - into_second).div_euclid(1_000);
        let key = (sample.worker, second, sample.label);
        waiting.entry(key).or_default().push_back(ended_ms);
    }
    let mut delays = Vec::new();
    for ((worker, _), tick) in ticks {
        for (label, requests) in &tick.counts {
            let key = (*worker, tick.second, label.clone());
            let rows = waiting.entry(key).or_default();
            let counted = rows.len().min(*requests as usize);
            delays.extend(rows.drain(..counted).map(|ended_ms| tick.received_ms - ended_ms));
        }
    }
    delays
}

fn epoch_ms(time: &Value) -> Result<i64> {
    let text = time.as_str().with_context(|| format!("a time: {time}"))?;
    Ok(text.parse::<jiff::Timestamp>()?.as_millisecond())
}
