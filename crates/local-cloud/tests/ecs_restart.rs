//! Tasks and the sudden death of the host.

#[path = "support/compute.rs"]
mod support;

use std::path::PathBuf;

use aws_sdk_ecs::{
    Client,
    types::{ContainerDefinition, Task, TaskStopCode},
};
use serde_json::{Value, json};
use support::{Host, eventually};

async fn start_task(client: &Client, script: &str) -> String {
    client.create_cluster().send().await.unwrap();
    let container = ContainerDefinition::builder()
        .name("main")
        .command("/bin/sh")
        .command("-c")
        .command(script)
        .stop_timeout(1)
        .build();
    client
        .register_task_definition()
        .family("sh")
        .container_definitions(container)
        .send()
        .await
        .unwrap();
    let answer = client.run_task().task_definition("sh").send().await.unwrap();
    answer.tasks()[0].task_arn().unwrap().to_owned()
}

async fn reaches(client: &Client, arn: &str, status: &str) -> Task {
    eventually(status, || async {
        let answer = client.describe_tasks().tasks(arn).send().await.unwrap();
        let task = answer.tasks()[0].clone();
        (task.last_status() == Some(status)).then_some(task)
    })
    .await
}

fn task_file(host: &Host, arn: &str, name: &str) -> PathBuf {
    host.directory
        .join("ecs/tasks")
        .join(arn.rsplit('/').next().unwrap())
        .join(name)
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn statuses(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["detail"]["lastStatus"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_running_task_is_adopted_and_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let arn = start_task(
        &host.ecs_client("us-east-1"),
        "trap '' TERM; while :; do sleep 0.1; done",
    )
    .await;
    reaches(&host.ecs_client("us-east-1"), &arn, "RUNNING").await;
    let command = read(task_file(&host, &arn, "started.json"));
    drop(host);

    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    reaches(&client, &arn, "RUNNING").await;
    assert_eq!(
        read(task_file(&host, &arn, "started.json")),
        command,
        "the command was not started again"
    );
    client.stop_task().task(&arn).send().await.unwrap();
    drop(host);

    // The wish to stop outlives its host too.
    let mut host = Host::start(directory.path()).await;
    let task = reaches(&host.ecs_client("us-east-1"), &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(137));
    assert_eq!(task.stop_code(), Some(&TaskStopCode::UserInitiated));
    host.events_until("STOPPED").await;
}

#[tokio::test]
async fn a_task_that_ended_while_the_host_was_away_gets_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let arn = start_task(&host.ecs_client("us-east-1"), "sleep 0.5; exit 9").await;
    reaches(&host.ecs_client("us-east-1"), &arn, "RUNNING").await;
    let ended = task_file(&host, &arn, "ended.json");
    drop(host);
    eventually("the end", || async { ended.exists().then_some(()) }).await;

    let mut host = Host::start(directory.path()).await;
    let task = reaches(&host.ecs_client("us-east-1"), &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(9));
    let events = host.events_until("STOPPED").await;
    assert_eq!(
        statuses(&events),
        ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]
    );
    let known: Vec<Value> = events.iter().map(|event| event["id"].clone()).collect();
    drop(host);

    // Events of the last hour come again, under the same ids.
    let mut host = Host::start(directory.path()).await;
    let again: Vec<Value> = host
        .events_until("STOPPED")
        .await
        .iter()
        .map(|event| event["id"].clone())
        .collect();
    assert_eq!(again, known);
}

#[tokio::test]
async fn a_task_that_was_recorded_but_not_started_runs_once() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..20 {
        let host = Host::start(directory.path()).await;
        let arn = start_task(&host.ecs_client("us-east-1"), "echo ran").await;
        // The host dies at some instant between record and start.
        drop(host);
        let host = Host::start(directory.path()).await;
        let task = reaches(&host.ecs_client("us-east-1"), &arn, "STOPPED").await;
        assert_eq!(task.containers()[0].exit_code(), Some(0));
        assert_eq!(
            std::fs::read_to_string(task_file(&host, &arn, "output.log")).unwrap(),
            "ran\n"
        );
    }
}

#[tokio::test]
async fn a_pid_that_was_reused_is_neither_adopted_nor_killed() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let arn = start_task(&host.ecs_client("us-east-1"), "exec sleep 30").await;
    reaches(&host.ecs_client("us-east-1"), &arn, "RUNNING").await;
    let claim = task_file(&host, &arn, "claim.json");
    let started = task_file(&host, &arn, "started.json");
    drop(host);
    let supervisor = read(claim.clone());
    kill(&supervisor);
    kill(&read(started.clone())["process"]);
    // Another process has both pids now, as far as the files can tell: they name one with another start time.
    let mut bystander = std::process::Command::new("sleep").arg("30").spawn().unwrap();
    std::fs::write(&claim, json!({"pid": bystander.id(), "startTime": 1}).to_string()).unwrap();
    let command = json!({"process": {"pid": bystander.id(), "startTime": 1}, "atMs": 1});
    std::fs::write(&started, command.to_string()).unwrap();

    let host = Host::start(directory.path()).await;
    let task = reaches(&host.ecs_client("us-east-1"), &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(137));
    assert_eq!(
        task.containers()[0].reason(),
        Some("the supervisor of the task was killed")
    );
    assert!(
        bystander.try_wait().unwrap().is_none(),
        "the bystander was killed"
    );
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[tokio::test]
async fn a_task_does_not_survive_its_supervisor() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    let arn = start_task(
        &client,
        "(sleep 31; true) & (setsid sleep 32; true) & sleep 33; true",
    )
    .await;
    reaches(&client, &arn, "RUNNING").await;
    let command = read(task_file(&host, &arn, "started.json"));
    let pid = i32::try_from(command["process"]["pid"].as_i64().unwrap()).unwrap();
    kill(&read(task_file(&host, &arn, "claim.json")));
    let task = reaches(&client, &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(137));
    // Whoever adopted it may not have reaped it.
    let left = procfs::process::Process::new(pid).and_then(|process| process.stat());
    assert!(left.is_err() || left.is_ok_and(|stat| stat.state == 'Z'));
}

fn kill(process: &Value) {
    let pid = i32::try_from(process["pid"].as_i64().unwrap()).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}
