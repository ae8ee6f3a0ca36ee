//! Tasks that are stopped, and what they leave behind.

use super::*;

#[tokio::test]
async fn a_stop_asks_first_and_then_kills_the_task_with_all_its_children() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    let mark = "86400.1201";
    // Deaf to SIGTERM, with a child in a session of its own, whose parent is gone.
    let script = format!(
        "trap '' TERM; setsid sh -c '(sleep {mark} &) ; sleep {mark}' & echo up; while :; do sleep 1; done"
    );
    prepare(&client, &script).await;
    let arn = run_one(&client).await;
    eventually("the children", || async { runs(mark).then_some(()) }).await;
    let asked = Instant::now();
    client
        .stop_task()
        .cluster(CLUSTER)
        .task(&arn)
        .send()
        .await
        .unwrap();
    let task = reaches(&client, &arn, "STOPPED").await;
    assert!(
        asked.elapsed() >= Duration::from_secs(1),
        "killed before its stop timeout"
    );
    assert_eq!(task.containers()[0].exit_code(), Some(137));
    assert!(!runs(mark), "a child was left behind");
}

#[tokio::test]
async fn what_a_task_leaves_behind_is_killed_when_it_ends_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    let mark = "86400.1202";
    prepare(&client, &format!("setsid sleep {mark} & sleep 0.2; exit 0")).await;
    let arn = run_one(&client).await;
    let task = reaches(&client, &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(0));
    assert!(!runs(mark), "a child was left behind");
}

#[tokio::test]
async fn a_task_that_handles_sigterm_ends_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path()).await;
    let client = host.ecs_client("us-east-1");
    prepare(
        &client,
        "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done",
    )
    .await;
    let arn = run_one(&client).await;
    eventually("its output", || async {
        output(&host, &arn).contains("up").then_some(())
    })
    .await;
    client
        .stop_task()
        .cluster(CLUSTER)
        .task(&arn)
        .send()
        .await
        .unwrap();
    let task = reaches(&client, &arn, "STOPPED").await;
    assert_eq!(task.containers()[0].exit_code(), Some(7));
    assert!(output(&host, &arn).contains("bye"));
}
