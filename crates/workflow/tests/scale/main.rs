//! Ten regions of a thousand workers, through the state machine's document and the real functions, in virtual time.
//!
//! AWS is local-cloud without its sockets, but for ECS, which is a model of Fargate's quotas ([`fleet`]); a task has no
//! process, and a worker is what it says and asks ([`workers`]). A call takes some virtual milliseconds ([`cloud`]).
//!
//! # A day
//!
//! The load of this test lasts for seconds. That a day of it breaks no limit either is derived: each of its seconds is like
//! these, because heartbeats, looks and leases come at the same pace however long a run is; no item grows, and workers say
//! here what they say at the end of a day, so that their items have the size of then; what does grow, the history of the
//! execution, is counted in `machine_paths.rs` for a whole day of 30 regions. How much is uploaded and merged is not
//! looked at here.

#[path = "../../../aws/tests/support/mod.rs"]
mod support;

#[path = "../../../local-cloud/tests/states_support/mod.rs"]
mod states_support;

#[path = "../run/samples.rs"]
mod samples;

mod cloud;
mod fleet;
mod machine;
mod meter;
mod workers;

use std::{collections::HashMap, time::Duration};

use aws::{objects::keys, runs::NewRun};
use metrics::results::Results;
use model::{ScenarioId, Timestamp, run::Status, scenario::Scenario};
use serde_json::json;
use tokio::sync::mpsc;
use ulid::Ulid;
use workflow::{Clock, Timing};

use cloud::Cloud;
use fleet::{Fleet, LAUNCH_BURST, LAUNCHES_PER_SECOND, Launches};
use machine::{Execution, Surroundings};
use workers::{Crew, Left, ONE_OF};

const REGIONS: [&str; 10] = [
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-central-1",
    "ap-south-1",
    "ap-southeast-2",
    "ap-northeast-1",
];
/// In each region.
const WORKERS: u32 = 1_000;
/// The share of launches for which Fargate has no room.
const HOMELESS: f64 = 0.02;
/// Of all that is random. The services answer on threads, so that two runs are nearly, not wholly, alike.
const SEED: u64 = 20_260_101;
/// How much longer than the least possible a region's launches may take.
const TOLERANCE: f64 = 1.05;

// What DynamoDB takes for one partition key in a second, in units, and as one item, in bytes:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const WRITE_UNITS: f64 = 1_000.0;
const READ_UNITS: f64 = 3_000.0;
const ITEM: usize = 400 * 1_024;
/// Our own limits: workers read the control item all the time, and a worker's own costs one unit a heartbeat.
const SMALL_ITEM: usize = 1_024;
// What Step Functions hands from state to state, and keeps of an execution:
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const PAYLOAD: usize = 256 * 1_024;
const EVENTS: usize = 25_000;
/// What Lambda lets a function work.
const INVOCATION: Duration = Duration::from_secs(900);

#[tokio::test(start_paused = true)]
#[ignore = "ten thousand workers take minutes: scripts/test --full"]
async fn ten_thousand_workers_start_as_fast_as_the_quotas_let_them() {
    println!("seed {SEED}");
    let run = Large::start(&REGIONS, WORKERS).await;
    run.assert_limits();
    run.assert_complete().await;
    let launches = run.cloud.fleet.launches();
    assert_eq!(launches.len(), REGIONS.len());
    for (region, launches) in &launches {
        run.assert_quick(region, launches);
    }
}

/// What the large run goes through, at a size that the daily tests can bear.
#[tokio::test(start_paused = true)]
async fn a_few_workers_go_the_same_way() {
    let run = Large::start(&REGIONS[..2], 12).await;
    run.assert_limits();
    run.assert_complete().await;
}

/// The run, when it is over.
struct Large {
    /// In all regions.
    workers: u32,
    cloud: Cloud,
    run_id: model::RunId,
    execution: Execution,
    left: HashMap<Left, usize>,
}

impl Large {
    async fn start(regions: &[&str], workers: u32) -> Self {
        let (started, tasks) = mpsc::unbounded_channel();
        let cloud = Cloud::start(Fleet::new(HOMELESS, SEED, started), SEED).await;
        let clock = Clock::starting_at("2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        for region in regions {
            cloud
                .gateways
                .settings
                .put_site(&support::site(region))
                .await
                .unwrap();
        }
        let id = ScenarioId::new(Ulid::generate());
        let scenarios = &cloud.gateways.scenarios;
        let stored = scenarios
            .put(id, &scenario(regions, workers), clock.now())
            .await
            .unwrap();
        let mut run = support::run_of(&stored);
        run.created_at = clock.now();
        let run_id = run.run_id;
        let new = NewRun {
            run,
            idempotency: None,
        };
        cloud.gateways.runs.create(&new).await.unwrap();
        let crew = Crew::of(&cloud, clock, SEED);
        tokio::spawn(crew.clone().play(tasks));
        let surroundings = Surroundings {
            gateways: cloud.gateways.clone(),
            clock,
            timing: Timing::default(),
        };
        let journal = cloud.data.path().join("states.sqlite");
        let execution = machine::execute(&journal, surroundings, run_id).await;
        Self {
            workers: workers * u32::try_from(regions.len()).unwrap(),
            cloud,
            run_id,
            execution,
            left: crew.left(),
        }
    }

    /// All of a region's tasks were launched within 5 % of the least time that its quota allows.
    ///
    /// A launch uses up a token of the region's bucket, also one for which there is no room. Whoever wants a thousand
    /// tasks and meets so many failures needs a token for each of both: the bucket holds 100 when it begins and gets 20
    /// a second, so that nobody can have launched the last one before (1,000 + failures − 100) / 20 seconds. The time
    /// counts from the first invocation of Launch, so that all which comes before the first call of ECS counts too.
    fn assert_quick(&self, region: &str, launches: &Launches) {
        assert_eq!(launches.at.len(), WORKERS as usize, "{region}");
        let first_invocation = self.execution.invocations.iter().filter(|invocation| {
            invocation.function == "launch" && invocation.region.as_deref() == Some(region)
        });
        let begun = first_invocation.map(|invocation| invocation.begun).min().unwrap();
        let took = launches
            .at
            .iter()
            .max()
            .unwrap()
            .duration_since(begun)
            .as_secs_f64();
        let tokens = (launches.at.len() + launches.homeless) as f64;
        let least = (tokens - LAUNCH_BURST) / LAUNCHES_PER_SECOND;
        println!(
            "{region}: {took:.2} s, {:.1} % over {least:.2} s; {} without room, {} calls, {} throttled",
            (took / least - 1.0) * 100.0,
            launches.homeless,
            launches.calls,
            launches.throttled,
        );
        assert!(took <= least * TOLERANCE, "{region}: {took} s of {least} s");
        // The quota is kept to, not run against.
        assert!(
            launches.throttled * 50 <= launches.calls,
            "{region}: {} calls",
            launches.throttled
        );
    }

    /// Every worker delivered, and everything that was uploaded is in the results.
    async fn assert_complete(&self) {
        assert_eq!(
            self.execution.description["status"], "SUCCEEDED",
            "{}",
            self.execution.description
        );
        let planned = self.workers as usize;
        assert_eq!(self.left, HashMap::from([(Left::Done, planned)]));
        assert_eq!(self.cloud.fleet.running(), 0);
        let gateways = &self.cloud.gateways;
        let run = gateways.runs.get(self.run_id).await.unwrap();
        assert_eq!(
            (run.status, run.degraded, run.reason),
            (Status::Completed, false, None)
        );
        assert_eq!((run.workers.done as usize, run.workers.lost), (planned, 0));
        let results = keys::result(self.run_id, keys::RESULTS);
        let results: Results =
            serde_json::from_slice(&gateways.objects.get(&results).await.unwrap()).unwrap();
        assert_eq!(results.total.requests as usize, planned.div_ceil(ONE_OF as usize));
    }

    /// Nothing that AWS limits was exceeded, nor comes near to it when the same load goes on for a day.
    fn assert_limits(&self) {
        let meter = &self.cloud.meter;
        let (writes, reads) = (meter.busiest_write(), meter.busiest_read());
        println!("busiest partition: {writes:?}, {reads:?}");
        let largest = meter.largest_items();
        println!("largest items in bytes: {largest:?}");
        let longest = self
            .execution
            .invocations
            .iter()
            .max_by_key(|invocation| invocation.took);
        println!("longest invocation: {longest:?}");
        let payload = self
            .execution
            .invocations
            .iter()
            .map(|invocation| invocation.payload)
            .max();
        let payload = payload.unwrap();
        println!(
            "{} events, largest payload {payload} bytes",
            self.execution.events.len()
        );
        assert!(writes.units <= WRITE_UNITS, "{writes:?}");
        assert!(reads.units <= READ_UNITS, "{reads:?}");
        assert!(
            largest["control"] < SMALL_ITEM && largest["worker"] < SMALL_ITEM,
            "{largest:?}"
        );
        assert!(largest.values().all(|size| *size < ITEM), "{largest:?}");
        assert!(longest.unwrap().took < INVOCATION, "{longest:?}");
        assert!(payload < PAYLOAD);
        assert!(self.execution.events.len() < EVENTS);
    }
}

fn scenario(regions: &[&str], workers: u32) -> Scenario {
    let traffic: Vec<_> = regions
        .iter()
        .map(|region| json!({"region": region, "workers": workers, "virtualUsers": workers * 2_000}))
        .collect();
    Scenario::parse(&json!({
        "name": "Everybody at once",
        "workload": {"kind": "http", "requests": [{"url": "http://127.0.0.1:9/"}]},
        "shape": {"kind": "users", "hold": "20s", "drain": "0s"},
        "traffic": traffic,
        "worker": {"vcpu": 1},
    }))
    .unwrap()
}
