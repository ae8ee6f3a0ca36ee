//! The ways through the machine, in virtual time, with closures in the place of the functions.

#[path = "../../local-cloud/tests/states_support/mod.rs"]
mod states_support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use local_cloud::lambda::{self, Function, FunctionError, Lambda};
use serde_json::{Value, json};
use states_support::Host;
use tokio::time::{Instant, sleep};
use workflow::Timing;

/// A run has as many regions at most.
const REGIONS: [&str; 30] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "ca-west-1",
    "mx-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "af-south-1",
    "ap-east-1",
    "ap-south-1",
    "ap-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
];
const FUNCTIONS: [(&str, &str); 7] = [
    ("Plan", "plan"),
    ("Launch", "launch"),
    ("Ready", "ready"),
    ("Release", "release"),
    ("Watch", "watch"),
    ("Collect", "collect"),
    ("CleanUp", "clean-up"),
];
const RUN: &str = "run_01KAR8Z6VBN6E1CT9W2QK0H3FM";

/// What the functions do in one test.
#[derive(Clone, Copy)]
struct Script {
    /// How many regions the run has.
    regions: usize,
    /// How long the load takes; Watch works for as long at a time as it does when it is deployed.
    load: Duration,
    released: bool,
    /// The function that fails, always, and the name of its error.
    fails: Option<(&'static str, &'static str)>,
    /// The function that fails the first times with an error that passes, and how often.
    stumbles: Option<(&'static str, &'static str, usize)>,
    status: &'static str,
}

const SMOOTH: Script = Script {
    regions: 2,
    load: Duration::from_secs(60),
    released: true,
    fails: None,
    stumbles: None,
    status: "completed",
};

struct Execution {
    description: Value,
    /// Names of the functions with their inputs, in the order of their calls.
    calls: Vec<(&'static str, Value)>,
    events: Vec<Value>,
}

impl Execution {
    fn called(&self, function: &str) -> Vec<&Value> {
        self.calls
            .iter()
            .filter(|(name, _)| *name == function)
            .map(|(_, input)| input)
            .collect()
    }

    /// The functions in the order of their first calls.
    fn path(&self) -> Vec<&'static str> {
        let mut path = Vec::new();
        for (name, _) in &self.calls {
            if !path.contains(name) {
                path.push(*name);
            }
        }
        path
    }
}

async fn run(script: Script) -> Execution {
    let calls: Arc<Mutex<Vec<(&'static str, Value)>>> = Arc::default();
    let lambda = Lambda::default();
    let begun = Instant::now();
    let mut definition = include_str!("../../../infra/workflow/run.asl.json").to_owned();
    for (placeholder, name) in FUNCTIONS {
        definition = definition.replace(&format!("${{{placeholder}Arn}}"), &lambda::arn(name));
        let calls = Arc::clone(&calls);
        lambda.register(Function::new(
            name,
            Duration::from_secs(900),
            100,
            move |input, _| {
                let before = {
                    let mut calls = calls.lock().unwrap();
                    calls.push((name, input));
                    calls.iter().filter(|(known, _)| *known == name).count()
                };
                async move { answer(script, name, before, begun).await }
            },
        ));
    }
    let journal = tempfile::tempdir().unwrap();
    let host = Host::virtually(&journal.path().join("states.sqlite"), &lambda);
    let machine = host.create(&serde_json::from_str(&definition).unwrap()).await;
    let execution = host.start(&machine, RUN, &json!({"runId": RUN})).await;
    let description = host.end(&execution).await;
    let events = host.history(&execution).await;
    let calls = calls.lock().unwrap().clone();
    Execution {
        description,
        calls,
        events,
    }
}

async fn answer(
    script: Script,
    name: &'static str,
    call: usize,
    begun: Instant,
) -> Result<Value, FunctionError> {
    let error = |error: &str| FunctionError {
        error_type: error.into(),
        error_message: "in its own words".into(),
    };
    match (script.fails, script.stumbles) {
        (Some((function, kind)), _) if function == name => return Err(error(kind)),
        (_, Some((function, kind, times))) if function == name && call <= times => return Err(error(kind)),
        _ => {}
    }
    Ok(match name {
        "plan" => json!({"runId": RUN, "regions": REGIONS[..script.regions]}),
        "release" => json!({"released": script.released}),
        "watch" => {
            let left = script.load.saturating_sub(begun.elapsed());
            sleep(left.min(Timing::default().working)).await;
            json!({"through": begun.elapsed() >= script.load})
        }
        "collect" | "clean-up" => json!({"status": script.status}),
        _ => json!({"through": true}),
    })
}

#[tokio::test(start_paused = true)]
async fn a_day_of_all_regions_stays_under_the_limit_of_events() {
    let execution = run(Script {
        regions: REGIONS.len(),
        load: Duration::from_secs(24 * 3_600),
        ..SMOOTH
    })
    .await;
    assert_eq!(execution.description["status"], "SUCCEEDED");
    println!("{} events", execution.events.len());
    // Room for some hundred repetitions of functions that failed, of three events each.
    assert!(
        execution.events.len() < 24_000,
        "{} events",
        execution.events.len()
    );
    let watched = execution.called("watch").len();
    let entries = 24 * 3_600 / usize::try_from(Timing::default().working.as_secs()).unwrap();
    assert_eq!(watched, REGIONS.len() * entries, "invocations of watch");
    assert_eq!(
        execution.path(),
        [
            "plan", "launch", "ready", "release", "watch", "collect", "clean-up"
        ]
    );
    for function in ["launch", "watch"] {
        let mut regions: Vec<&str> = execution
            .called(function)
            .iter()
            .map(|input| input["region"].as_str().unwrap())
            .collect();
        regions.sort_unstable();
        regions.dedup();
        let mut all = REGIONS;
        all.sort_unstable();
        assert_eq!(regions, all);
        assert_eq!(execution.called(function)[0]["runId"], RUN);
    }
    assert_eq!(execution.called("collect").len(), 1);
    // What travels through the machine does not grow with the run.
    let largest = execution
        .calls
        .iter()
        .map(|(_, input)| input.to_string().len())
        .max()
        .unwrap();
    assert!(largest < 1_000, "{largest} bytes");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_released_is_collected_at_once() {
    let execution = run(Script {
        released: false,
        status: "cancelled",
        ..SMOOTH
    })
    .await;
    assert_eq!(
        execution.path(),
        ["plan", "launch", "ready", "release", "collect", "clean-up"]
    );
    assert_eq!(execution.description["status"], "SUCCEEDED");
}

#[tokio::test(start_paused = true)]
async fn every_failure_goes_through_collect_and_clean_up_under_its_name() {
    let failures = [
        ("plan", "QUOTA_EXCEEDED"),
        ("launch", "LAUNCH_REFUSED"),
        ("ready", "ENGINE_FAILED"),
        ("release", "START_TIMEOUT"),
        ("watch", "CONTROL_PLANE_FAILED"),
    ];
    for (function, name) in failures {
        let execution = run(Script {
            fails: Some((function, name)),
            status: "failed",
            ..SMOOTH
        })
        .await;
        assert_eq!(execution.description["status"], "FAILED", "{function}");
        assert_eq!(execution.description["error"], "RUN_FAILED", "{function}");
        let collected = execution.called("collect");
        assert_eq!(collected.len(), 1, "{function}");
        assert_eq!(collected[0]["error"]["Error"], name, "{function}");
        assert!(
            collected[0]["error"]["Cause"]
                .as_str()
                .unwrap()
                .contains("in its own words")
        );
        assert_eq!(collected[0]["runId"], RUN);
        assert_eq!(execution.called("clean-up").len(), 1, "{function}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_collect_fails_is_cleaned_up_with_the_error() {
    let execution = run(Script {
        fails: Some(("collect", "CONTROL_PLANE_FAILED")),
        status: "failed",
        ..SMOOTH
    })
    .await;
    assert_eq!(
        execution.called("clean-up")[0]["error"]["Error"],
        "CONTROL_PLANE_FAILED"
    );
    let execution = run(Script {
        fails: Some(("clean-up", "CONTROL_PLANE_FAILED")),
        ..SMOOTH
    })
    .await;
    assert_eq!(execution.description["error"], "NOT_CLEANED_UP");
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for name in ["UNAVAILABLE", "Lambda.ServiceException", "Sandbox.Timedout"] {
        let execution = run(Script {
            stumbles: Some(("watch", name, 5)),
            ..SMOOTH
        })
        .await;
        assert_eq!(execution.description["status"], "SUCCEEDED", "{name}");
        assert!(execution.called("watch").len() >= 7, "{name}");
    }
}
