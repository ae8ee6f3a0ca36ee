//! ECS through the SDK: what the API promises of tasks that are local processes.

#[path = "../support/compute.rs"]
mod support;

mod stopping;

use std::time::{Duration, Instant};

use aws_sdk_ecs::{
    Client,
    error::ProvideErrorMetadata,
    operation::run_task::builders::RunTaskFluentBuilder,
    types::{
        ContainerDefinition, ContainerOverride, DesiredStatus, KeyValuePair, LaunchType, Task, TaskOverride,
        TaskStopCode,
    },
};
use local_cloud::{ecs::Refusal, lambda::Lambda};
use support::{Host, Options, eventually};

const CLUSTER: &str = "fleet";

/// Registers the family `sh`, whose tasks run `script`.
async fn prepare(client: &Client, script: &str) {
    client
        .create_cluster()
        .cluster_name(CLUSTER)
        .send()
        .await
        .unwrap();
    let container = ContainerDefinition::builder()
        .name("main")
        .image("example/image:1")
        .entry_point("/bin/sh")
        .entry_point("-c")
        .command(script)
        .environment(KeyValuePair::builder().name("FROM_DEFINITION").value("a").build())
        .stop_timeout(1)
        .build();
    client
        .register_task_definition()
        .family("sh")
        .cpu("256")
        .memory("512")
        .task_role_arn("arn:aws:iam::000000000000:role/worker")
        .container_definitions(container)
        .send()
        .await
        .unwrap();
}

fn run(client: &Client) -> RunTaskFluentBuilder {
    client
        .run_task()
        .cluster(CLUSTER)
        .task_definition("sh")
        .launch_type(LaunchType::Fargate)
}

async fn run_one(client: &Client) -> String {
    let answer = run(client).send().await.unwrap();
    answer.tasks()[0].task_arn().unwrap().to_owned()
}

async fn describe(client: &Client, arn: &str) -> Task {
    let answer = client
        .describe_tasks()
        .cluster(CLUSTER)
        .tasks(arn)
        .send()
        .await
        .unwrap();
    answer.tasks()[0].clone()
}

async fn reaches(client: &Client, arn: &str, status: &str) -> Task {
    eventually(status, || async {
        let task = describe(client, arn).await;
        (task.last_status() == Some(status)).then_some(task)
    })
    .await
}

fn id_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}

fn task_directory(host: &Host, arn: &str) -> std::path::PathBuf {
    host.directory.join("ecs/tasks").join(id_of(arn))
}

fn output(host: &Host, arn: &str) -> String {
    std::fs::read_to_string(task_directory(host, arn).join("output.log")).unwrap_or_default()
}

/// Whether any process has `mark` on its command line.
fn runs(mark: &str) -> bool {
    procfs::process::all_processes()
        .unwrap()
        .filter_map(|process| process.ok()?.cmdline().ok())
        .any(|cmdline| cmdline.iter().any(|argument| argument.contains(mark)))
}

#[tokio::test]
async fn a_task_runs_in_a_clean_environment_and_ends() {
    let directory = tempfile::tempdir().unwrap();
    let mut host = Host::start(directory.path()).await;
    let client = host.ecs_client("sa-east-1");
    prepare(&client, "env | sort; pwd; grep SigBlk /proc/self/status; exit 3").await;
    let answer = run(&client)
        .started_by("a test")
        .overrides(
            TaskOverride::builder()
                .container_overrides(
                    ContainerOverride::builder()
                        .name("main")
                        .environment(KeyValuePair::builder().name("FROM_OVERRIDE").value("b ñ").build())
                        .build(),
                )
                .build(),
        )
        .send()
        .await
        .unwrap();
    assert!(answer.failures().is_empty());
    let task = &answer.tasks()[0];
    assert_eq!(task.last_status(), Some("PROVISIONING"));
    assert_eq!(task.started_by(), Some("a test"));
    let arn = task.task_arn().unwrap();
    assert!(
        arn.starts_with("arn:aws:ecs:sa-east-1:000000000000:task/fleet/"),
        "{arn}"
    );

    let task = reaches(&client, arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(3));
    assert_eq!(task.stop_code(), Some(&TaskStopCode::EssentialContainerExited));
    assert_eq!(task.stopped_reason(), Some("Essential container in task exited"));
    assert!(task.started_at() >= task.created_at() && task.stopped_at() >= task.started_at());

    let output = output(&host, arn);
    let lines: Vec<&str> = output.lines().collect();
    for expected in [
        "AWS_ACCESS_KEY_ID=key-of-arn:aws:iam::000000000000:role/worker",
        "AWS_REGION=sa-east-1",
        &format!("AWS_ENDPOINT_URL={}", host.endpoint),
        "FROM_DEFINITION=a",
        "FROM_OVERRIDE=b ñ",
        &format!("HOME={}", task_directory(&host, arn).join("home").display()),
        "SigBlk:\t0000000000000000",
    ] {
        assert!(lines.contains(&expected), "{expected} is missing in {output}");
    }
    let inherited = lines
        .iter()
        .filter(|line| line.starts_with("CARGO") || line.starts_with("USER="))
        .count();
    assert_eq!(inherited, 0, "{output}");

    let events = host.events_until("STOPPED").await;
    let statuses: Vec<&str> = events
        .iter()
        .map(|event| event["detail"]["lastStatus"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]
    );
    let last = events.last().unwrap();
    assert_eq!(last["source"], "aws.ecs");
    assert_eq!(last["detail-type"], "ECS Task State Change");
    assert_eq!(last["resources"][0], arn);
    assert_eq!(last["detail"]["version"], 5);
    assert_eq!(last["detail"]["containers"][0]["exitCode"], 3);
}

#[tokio::test]
async fn tasks_are_listed_by_starter_and_state_page_by_page() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "sleep 60").await;
    let ours = run(&client).count(3).started_by("us").send().await.unwrap();
    run(&client).started_by("them").send().await.unwrap();
    let page = |token: Option<String>| {
        client
            .list_tasks()
            .cluster(CLUSTER)
            .started_by("us")
            .max_results(2)
            .set_next_token(token)
            .send()
    };
    let first = page(None).await.unwrap();
    assert_eq!(first.task_arns().len(), 2);
    let second = page(first.next_token().map(str::to_owned)).await.unwrap();
    assert_eq!(second.task_arns().len(), 1);
    assert_eq!(second.next_token(), None);
    let elsewhere = host
        .ecs_client("sa-east-1")
        .list_tasks()
        .cluster(CLUSTER)
        .send()
        .await
        .unwrap_err();
    assert_eq!(elsewhere.code(), Some("ClusterNotFoundException"));

    let everyone = client.list_tasks().cluster(CLUSTER).send().await.unwrap();
    assert_eq!(everyone.task_arns().len(), 4);
    for arn in everyone.task_arns() {
        client
            .stop_task()
            .cluster(CLUSTER)
            .task(arn)
            .reason("enough")
            .send()
            .await
            .unwrap();
    }
    let running = client.list_tasks().cluster(CLUSTER).send().await.unwrap();
    assert!(
        running.task_arns().is_empty(),
        "a task that is to stop is no longer listed as wanted"
    );
    let stopped = client
        .list_tasks()
        .cluster(CLUSTER)
        .desired_status(DesiredStatus::Stopped)
        .send()
        .await
        .unwrap();
    assert_eq!(stopped.task_arns().len(), 4);
    for task in ours.tasks() {
        let task = reaches(&client, task.task_arn().unwrap(), "STOPPED").await;
        assert_eq!(task.stop_code(), Some(&TaskStopCode::UserInitiated));
        assert_eq!(task.stopped_reason(), Some("enough"));
    }
    let unknown = client
        .describe_tasks()
        .cluster(CLUSTER)
        .tasks("0123")
        .send()
        .await
        .unwrap();
    assert_eq!(unknown.failures()[0].reason(), Some("MISSING"));
}

#[tokio::test]
async fn a_client_token_launches_once() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "sleep 30").await;
    let first = run(&client).count(2).client_token("token").send().await.unwrap();
    drop(host);
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    let again = run(&client).count(2).client_token("token").send().await.unwrap();
    let arns = |tasks: &[Task]| {
        tasks
            .iter()
            .map(|task| task.task_arn().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(arns(first.tasks()), arns(again.tasks()));
    let other = run(&client)
        .count(1)
        .client_token("token")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(other.is_conflict_exception(), "{other:?}");
    let too_long = run(&client)
        .client_token("x".repeat(65))
        .send()
        .await
        .unwrap_err();
    assert_eq!(too_long.code(), Some("InvalidParameterException"));
    let all = client.list_tasks().cluster(CLUSTER).send().await.unwrap();
    assert_eq!(all.task_arns().len(), 2);
    stop_all(&client).await;
}

#[tokio::test]
async fn refusals_are_made_as_aws_makes_them() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "exit 0").await;
    host.ecs.inject(Refusal::Throttling, 1);
    assert_eq!(
        run(&client).send().await.unwrap_err().code(),
        Some("ThrottlingException")
    );
    host.ecs.inject(Refusal::Capacity, 1);
    let partial = run(&client).count(2).send().await.unwrap();
    assert_eq!(partial.tasks().len(), 1);
    assert!(
        partial.failures()[0]
            .reason()
            .unwrap()
            .starts_with("Capacity is unavailable at this time.")
    );
    host.ecs.inject(Refusal::Image, 1);
    let arn = run_one(&client).await;
    let task = reaches(&client, &arn, "STOPPED").await;
    assert_eq!(task.stop_code(), Some(&TaskStopCode::TaskFailedToStart));
    assert!(
        task.stopped_reason()
            .unwrap()
            .starts_with("CannotPullContainerError: ")
    );
    assert_eq!(task.started_at(), None);
    assert_eq!(
        reaches(&client, &run_one(&client).await, "STOPPED")
            .await
            .containers()[0]
            .exit_code(),
        Some(0)
    );
}

#[tokio::test]
async fn a_full_machine_refuses_what_does_not_fit() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = Options::new(directory.path());
    options.capacity.memory_mib = 1_200;
    let host = Host::with(directory.path(), options, Lambda::default()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "sleep 30").await;
    let answer = client
        .run_task()
        .cluster(CLUSTER)
        .task_definition("sh")
        .count(4)
        .send()
        .await
        .unwrap();
    assert_eq!((answer.tasks().len(), answer.failures().len()), (2, 2));
    assert_eq!(answer.failures()[0].reason(), Some("RESOURCE:MEMORY"));
    assert!(
        answer.failures()[0]
            .detail()
            .unwrap()
            .contains("512 MiB wanted, 176 MiB free")
    );
    stop_all(&client).await;
    let answer = run(&client).send().await.unwrap();
    assert_eq!(answer.tasks().len(), 1, "the room of stopped tasks is free again");
    stop_all(&client).await;
}

#[tokio::test]
async fn a_command_that_cannot_be_started_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "").await;
    let container = ContainerDefinition::builder()
        .name("main")
        .command("/no/such/program")
        .build();
    client
        .register_task_definition()
        .family("sh")
        .container_definitions(container)
        .send()
        .await
        .unwrap();
    let arn = run_one(&client).await;
    let task = reaches(&client, &arn, "STOPPED").await;
    assert!(task.task_definition_arn().unwrap().ends_with("sh:2"));
    assert_eq!(task.stop_code(), Some(&TaskStopCode::TaskFailedToStart));
    let reason = task.stopped_reason().unwrap();
    assert!(
        reason.starts_with("CannotStartContainerError: /no/such/program: "),
        "{reason}"
    );
}

#[tokio::test]
async fn the_metadata_endpoint_tells_a_task_who_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "echo $ECS_CONTAINER_METADATA_URI_V4; sleep 30").await;
    let arn = run_one(&client).await;
    reaches(&client, &arn, "RUNNING").await;
    let uri = eventually("its output", || async {
        output(&host, &arn).lines().next().map(str::to_owned)
    })
    .await;
    let path = uri.strip_prefix(&host.endpoint).unwrap();
    let task = host.ecs.metadata(&format!("{path}/task")).unwrap();
    assert_eq!(task["TaskARN"], arn);
    assert_eq!(task["Family"], "sh");
    assert_eq!(task["Revision"], "1");
    assert_eq!(task["KnownStatus"], "RUNNING");
    assert_eq!(task["Limits"], serde_json::json!({"CPU": 0.25, "Memory": 512}));
    assert_eq!(task["AvailabilityZone"], "us-east-1a");
    assert_eq!(task["LaunchType"], "FARGATE");
    assert_eq!(task["Containers"][0]["Name"], "main");
    assert_eq!(host.ecs.metadata(path).unwrap()["Image"], "example/image:1");
    assert_eq!(host.ecs.metadata("/ecs/v4/guess/task"), None);
    stop_all(&client).await;
}

#[tokio::test]
async fn a_supervisor_is_small() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(&client, "sleep 30").await;
    let arn = run_one(&client).await;
    reaches(&client, &arn, "RUNNING").await;
    let claim = std::fs::read(task_directory(&host, &arn).join("claim.json")).unwrap();
    let claim: serde_json::Value = serde_json::from_slice(&claim).unwrap();
    let pid = i32::try_from(claim["pid"].as_i64().unwrap()).unwrap();
    let status = procfs::process::Process::new(pid).unwrap().status().unwrap();
    let resident = status.vmrss.unwrap();
    assert!(resident < 5 * 1_024, "{resident} KiB");
    stop_all(&client).await;
}

async fn stop_all(client: &Client) {
    let running = client.list_tasks().cluster(CLUSTER).send().await.unwrap();
    for arn in running.task_arns() {
        client
            .stop_task()
            .cluster(CLUSTER)
            .task(arn)
            .send()
            .await
            .unwrap();
    }
    for arn in running.task_arns() {
        reaches(client, arn, "STOPPED").await;
    }
}
