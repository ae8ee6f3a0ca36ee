//! The run's state machine as it is deployed, with its real functions, in virtual time.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws::Gateways;
use futures::future::BoxFuture;
use local_cloud::lambda::{self, Function, FunctionError, Lambda};
use model::RunId;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::Instant;
use workflow::{Clock, Error, Timing, clean_up, collect, launch, plan, ready, release, watch};

use crate::states_support::Host;

/// What functions work with.
pub struct Surroundings {
    pub gateways: Gateways,
    pub clock: Clock,
    pub timing: Timing,
}

/// One invocation of a function.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub function: &'static str,
    pub region: Option<String>,
    pub begun: Instant,
    pub took: Duration,
    /// The larger of its event and its answer, in bytes of JSON.
    pub payload: usize,
}

/// An execution that has ended.
pub struct Execution {
    pub description: Value,
    pub events: Vec<Value>,
    pub invocations: Vec<Invocation>,
}

type Work = fn(Arc<Surroundings>, Value) -> BoxFuture<'static, Result<Value, Error>>;

/// By the names of the document's substitutions.
const FUNCTIONS: [(&str, &str, Work); 7] = [
    ("Plan", "plan", |at, event| {
        Box::pin(async move { answer(plan::run(&at.gateways, at.clock, read(event)).await) })
    }),
    ("Launch", "launch", |at, event| {
        Box::pin(async move { answer(launch::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
    ("Ready", "ready", |at, event| {
        Box::pin(async move { answer(ready::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
    ("Release", "release", |at, event| {
        Box::pin(async move { answer(release::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
    ("Watch", "watch", |at, event| {
        Box::pin(async move { answer(watch::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
    ("Collect", "collect", |at, event| {
        Box::pin(async move { answer(collect::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
    ("CleanUp", "clean-up", |at, event| {
        Box::pin(async move { answer(clean_up::run(&at.gateways, at.clock, &at.timing, read(event)).await) })
    }),
];

/// Executes the machine for a run to its end. A function is cut off after 15 minutes, as Lambda does it.
pub async fn execute(journal: &Path, surroundings: Surroundings, run_id: RunId) -> Execution {
    let lambda = Lambda::default();
    let surroundings = Arc::new(surroundings);
    let invocations: Arc<Mutex<Vec<Invocation>>> = Arc::default();
    let mut definition = include_str!("../../../../infra/workflow/run.asl.json").to_owned();
    for (placeholder, name, work) in FUNCTIONS {
        definition = definition.replace(&format!("${{{placeholder}Arn}}"), &lambda::arn(name));
        let (surroundings, invocations) = (Arc::clone(&surroundings), Arc::clone(&invocations));
        let invoke = move |event: Value, _| {
            let (surroundings, invocations) = (Arc::clone(&surroundings), Arc::clone(&invocations));
            async move {
                let begun = Instant::now();
                let region = event["region"].as_str().map(str::to_owned);
                let asked = event.to_string().len();
                let outcome = work(surroundings, event).await.map_err(|error| FunctionError {
                    error_type: error.name().to_owned(),
                    error_message: error.chain(),
                });
                let answered = outcome.as_ref().map_or(0, |answer| answer.to_string().len());
                invocations.lock().unwrap().push(Invocation {
                    function: name,
                    region,
                    begun,
                    took: begun.elapsed(),
                    payload: asked.max(answered),
                });
                outcome
            }
        };
        lambda.register(Function::new(name, Duration::from_secs(900), 100, invoke));
    }
    let host = Host::virtually(journal, &lambda);
    let machine = host.create(&serde_json::from_str(&definition).unwrap()).await;
    let execution = host
        .start(&machine, &run_id.to_string(), &json!({"runId": run_id}))
        .await;
    let description = host.end(&execution).await;
    let events = host.history(&execution).await;
    let invocations = invocations.lock().unwrap().clone();
    Execution {
        description,
        events,
        invocations,
    }
}

fn read<E: DeserializeOwned>(event: Value) -> E {
    serde_json::from_value(event).unwrap()
}

fn answer<A: Serialize>(outcome: Result<A, Error>) -> Result<Value, Error> {
    outcome.map(|answer| json!(answer))
}
