//! CloudWatch Logs through the SDK: groups, streams, events, and what tasks print.

#[path = "support/compute.rs"]
mod support;

use aws_sdk_cloudwatchlogs::{
    Client,
    error::ProvideErrorMetadata,
    types::{FilteredLogEvent, InputLogEvent, OutputLogEvent},
};
use aws_sdk_ecs::types::{ContainerDefinition, LogConfiguration, LogDriver};
use local_cloud::lambda::Lambda;
use support::{Host, Options, eventually};

const GROUP: &str = "/fleet/logs";

async fn prepare(client: &Client, streams: &[&str]) {
    client
        .create_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    for stream in streams {
        client
            .create_log_stream()
            .log_group_name(GROUP)
            .log_stream_name(*stream)
            .send()
            .await
            .unwrap();
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn put(client: &Client, stream: &str, events: &[(i64, &str)]) {
    let events = events
        .iter()
        .map(|(at_ms, message)| {
            InputLogEvent::builder()
                .timestamp(*at_ms)
                .message(*message)
                .build()
                .unwrap()
        })
        .collect();
    let put = client
        .put_log_events()
        .log_group_name(GROUP)
        .log_stream_name(stream)
        .set_log_events(Some(events));
    put.send().await.unwrap();
}

fn messages(events: &[OutputLogEvent]) -> Vec<&str> {
    events.iter().map(|event| event.message().unwrap()).collect()
}

fn filtered(events: &[FilteredLogEvent]) -> Vec<&str> {
    events.iter().map(|event| event.message().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_is_read_in_both_directions() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.logs_client("us-east-1");
    prepare(&client, &["one"]).await;
    let start = now_ms();
    put(
        &client,
        "one",
        &[
            (start, "a"),
            (start, "b"),
            (start + 1, "c"),
            (start + 2, "d"),
            (start + 3, "e"),
        ],
    )
    .await;
    let read = || {
        client
            .get_log_events()
            .log_group_name(GROUP)
            .log_stream_name("one")
            .limit(2)
    };

    let mut page = read().start_from_head(true).send().await.unwrap();
    let mut forward = Vec::new();
    while !page.events().is_empty() {
        forward.extend(messages(page.events()).into_iter().map(str::to_owned));
        page = read()
            .next_token(page.next_forward_token().unwrap())
            .send()
            .await
            .unwrap();
    }
    assert_eq!(forward, ["a", "b", "c", "d", "e"]);
    let end = page.next_forward_token().unwrap();
    let again = read().next_token(end).send().await.unwrap();
    assert_eq!(
        again.next_forward_token(),
        Some(end),
        "at the end, the token stays the same"
    );
    put(&client, "one", &[(start + 4, "f")]).await;
    assert_eq!(
        messages(read().next_token(end).send().await.unwrap().events()),
        ["f"]
    );

    let latest = read().send().await.unwrap();
    assert_eq!(messages(latest.events()), ["e", "f"]);
    let before = read()
        .next_token(latest.next_backward_token().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(messages(before.events()), ["c", "d"]);
    // The start belongs to the interval, the end does not.
    let window = read()
        .limit(10)
        .start_time(start + 1)
        .end_time(start + 3)
        .send()
        .await
        .unwrap();
    assert_eq!(messages(window.events()), ["c", "d"]);
}

#[tokio::test]
async fn a_group_is_searched_across_its_streams_in_order_of_time() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.logs_client("us-east-1");
    prepare(&client, &["w/0", "w/1", "other"]).await;
    let start = now_ms();
    put(&client, "w/0", &[(start, "0 first"), (start + 2, "2 ERROR here")]).await;
    put(
        &client,
        "w/1",
        &[(start + 1, "1 ERROR there"), (start + 3, "3 last")],
    )
    .await;
    put(&client, "other", &[(start + 1, "1 elsewhere")]).await;
    let filter = || client.filter_log_events().log_group_name(GROUP);
    let all = filter().log_stream_name_prefix("w/").send().await.unwrap();
    assert_eq!(
        filtered(all.events()),
        ["0 first", "1 ERROR there", "2 ERROR here", "3 last"]
    );
    assert_eq!(all.events()[1].log_stream_name(), Some("w/1"));
    let one = filter().log_stream_names("w/1").send().await.unwrap();
    assert_eq!(filtered(one.events()), ["1 ERROR there", "3 last"]);
    let errors = filter().filter_pattern("ERROR -there").send().await.unwrap();
    assert_eq!(filtered(errors.events()), ["2 ERROR here"]);
    let window = filter()
        .start_time(start + 1)
        .end_time(start + 2)
        .log_stream_name_prefix("w")
        .send()
        .await
        .unwrap();
    assert_eq!(filtered(window.events()), ["1 ERROR there", "2 ERROR here"]);

    let mut token = None;
    let mut paged = Vec::new();
    loop {
        let page = filter().limit(2).set_next_token(token).send().await.unwrap();
        paged.extend(filtered(page.events()).into_iter().map(str::to_owned));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(paged.len(), 5);
    assert!(paged.is_sorted_by_key(|message| message.as_bytes()[0]));
    let unknown = filter().log_stream_names("nobody").send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn groups_and_streams_are_described_and_deleted_region_by_region() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.logs_client("us-east-1");
    prepare(&client, &["b", "a"]).await;
    let twice = client
        .create_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap_err();
    assert_eq!(twice.code(), Some("ResourceAlreadyExistsException"));
    client
        .put_retention_policy()
        .log_group_name(GROUP)
        .retention_in_days(7)
        .send()
        .await
        .unwrap();
    let groups = client
        .describe_log_groups()
        .log_group_name_prefix("/fleet")
        .send()
        .await
        .unwrap();
    assert_eq!(groups.log_groups()[0].retention_in_days(), Some(7));
    assert!(
        host.logs_client("sa-east-1")
            .describe_log_groups()
            .send()
            .await
            .unwrap()
            .log_groups()
            .is_empty()
    );
    let streams = client
        .describe_log_streams()
        .log_group_name(GROUP)
        .limit(1)
        .send()
        .await
        .unwrap();
    assert_eq!(streams.log_streams()[0].log_stream_name(), Some("a"));
    let rest = client
        .describe_log_streams()
        .log_group_name(GROUP)
        .next_token(streams.next_token().unwrap());
    assert_eq!(
        rest.send().await.unwrap().log_streams()[0].log_stream_name(),
        Some("b")
    );
    client
        .delete_log_stream()
        .log_group_name(GROUP)
        .log_stream_name("a")
        .send()
        .await
        .unwrap();
    client
        .delete_log_group()
        .log_group_name(GROUP)
        .send()
        .await
        .unwrap();
    assert!(
        client
            .describe_log_groups()
            .send()
            .await
            .unwrap()
            .log_groups()
            .is_empty()
    );
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_or_named() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.logs_client("us-east-1");
    prepare(&client, &["one"]).await;
    let day = 24 * 60 * 60 * 1_000;
    let event = |at_ms, message: &str| {
        InputLogEvent::builder()
            .timestamp(at_ms)
            .message(message)
            .build()
            .unwrap()
    };
    let put = |events: Vec<InputLogEvent>| {
        client
            .put_log_events()
            .log_group_name(GROUP)
            .log_stream_name("one")
            .set_log_events(Some(events))
            .send()
    };
    let disorder = put(vec![event(now_ms(), "b"), event(now_ms() - 10, "a")])
        .await
        .unwrap_err();
    assert_eq!(disorder.code(), Some("InvalidParameterException"));
    let now = now_ms();
    let answer = put(vec![
        event(now - 15 * day, "old"),
        event(now, "good"),
        event(now + day, "new"),
    ])
    .await
    .unwrap();
    let rejected = answer.rejected_log_events_info().unwrap();
    assert_eq!(rejected.too_old_log_event_end_index(), Some(1));
    assert_eq!(rejected.too_new_log_event_start_index(), Some(2));
    let kept = client
        .get_log_events()
        .log_group_name(GROUP)
        .log_stream_name("one")
        .send()
        .await
        .unwrap();
    assert_eq!(messages(kept.events()), ["good"]);
}

async fn run_logged(host: &Host, script: &str, create_group: bool) -> String {
    let ecs = host.ecs_client("us-east-1");
    ecs.create_cluster().send().await.unwrap();
    let logging = LogConfiguration::builder()
        .log_driver(LogDriver::Awslogs)
        .options("awslogs-group", GROUP)
        .options("awslogs-region", "us-east-1")
        .options("awslogs-stream-prefix", "run")
        .options("awslogs-create-group", create_group.to_string())
        .build()
        .unwrap();
    let container = ContainerDefinition::builder()
        .name("main")
        .set_command(Some(vec!["/bin/sh".into(), "-c".into(), script.into()]))
        .log_configuration(logging)
        .build();
    ecs.register_task_definition()
        .family("logged")
        .container_definitions(container)
        .send()
        .await
        .unwrap();
    let answer = ecs.run_task().task_definition("logged").send().await.unwrap();
    answer.tasks()[0]
        .task_arn()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn stopped_reason(host: &Host, task: &str) -> String {
    let ecs = host.ecs_client("us-east-1");
    eventually("the end of the task", || async {
        let answer = ecs.describe_tasks().tasks(task).send().await.unwrap();
        let task = &answer.tasks()[0];
        (task.last_status() == Some("STOPPED")).then(|| task.stopped_reason().unwrap().to_owned())
    })
    .await
}

#[tokio::test]
async fn a_task_prints_into_a_stream_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let long = "x".repeat(20_000);
    let script = "echo out; echo err >&2; echo; printf '%020000d\\n' 0 | tr 0 x; printf 'no newline'";
    let task = run_logged(&host, script, true).await;
    stopped_reason(&host, &task).await;
    // The log is complete once the task is described as stopped.
    let client = host.logs_client("us-east-1");
    let stream = format!("run/main/{task}");
    let read = client
        .get_log_events()
        .log_group_name(GROUP)
        .log_stream_name(stream)
        .start_from_head(true);
    let answer = read.send().await.unwrap();
    assert_eq!(
        messages(answer.events()),
        ["out", "err", &long[..16_384], &long[16_384..], "no newline"]
    );
}

#[tokio::test]
async fn a_task_without_a_log_group_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let task = run_logged(&host, "echo never", false).await;
    let reason = stopped_reason(&host, &task).await;
    assert!(
        reason.starts_with("ResourceInitializationError: failed to validate logger args"),
        "{reason}"
    );
}

/// What a task has printed, as its log has it.
async fn logged(host: &Host, task: &str) -> Vec<String> {
    let client = host.logs_client("us-east-1");
    let read = client
        .get_log_events()
        .log_group_name(GROUP)
        .log_stream_name(format!("run/main/{task}"));
    let answer = read.start_from_head(true).send().await.unwrap();
    messages(answer.events()).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_line_is_logged_exactly_once_across_restarts() {
    let directory = tempfile::tempdir().unwrap();
    let mut host = Host::start(directory.path()).await;
    let script = "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); [ $((i % 8)) -eq 0 ] && sleep 0.01; done; true";
    let task = run_logged(&host, script, true).await;
    for _ in 0..12 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        drop(host);
        host = Host::start(directory.path()).await;
    }
    stopped_reason(&host, &task).await;
    let expected: Vec<String> = (0..400).map(|line| format!("line {line}")).collect();
    assert_eq!(logged(&host, &task).await, expected);
}

#[tokio::test]
async fn a_log_that_was_complete_when_the_host_died_stays_so() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let task = run_logged(&host, "echo once", true).await;
    stopped_reason(&host, &task).await;
    drop(host);
    // As a host leaves it that dies between the end of the log and the record that the task has stopped.
    let database = rusqlite::Connection::open(directory.path().join("ecs/ecs.db")).unwrap();
    let changed = database.execute(
        "UPDATE tasks SET stopped_ms = NULL, document = json_set(document, '$.status', 'DEPROVISIONING') WHERE id = ?1",
        [&task],
    );
    assert_eq!(changed.unwrap(), 1);
    drop(database);
    let host = Host::start(directory.path()).await;
    stopped_reason(&host, &task).await;
    assert_eq!(logged(&host, &task).await, ["once"]);
}

#[tokio::test]
async fn output_is_flushed_as_rarely_as_configured() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = Options::new(directory.path());
    options.logs.flush_interval = std::time::Duration::from_secs(2);
    let host = Host::with(directory.path(), options, Lambda::default()).await;
    let began = std::time::Instant::now();
    let task = run_logged(&host, "echo early; sleep 30", true).await;
    let client = host.logs_client("us-east-1");
    eventually("the line", || async {
        let read = client
            .get_log_events()
            .log_group_name(GROUP)
            .log_stream_name(format!("run/main/{task}"));
        let answer = read.send().await.ok()?;
        (!answer.events().is_empty()).then_some(())
    })
    .await;
    assert!(
        began.elapsed() > std::time::Duration::from_millis(1_500),
        "{:?}",
        began.elapsed()
    );
    host.ecs_client("us-east-1")
        .stop_task()
        .task(&task)
        .send()
        .await
        .unwrap();
    stopped_reason(&host, &task).await;
}
