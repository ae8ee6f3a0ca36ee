//! Fills a running product on one machine as years of use would, for measurements of what reads it.
//!
//! `stock <data directory> [result | lists]`: a run of 2 h × 50 labels in two regions with its whole result, or 10,000
//! scenarios and 10,000 runs of one of them. Prints what was made as JSON. A result takes a minute when it is built with
//! `cargo build --workspace --example stock --config 'profile.dev.package.oleada-aws.opt-level=3'`, and many without.

#[path = "../../metrics/examples/common/mod.rs"]
mod common;
mod stocking;

use std::{error::Error, fs, path::Path};

use aws::{
    Deployment, Gateways, HttpClient, Patience, connect,
    objects::keys,
    runs::{Changes, Created, Ending, NewRun},
    scenarios::Stored,
};
use aws_sdk_dynamodb::Client;
use local_cloud::{credentials::Credentials, data_dir::Ports};
use metrics::{
    merge::{Merger, SegmentRef, WINDOW_SECONDS, windows},
    recorder::{Ending as LoadEnding, Recorder, Settings},
    results::{Phases, Results, Workers},
    sample::{Kind, Sample},
    segment::{Encoded, SEGMENT_SECONDS},
    store::{Index, Measured, Query},
};
use model::{
    Duration, RunId, ScenarioId, Timestamp,
    plan::Plan,
    run::{Outcome, Run, Status, Summary, Trigger},
    scenario::Scenario,
};
use serde_json::json;
use stocking::{Runs, fill, only};
use ulid::Ulid;

const SECONDS: u32 = 2 * 3_600;
const LABELS: usize = 50;
/// Of each label in each second of each region.
const SAMPLES: usize = 2;
const REGIONS: [&str; 2] = ["us-east-1", "sa-east-1"];
const MANY: i64 = 10_000;
/// What lists show of a run whose results nobody opens.
const A_FEW_REQUESTS: Summary = Summary {
    requests: 120_000,
    failure_rate: Some(0.001),
    throughput: Some(400.0),
    p95: Some(31.0),
    duration_ms: Some(300_000),
    verdict: Outcome::Passed,
};

type Failed = Box<dyn Error>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, what] = arguments.as_slice() else {
        return Err("usage: stock <data directory> result|lists".into());
    };
    let product = Product::at(Path::new(data))?;
    let made = match what.as_str() {
        "result" => product.result().await?,
        "lists" => product.lists().await?,
        _ => return Err("result or lists".into()),
    };
    println!("{made}");
    Ok(())
}

/// What `oleada up` keeps in a data directory, reached as its own functions reach it.
struct Product {
    gateways: Gateways,
    deployment: Deployment,
    client: Client,
}

impl Product {
    fn at(data: &Path) -> Result<Self, Failed> {
        let key = Credentials::open(data)?.issue("oleada-deploy")?;
        let ports: Ports = serde_json::from_slice(&fs::read(data.join("ports.json"))?)?;
        let key = connect::Key {
            endpoint: format!("http://127.0.0.1:{}", ports.cloud),
            region: "us-east-1".parse()?,
            access_key_id: key.id,
            secret_access_key: key.secret,
        };
        let config = connect::with_key(&HttpClient::new(), Patience::Function, key);
        let deployment = Deployment {
            hub_region: "us-east-1".parse()?,
            scenarios_table: "oleada-scenarios".into(),
            runs_table: "oleada-runs".into(),
            workers_table: "oleada-workers".into(),
            settings_table: "oleada-settings".into(),
            bucket: "oleada".into(),
            state_machine_arn: None,
            live_address: None,
            live_role_arn: None,
        };
        Ok(Self {
            gateways: Gateways::new(&config, deployment.clone()),
            deployment,
            client: Client::new(&config),
        })
    }

    async fn lists(&self) -> Result<serde_json::Value, Failed> {
        let (stored, run_id) = self.ended("Checkout", None).await?;
        let Deployment {
            scenarios_table,
            runs_table,
            ..
        } = &self.deployment;
        let scenario_id = stored.scenario_id;
        let like = only(
            &self.client,
            scenarios_table,
            "scenarioId",
            &scenario_id.to_string(),
        )
        .await;
        let runs = Runs {
            like: only(&self.client, runs_table, "runId", &run_id.to_string()).await,
            now: Timestamp::now(),
            days: 360,
            count: MANY,
        };
        fill(&self.client, runs_table, runs.items()).await;
        let scenarios = stocking::scenarios(&like, MANY, &runs);
        fill(&self.client, scenarios_table, scenarios).await;
        Ok(json!({"scenarioId": scenario_id, "scenarios": MANY, "runs": MANY}))
    }

    async fn result(&self) -> Result<serde_json::Value, Failed> {
        let start_at = Timestamp::from_ms(Timestamp::now().as_ms() / 1_000 * 1_000 - 3 * 3_600_000);
        let (index, totals, labels) = measure(start_at)?;
        let measured = whole(&index, &labels, start_at)?;
        let requests = measured.total.requests;
        let (stored, run_id) = self.ended("Two hours", Some((start_at, measured))).await?;
        let objects = &self.gateways.objects;
        let bytes = [index.encode(), totals, labels];
        let sizes = bytes.each_ref().map(Vec::len);
        for (name, bytes) in [keys::INDEX, keys::TOTALS, keys::LABELS].into_iter().zip(bytes) {
            objects.put(&keys::result(run_id, name), bytes).await?;
        }
        Ok(json!({
            "scenarioId": stored.scenario_id, "runId": run_id, "seconds": SECONDS, "labels": LABELS, "requests": requests,
            "bytes": {"index": sizes[0], "totals": sizes[1], "labels": sizes[2]},
        }))
    }

    /// A scenario with a run that has completed, with these figures if there are any.
    async fn ended(
        &self,
        name: &str,
        figures: Option<(Timestamp, Measured)>,
    ) -> Result<(Stored, RunId), Failed> {
        let scenario = scenario(name)?;
        let id = ScenarioId::new(Ulid::generate());
        let stored = self
            .gateways
            .scenarios
            .put(id, &scenario, Timestamp::now())
            .await?;
        let run_id = RunId::new(Ulid::generate());
        let now = Timestamp::now();
        let run = Run::queued(run_id, id, scenario, stored.version, Trigger::Api, now);
        let plan = Plan::new(&run.scenario);
        let runs = &self.gateways.runs;
        let new = NewRun {
            run,
            idempotency: None,
        };
        if runs.create(&new).await? != Created::Created {
            return Err("the run was not created".into());
        }
        runs.keep_plan(run_id, &plan).await?;
        let start_at = figures.as_ref().map_or(now, |(start_at, _)| *start_at);
        for status in [
            Status::Launching,
            Status::Ready,
            Status::Running,
            Status::Collecting,
        ] {
            let changes = Changes {
                start_at: (status == Status::Running).then_some(start_at),
            };
            runs.move_to(run_id, status, changes).await?;
        }
        let results = figures
            .map(|(_, figures)| results(run_id, id, start_at, figures))
            .transpose()?;
        if let Some(results) = &results {
            let key = keys::result(run_id, keys::RESULTS);
            self.gateways
                .objects
                .put(&key, serde_json::to_vec(results)?)
                .await?;
        }
        let ending = Ending {
            status: Status::Completed,
            reason: None,
            degraded: false,
            summary: Some(results.map_or(A_FEW_REQUESTS, |results| results.summary())),
            ended_at: start_at.plus(Duration::from_secs(u64::from(SECONDS) + 30)),
        };
        runs.finish(run_id, &ending).await?;
        Ok((stored, run_id))
    }
}

fn label(i: usize) -> String {
    format!("GET /shop/items/{i}")
}

fn scenario(name: &str) -> Result<Scenario, Failed> {
    let requests: Vec<_> = (0..LABELS)
        .map(|i| json!({"label": label(i), "url": format!("http://127.0.0.1:9/{i}")}))
        .collect();
    let traffic = REGIONS.map(|region| json!({"region": region, "workers": 2, "virtualUsers": 100}));
    Ok(Scenario::parse(&json!({
        "name": name,
        "tags": ["shop"],
        "workload": {"kind": "http", "requests": requests},
        "shape": {"kind": "users", "rampUp": "5m", "hold": "115m", "drain": "30s"},
        "traffic": traffic,
    }))?)
}

/// What a worker in each region would have measured, merged as it is when a run ends.
fn measure(start_at: Timestamp) -> Result<(Index, Vec<u8>, Vec<u8>), Failed> {
    let mut segments = Vec::new();
    for (worker, region) in REGIONS.iter().enumerate() {
        segments.extend(record(u32::try_from(worker)?, region, start_at)?);
    }
    segments.sort_by(|(a, _), (b, _)| a.cmp(b));
    let references: Vec<SegmentRef> = segments.iter().map(|(reference, _)| reference.clone()).collect();
    let (mut totals, mut labels) = (Vec::new(), Vec::new());
    let mut merger = Merger::new(1, &mut totals, &mut labels);
    for window in windows(&references, WINDOW_SECONDS) {
        merger.open(window.seconds);
        for place in window.segments {
            let (reference, bytes) = &segments[place];
            merger.add(&reference.key, bytes);
        }
        merger.close()?;
    }
    let merged = merger.finish()?;
    if !merged.faults.is_empty() {
        return Err(format!("{:?}", merged.faults).into());
    }
    Ok((merged.index, totals, labels))
}

fn record(worker: u32, region: &str, start_at: Timestamp) -> Result<Vec<(SegmentRef, Vec<u8>)>, Failed> {
    let mut random = common::Random::new(u64::from(worker));
    let mut recorder = Recorder::new(Settings {
        run_id: RunId::new(Ulid::generate()),
        region: region.parse()?,
        worker,
        start_at_ms: start_at.as_ms(),
        close_after_ms: 0,
        tick_seconds: SECONDS,
        line_bytes: 12_000,
        watched: Vec::new(),
    });
    let labels: Vec<String> = (0..LABELS).map(label).collect();
    let mut segments = Vec::new();
    let mut keep = |segment: Encoded| {
        let reference = SegmentRef {
            key: format!("{worker}/{}", segment.name),
            from: segment.name.from,
            to: segment.name.to,
        };
        segments.push((reference, segment.bytes));
    };
    for second in 0..SECONDS {
        let end_ms = start_at.as_ms() + i64::from(second) * 1_000 + 500;
        for (i, label) in labels.iter().enumerate() {
            for _ in 0..SAMPLES {
                // JMeter measures in whole milliseconds.
                let elapsed = random
                    .log_normal(20_000.0 * (1.0 + i as f64), 0.5)
                    .div_ceil(1_000)
                    * 1_000;
                let fails = random.below(1_000) == 0;
                recorder.record(&Sample {
                    end_ms,
                    label: label.as_bytes(),
                    elapsed,
                    ttfb: Some(elapsed / 10_000 * 9_000),
                    connect: Some(0),
                    success: !fails,
                    code: if fails { b"503" } else { b"200" },
                    message: if fails { b"Service Unavailable" } else { b"OK" },
                    assertion: b"",
                    bytes_received: 1_000,
                    bytes_sent: 100,
                    virtual_users: Some(100),
                    thread: b"g 1-1",
                    kind: Kind::Request,
                });
            }
        }
        recorder.close(end_ms + 500, None);
        if (second + 1).is_multiple_of(SEGMENT_SECONDS) {
            recorder.segment().into_iter().for_each(&mut keep);
        }
    }
    keep(recorder.finish(LoadEnding::default(), None).1);
    Ok(segments)
}

fn whole(index: &Index, labels: &[u8], start_at: Timestamp) -> Result<Measured, Failed> {
    let mut whole = Query::whole(1);
    for fetch in whole.fetches(index) {
        let range = usize::try_from(fetch.bytes.start)?..usize::try_from(fetch.bytes.end)?;
        whole.add(index, &[(fetch, labels[range].to_vec())])?;
    }
    Ok(whole.finish(start_at, u64::from(SECONDS) * 1_000))
}

fn results(
    run_id: RunId,
    scenario_id: ScenarioId,
    start_at: Timestamp,
    measured: Measured,
) -> Result<Results, Failed> {
    let ended_at = start_at.plus(Duration::from_secs(u64::from(SECONDS) + 30));
    Ok(serde_json::from_value(json!({
        "runId": run_id, "scenarioId": scenario_id, "status": "completed", "degraded": false, "endedEarly": null,
        "interrupted": 0, "startAt": start_at, "endedAt": ended_at, "durationMs": u64::from(SECONDS) * 1_000,
        "workers": Workers::default(), "phases": Phases::default(),
        "steady": measured.total, "total": measured.total, "byLabel": measured.by_label, "byRegion": measured.by_region,
        "transactions": {}, "errors": measured.errors,
        "verdict": {"outcome": "passed", "criteria": []}, "validity": {"grade": "valid", "reasons": []},
    }))?)
}
