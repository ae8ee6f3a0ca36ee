//! `kill -9` of the product at instants spread over every moment of a run, and a start again.

use std::{
    collections::BTreeMap,
    env, fmt,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use oleada_tests::{client::Client, processes, product::Product, target::Target};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};

/// How many instants are tried, unless `OLEADA_KILLS` says otherwise.
const KILLS: usize = 20;
/// Between the death of the product and the time when nothing of it may be left.
const LEFT_OVER: Duration = Duration::from_secs(90);
/// For the moment that is aimed at to come.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a kill is aimed at. Some statuses last for milliseconds only, so what leads to them is aimed at too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// The run is acknowledged; its execution may not be there yet.
    Queued,
    Launching,
    /// Workers are on their way to the gate, or at it.
    AtTheGate,
    /// The start instant is set and has not come.
    Released,
    Running,
    Stopping,
    Collecting,
    /// The run has its end; its tasks may not.
    CleaningUp,
}

impl Moment {
    const ALL: [Self; 8] = [
        Self::Queued,
        Self::Launching,
        Self::AtTheGate,
        Self::Released,
        Self::Running,
        Self::Stopping,
        Self::Collecting,
        Self::CleaningUp,
    ];

    /// How long after its beginning a kill may come, at the latest.
    fn length(self) -> Duration {
        Duration::from_millis(match self {
            Self::Queued | Self::Collecting => 150,
            Self::Launching => 3_000,
            Self::AtTheGate => 800,
            Self::Released => 2_000,
            Self::Running => 7_000,
            Self::Stopping => 1_500,
            Self::CleaningUp => 1_000,
        })
    }

    /// Whether it has come, as the run shows it.
    fn has_come(self, run: &Value) -> bool {
        let status = run["status"].as_str().unwrap_or_default();
        match self {
            Self::Queued => true,
            Self::Launching => status != "queued",
            Self::AtTheGate => run["workers"]["ready"] != 0,
            Self::Released => !run["startAt"].is_null(),
            Self::Running => run["workers"]["running"] != 0,
            Self::Stopping => status != "running",
            Self::Collecting => ["collecting", "completed"].contains(&status),
            Self::CleaningUp => status == "completed",
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// One kill.
struct Aim {
    moment: Moment,
    /// After the moment has come.
    after: Duration,
    /// For how long there is no product.
    away: Duration,
}

/// What one kill came to, for a person to read.
struct Report {
    /// When the product was last asked before it was killed.
    status_before: String,
    ended: Value,
}

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

#[tokio::test]
#[ignore = "takes ten minutes: scripts/test --full"]
async fn a_killed_product_goes_on_or_says_why() -> Result<()> {
    let seed = from_environment("OLEADA_SEED")?.unwrap_or_else(rand::random::<u64>);
    let kills = from_environment("OLEADA_KILLS")?.unwrap_or(KILLS);
    println!("seed: OLEADA_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut went_on, mut met) = (0, BTreeMap::<String, u32>::new());
    for (kill, moment) in Moment::ALL.into_iter().cycle().take(kills).enumerate() {
        let aim = Aim {
            moment,
            after: moment.length().mul_f64(random.random()),
            away: Duration::from_millis(random.random_range(200..4_000)),
        };
        let (after, away) = (aim.after, aim.away);
        let report = one_kill(&aim)
            .await
            .with_context(|| format!("kill {kill}: {after:?} into {moment}, away for {away:?}"))?;
        let ended = report.ended["status"].as_str().unwrap_or_default();
        println!(
            "kill {kill}: {after:?} into {moment}, {} when last asked, away for {away:?}: {ended} {}",
            report.status_before, report.ended["reason"]
        );
        went_on += usize::from(ended == "completed" || moment == Moment::Stopping && ended == "cancelled");
        *met.entry(report.status_before).or_default() += 1;
    }
    println!("{went_on} of {kills} runs went on; statuses before the kills: {met:?}");
    ensure!(went_on > kills / 2, "only {went_on} of {kills} runs went on");
    Ok(())
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Result<Option<T>> {
    let Ok(value) = env::var(name) else {
        return Ok(None);
    };
    let value = value
        .parse()
        .ok()
        .with_context(|| format!("{name} is a number"))?;
    Ok(Some(value))
}

async fn one_kill(aim: &Aim) -> Result<Report> {
    let data = tempfile::tempdir()?;
    let (product, target) = (Product::start_in(data.path())?, Target::start().await?);
    let client = product.client()?;
    let mut acknowledged = scenario(&target);
    acknowledged["name"] = json!("acknowledged just before the kill");
    let scenario_id = client.scenario(&scenario(&target)).await?;
    let run = client.run(&scenario_id).await?;
    if aim.moment == Moment::Stopping {
        reach(&client, &run, Moment::Running).await?;
        client
            .send(Method::POST, &format!("/runs/{run}/cancel"), None)
            .await?;
    }
    reach(&client, &run, aim.moment).await?;
    tokio::time::sleep(aim.after).await;
    let before = client.get(&format!("/runs/{run}")).await?;
    let acknowledged = client.scenario(&acknowledged).await?;
    product.kill()?;
    let killed = Instant::now();
    tokio::time::sleep(aim.away).await;

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
    Ok(Report {
        status_before: before["status"].as_str().unwrap_or_default().to_owned(),
        ended,
    })
}

/// Waits for a moment as closely as can be: some are over in milliseconds.
async fn reach(client: &Client, run: &str, moment: Moment) -> Result<()> {
    let since = Instant::now();
    loop {
        let now = client.get(&format!("/runs/{run}")).await?;
        if moment.has_come(&now) {
            return Ok(());
        }
        if since.elapsed() > PATIENCE {
            bail!("{moment} has not come: {now:#}");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A run that went on has every sample, and so has one that was cancelled; any other says why.
async fn check(client: &Client, run: &str, ended: &Value, target: &Target) -> Result<()> {
    if ended["status"] != "completed" {
        ensure!(
            ended["reason"]["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{ended:#}"
        );
    }
    if ended["status"] == "failed" {
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
