//! The same state machines on Step Functions here, on moto and on ministack: each difference is known and decided.
//!
//! `docs/referees.md` says which documentation decides each one.

mod states_support;

use std::{collections::BTreeMap, net::TcpListener, path::PathBuf, process::Stdio, time::Duration};

use aws_sdk_sfn::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::ExecutionStatus,
};
use local_cloud::{clock::Clock, lambda::Lambda};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

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

/// An emulator as a process of its own; it ends with this value.
struct Referee {
    name: &'static str,
    client: Client,
    _process: Child,
}

impl Referee {
    async fn moto() -> Self {
        let port = free_port();
        let mut command = Command::new(environment().join("bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let referee = Self::start("moto", command, port).await;
        let config = json!({"stepfunctions": {"execute_state_machine": true}});
        let url = format!("http://127.0.0.1:{port}/moto-api/config");
        reqwest::Client::new()
            .post(url)
            .json(&config)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        referee
    }

    async fn ministack() -> Self {
        let port = free_port();
        let mut command = Command::new(environment().join("bin/ministack"));
        command
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0");
        Self::start("ministack", command, port).await
    }

    async fn start(name: &'static str, mut command: Command, port: u16) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let process = command
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let started = tokio::time::timeout(Duration::from_secs(60), async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        started
            .await
            .unwrap_or_else(|_| panic!("{name} does not listen after a minute"));
        let config = aws_sdk_sfn::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://127.0.0.1:{port}"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Self {
            name,
            client: Client::from_conf(config),
            _process: process,
        }
    }

    async fn run(&self, document: &Document) -> Outcome {
        let create = self
            .client
            .create_state_machine()
            .name(&document.name)
            .role_arn("arn:aws:iam::000000000000:role/r");
        let machine = match create.definition(document.definition.to_string()).send().await {
            Ok(created) => created.state_machine_arn,
            Err(error) => return refused(&format!("{error:?}")),
        };
        let start = self.client.start_execution().state_machine_arn(machine).name("e");
        let execution = start
            .input(document.input.to_string())
            .send()
            .await
            .unwrap()
            .execution_arn;
        let ended = tokio::time::timeout(Duration::from_secs(30), async {
            loop {
                let description = self
                    .client
                    .describe_execution()
                    .execution_arn(&execution)
                    .send()
                    .await
                    .unwrap();
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

fn environment() -> PathBuf {
    let directory = std::env::var_os("OLEADA_REFEREES");
    directory
        .expect("OLEADA_REFEREES must name the referees' venv: scripts/test --full makes it")
        .into()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
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
    let referees = [Referee::moto().await, Referee::ministack().await];
    let mut differences = BTreeMap::new();
    for document in &documents {
        let here = run_here(&host, document).await;
        for referee in &referees {
            let there = referee.run(document).await;
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
