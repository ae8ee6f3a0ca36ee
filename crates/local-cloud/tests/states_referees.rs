//! The same state machines on Step Functions here, on moto and on ministack: each difference is known and decided.
//!
//! `docs/referees.md` says which documentation decides each one.

#[path = "support/referees.rs"]
mod referees;
mod states_support;
mod support;

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sfn::{Client, types::ExecutionStatus};
use local_cloud::{clock::Clock, lambda::Lambda};
use serde::Deserialize;
use serde_json::{Value, json};

use referees::Referee;
use states_support::Host;

/// Documents whose result differs, by referee: each is a row of `docs/referees.md`.
const KNOWN: [(&str, &str); 19] = [
    ("choice-kinds", "ministack"),
    ("choice-missing-variable", "ministack"),
    ("choice-missing-variable", "moto"),
    ("choice-no-match", "moto"),
    ("format-object", "ministack"),
    ("input-path-missing", "ministack"),
    ("intrinsic-failure", "ministack"),
    ("intrinsic-failure", "moto"),
    ("intrinsics-arrays", "moto"),
    ("map-no-array", "ministack"),
    ("map-no-array", "moto"),
    ("output-path-missing", "ministack"),
    ("parameters-missing", "ministack"),
    ("parameters-missing", "moto"),
    ("pass-text", "moto"),
    ("paths-index", "moto"),
    ("paths-many", "ministack"),
    ("result-path-mismatch", "ministack"),
    ("result-path-mismatch", "moto"),
];

#[derive(Deserialize)]
struct Document {
    name: String,
    input: Value,
    definition: Value,
}

/// How an execution ended. Causes are for people and differ in wording, so only those of Fail states are compared;
/// an execution that failed has no output, but ministack repeats its error there.
#[derive(Debug, PartialEq)]
struct Outcome {
    status: String,
    output: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
}

impl Outcome {
    fn new(status: &str, output: Option<&str>, error: Option<&str>, cause: Option<&str>) -> Self {
        let own = error.is_some_and(|error| !error.starts_with("States."));
        Self {
            status: status.to_owned(),
            output: output
                .filter(|_| status == "SUCCEEDED")
                .map(|output| serde_json::from_str(output).unwrap_or_else(|_| json!({"no JSON": output}))),
            error: error.map(str::to_owned),
            cause: cause.filter(|_| own).map(str::to_owned),
        }
    }
}

async fn run_there(client: &Client, document: &Document) -> Outcome {
    let create = client
        .create_state_machine()
        .name(&document.name)
        .role_arn("arn:aws:iam::000000000000:role/r");
    let machine = match create.definition(document.definition.to_string()).send().await {
        Ok(created) => created.state_machine_arn,
        Err(error) => return refused(&format!("{error:?}")),
    };
    let start = client.start_execution().state_machine_arn(machine).name("e");
    let started = start.input(document.input.to_string()).send().await.unwrap();
    let describe = client.describe_execution().execution_arn(started.execution_arn);
    let ended = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let description = describe.clone().send().await.unwrap();
            if description.status != ExecutionStatus::Running {
                return description;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    match ended.await {
        Ok(ended) => Outcome::new(
            ended.status.as_str(),
            ended.output(),
            ended.error(),
            ended.cause(),
        ),
        Err(_) => Outcome::new("does not end", None, None, None),
    }
}

/// Lets moto execute state machines, which it only stores otherwise.
async fn switch_on(referee: &Referee) {
    if referee.name == "moto" {
        let url = format!("{}/moto-api/config", referee.sdk().endpoint_url().unwrap());
        let config = json!({"stepfunctions": {"execute_state_machine": true}});
        let answer = reqwest::Client::new()
            .post(url)
            .json(&config)
            .send()
            .await
            .unwrap();
        answer.error_for_status().unwrap();
    }
}

fn refused(message: &str) -> Outcome {
    Outcome {
        status: "refused".into(),
        output: None,
        error: None,
        cause: Some(message.to_owned()),
    }
}

async fn run_here(host: &Host, document: &Document) -> Outcome {
    let create =
        json!({"name": document.name, "definition": document.definition.to_string(), "roleArn": "r"});
    let machine = host.call("CreateStateMachine", create).await.unwrap();
    let machine = machine["stateMachineArn"].as_str().unwrap();
    let execution = host.start(machine, "e", &document.input).await;
    let ended = host.end(&execution).await;
    let text = |field: &str| ended[field].as_str();
    Outcome::new(
        text("status").unwrap(),
        text("output"),
        text("error"),
        text("cause"),
    )
}

#[tokio::test]
#[ignore = "needs the referees' venv: scripts/test --full"]
async fn referees_agree_or_the_difference_is_known() {
    let documents: Vec<Document> = serde_json::from_str(include_str!("referee/states.json")).unwrap();
    let journal = tempfile::tempdir().unwrap();
    let host = Host::open(
        &journal.path().join("states.sqlite"),
        &Lambda::default(),
        Clock::system(),
    );
    let referees = Referee::all();
    for referee in &referees {
        switch_on(referee).await;
    }
    let mut differences = BTreeMap::new();
    for document in &documents {
        let here = run_here(&host, document).await;
        for referee in &referees {
            let there = run_there(&Client::new(&referee.sdk()), document).await;
            if there != here {
                let report = format!("here  {here:?}\n  there {there:?}");
                differences.insert((document.name.as_str(), referee.name), report);
            }
        }
    }
    let unknown: Vec<_> = differences
        .iter()
        .filter(|(key, _)| !KNOWN.contains(key))
        .collect();
    let report: String = unknown
        .iter()
        .map(|((name, referee), report)| format!("{name} ({referee})\n  {report}\n"))
        .collect();
    assert!(unknown.is_empty(), "{report}");
    let gone: Vec<_> = KNOWN
        .iter()
        .filter(|key| !differences.contains_key(*key))
        .collect();
    assert!(
        gone.is_empty(),
        "these agree by now, so docs/referees.md should not list them: {gone:?}"
    );
}
