//! How long the first page of each list takes, over many scenarios and many runs.
//!
//! `cargo run --workspace --example bench_lists -- [scenarios] [runs]` (10,000 each unless said otherwise). It keeps
//! them in a local DynamoDB of its own, once in one month and once in many, and prints milliseconds.

#[path = "../tests/support/mod.rs"]
mod support;

mod stocking;

use std::{future::Future, time::Instant};

use aws::{
    PageRequest,
    runs::{Created, HistoryFilter, NewRun},
    scenarios::Filter,
};
use aws_sdk_dynamodb::Client;
use model::{Timestamp, run::Status};
use stocking::{Runs, fill, only};
use support::{TestCloud, run_of};

const DAY_MS: i64 = 86_400_000;

#[tokio::main]
async fn main() {
    let mut counts = std::env::args()
        .skip(1)
        .map(|text| text.parse::<i64>().expect("a number"));
    let (scenarios, runs) = (counts.next().unwrap_or(10_000), counts.next().unwrap_or(10_000));
    for (name, days, runs) in [
        ("all runs of one month", 28, runs),
        ("the same in a year", 360, runs),
        ("ten runs in a year", 360, 10),
    ] {
        measure(name, days, scenarios, runs).await;
    }
}

async fn measure(name: &str, days: i64, scenarios: i64, runs: i64) {
    let test = TestCloud::start().await;
    let (gateways, client) = (&test.gateways, Client::new(&test.config));
    let now: Timestamp = "2027-01-28T12:00:00Z".parse().expect("a time");
    let stored = test.scenario([1, 0]).await;
    let run = run_of(&stored);
    let new = NewRun {
        run: run.clone(),
        idempotency: None,
    };
    assert_eq!(gateways.runs.create(&new).await.expect("a run"), Created::Created);

    let (scenario, run) = (
        only(
            &client,
            "oleada-scenarios",
            "scenarioId",
            &stored.scenario_id.to_string(),
        )
        .await,
        only(&client, "oleada-runs", "runId", &run.run_id.to_string()).await,
    );
    let spread = Runs {
        like: run,
        now,
        days,
        count: runs,
    };
    fill(&client, "oleada-runs", spread.items()).await;
    let items = stocking::scenarios(&scenario, scenarios, &spread);
    fill(&client, "oleada-scenarios", items).await;

    println!("{name}: {scenarios} scenarios, {runs} runs");
    let page = PageRequest {
        limit: 20,
        cursor: None,
    };
    let everything = HistoryFilter::default();
    let failed = HistoryFilter {
        statuses: vec![Status::Failed],
        ..HistoryFilter::default()
    };
    let half = HistoryFilter {
        to: Some(Timestamp::from_ms(now.as_ms() - days * DAY_MS / 2)),
        ..HistoryFilter::default()
    };
    for (what, filter) in [("", &everything), (", failed", &failed), (", older half", &half)] {
        time(&format!("runs{what}"), gateways.runs.all(filter, &page, now)).await;
        let id = stored.scenario_id;
        let list = gateways.runs.of_scenario(id, filter, &page);
        time(&format!("runs of a scenario{what}"), list).await;
    }
    time("unfinished", gateways.runs.unfinished(now, now)).await;
    let filter = |tag: Option<&str>, query: Option<&str>| Filter {
        tag: tag.map(str::to_owned),
        query: query.map(str::to_owned),
    };
    for (what, filter) in [
        ("", filter(None, None)),
        (", a tag of all", filter(Some("shop"), None)),
        (", the oldest by name", filter(None, Some("checkout 0"))),
        (", a name of none", filter(None, Some("nothing is called so"))),
    ] {
        time(
            &format!("scenarios{what}"),
            gateways.scenarios.list(&filter, &page),
        )
        .await;
    }
}

async fn time<T>(what: &str, work: impl Future<Output = Result<T, aws::Error>>) {
    let since = Instant::now();
    work.await.expect("a page");
    println!("  {:7.1} ms  {what}", since.elapsed().as_secs_f64() * 1_000.0);
}
