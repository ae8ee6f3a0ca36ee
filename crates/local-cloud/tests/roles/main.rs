//! Roles: what a service refuses to a role without the permission, and does for a role with it.

#[path = "../support/mod.rs"]
mod support;

mod dynamodb;
mod s3;

use std::collections::BTreeMap;

use aws_config::sts::AssumeRoleProvider;
use aws_sdk_dynamodb::{
    config::ProvideCredentials,
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, Put, TransactWriteItem},
};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use local_cloud::access::Roles;
use serde_json::{Value, json};
use support::TestCloud;

const OWNER: &str = "owner";
const ROLE: &str = "role";
const NOT_AUTHORIZED: &str =
    "User: arn:aws:sts::000000000000:assumed-role/role/role is not authorized to perform: ";

/// A cloud in which one role may do what the statements say, and its owner everything.
async fn cloud(statements: Value) -> TestCloud {
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let policy = |statements: Value| serde_json::from_value(json!({"Statement": statements})).unwrap();
    TestCloud::with_roles(Roles::new([
        (OWNER.to_owned(), policy(everything)),
        (ROLE.to_owned(), policy(statements)),
    ]))
    .await
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// What the refusal is about, such as `s3:GetObject on resource: arn:aws:s3:::…`.
fn denied<T: std::fmt::Debug, E>(outcome: Result<T, SdkError<E>>) -> String
where
    E: ProvideErrorMetadata + std::fmt::Debug,
{
    let error = outcome.unwrap_err();
    assert!(
        ["AccessDeniedException", "AccessDenied", "ForbiddenException"].contains(&error.code().unwrap_or("")),
        "{error:?}"
    );
    let message = error.message().unwrap();
    let about = message.strip_prefix(NOT_AUTHORIZED).expect(message);
    about.split(" because").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_role_without_a_policy_may_do_nothing() {
    let cloud = cloud(json!([])).await;
    for role in [ROLE, "nobody"] {
        let refused = aws_sdk_dynamodb::Client::new(&cloud.sdk(role))
            .list_tables()
            .send()
            .await;
        assert_eq!(
            refused.unwrap_err().code(),
            Some("AccessDeniedException"),
            "{role}"
        );
    }
    let owner = aws_sdk_dynamodb::Client::new(&cloud.sdk(OWNER));
    assert!(owner.list_tables().send().await.is_ok());
}

#[tokio::test]
async fn ecs_asks_for_definition_cluster_and_the_roles_it_hands_on() {
    let region = "arn:aws:ecs:us-east-1:000000000000";
    let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
    let in_cluster = |actions: &[&str], resource: &str| {
        json!({"Effect": "Allow", "Action": actions, "Resource": resource,
            "Condition": {"ArnLike": {"ecs:cluster": format!("{region}:cluster/mine")}}})
    };
    let cloud = cloud(json!([
        in_cluster(&["ecs:RunTask"], &format!("{region}:task-definition/f:*")),
        in_cluster(&["ecs:DescribeTasks", "ecs:StopTask"], &format!("{region}:task/mine/*")),
        in_cluster(&["ecs:ListTasks"], "*"),
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role("worker"),
         "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}},
    ]))
    .await;
    let owner = aws_sdk_ecs::Client::new(&cloud.sdk(OWNER));
    for cluster in ["mine", "theirs"] {
        owner.create_cluster().cluster_name(cluster).send().await.unwrap();
    }
    for (family, start) in [("f", None), ("g", None), ("f", Some(role("starter")))] {
        let container = aws_sdk_ecs::types::ContainerDefinition::builder()
            .name("c")
            .image("i")
            .command("true");
        let register = owner
            .register_task_definition()
            .family(family)
            .task_role_arn(role("worker"));
        let register = register
            .set_execution_role_arn(start)
            .container_definitions(container.build());
        register.send().await.unwrap();
    }
    let client = aws_sdk_ecs::Client::new(&cloud.sdk(ROLE));
    let run = |cluster: &str, definition: &str| {
        client
            .run_task()
            .cluster(cluster)
            .task_definition(definition)
            .send()
    };
    let ran = run("mine", "f:1").await.unwrap();
    let definition = |name: &str| format!("ecs:RunTask on resource: {region}:task-definition/{name}");
    assert_eq!(denied(run("theirs", "f:1").await), definition("f:1"));
    assert_eq!(denied(run("mine", "g").await), definition("g:1"));
    // The newest revision starts with a role that may not be handed on.
    assert_eq!(
        denied(run("mine", "f").await),
        format!("iam:PassRole on resource: {}", role("starter"))
    );

    let task = ran.tasks()[0].task_arn().unwrap();
    client
        .describe_tasks()
        .cluster("mine")
        .tasks(task)
        .send()
        .await
        .unwrap();
    client
        .stop_task()
        .cluster("mine")
        .task(task)
        .send()
        .await
        .unwrap();
    client.list_tasks().cluster("mine").send().await.unwrap();
    let elsewhere = client.list_tasks().cluster("theirs").send().await;
    assert_eq!(denied(elsewhere), "ecs:ListTasks on resource: *");
    let other = format!("{region}:task/theirs/1");
    let described = client
        .describe_tasks()
        .cluster("theirs")
        .tasks(&other)
        .send()
        .await;
    assert_eq!(
        denied(described),
        format!("ecs:DescribeTasks on resource: {other}")
    );
}

#[tokio::test]
async fn the_other_services_ask_for_what_they_are_about() {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:000000000000:{rest}");
    let mine = BTreeMap::from([
        ("states:StartExecution", arn("states", "stateMachine:mine")),
        ("states:DescribeExecution", arn("states", "execution:mine:*")),
        ("logs:GetLogEvents", arn("logs", "log-group:/mine:log-stream:*")),
        (
            "scheduler:CreateSchedule",
            arn("scheduler", "schedule/default/mine"),
        ),
        ("iot:Publish", arn("iot", "topic/mine/*")),
        ("sts:AssumeRole", "arn:aws:iam::000000000000:role/mine".to_owned()),
    ]);
    let statements: Vec<Value> = mine
        .iter()
        .map(|(action, resource)| allow(&[action], resource))
        .collect();
    let cloud = cloud(json!(statements)).await;
    let sdk = support::sdk_with_clock(&cloud.cloud, ROLE).await;

    let states = aws_sdk_sfn::Client::new(&sdk);
    let start = |name: &str| {
        states
            .start_execution()
            .state_machine_arn(arn("states", &format!("stateMachine:{name}")))
            .send()
    };
    assert_eq!(
        start("mine").await.unwrap_err().code(),
        Some("StateMachineDoesNotExist")
    );
    let theirs = format!(
        "states:StartExecution on resource: {}",
        arn("states", "stateMachine:theirs")
    );
    assert_eq!(denied(start("theirs").await), theirs);
    let describe = |name: &str| {
        states
            .describe_execution()
            .execution_arn(arn("states", &format!("execution:{name}:e")))
            .send()
    };
    assert_eq!(
        describe("mine").await.unwrap_err().code(),
        Some("ExecutionDoesNotExist")
    );
    assert!(denied(describe("theirs").await).ends_with("execution:theirs:e"));

    let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk);
    let read = |group: &str| {
        logs.get_log_events()
            .log_group_name(group)
            .log_stream_name("s")
            .send()
    };
    assert_eq!(
        read("/mine").await.unwrap_err().code(),
        Some("ResourceNotFoundException")
    );
    assert!(denied(read("/theirs").await).ends_with("log-group:/theirs:log-stream:s"));

    let scheduler = aws_sdk_scheduler::Client::new(&sdk);
    let gone = scheduler.get_schedule().name("mine").send().await;
    assert!(denied(gone).starts_with("scheduler:GetSchedule on resource: arn:aws:scheduler"));

    let iot = aws_sdk_iotdataplane::Client::new(&sdk);
    iot.publish().topic("mine/a").send().await.unwrap();
    assert!(denied(iot.publish().topic("theirs/a").send().await).ends_with("topic/theirs/a"));

    let assume = async |role: &str| {
        let role = AssumeRoleProvider::builder(format!("arn:aws:iam::000000000000:role/{role}"));
        let role = role.session_name("test").configure(&sdk);
        let role = role
            .build_from_provider(sdk.credentials_provider().unwrap())
            .await;
        role.provide_credentials().await
    };
    assert!(assume("mine").await.is_ok());
    assert!(assume("theirs").await.is_err());

    let quotas = aws_sdk_servicequotas::Client::new(&sdk);
    let quota = quotas
        .get_service_quota()
        .service_code("fargate")
        .quota_code("L-3032A538")
        .send()
        .await;
    assert_eq!(denied(quota), "servicequotas:GetServiceQuota on resource: *");
}

#[tokio::test]
async fn what_is_granted_used_and_denied_is_noted_once() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("access");
    let data = tempfile::tempdir().unwrap();
    let policy = json!({"Statement": [allow(&["dynamodb:ListTables", "dynamodb:Scan"], "*")]});
    let roles = Roles::new([(ROLE.to_owned(), serde_json::from_value(policy).unwrap())]);
    let config = local_cloud::Config {
        roles,
        access_log: Some(log.clone()),
        ..support::config(data.path())
    };
    let cloud = local_cloud::LocalCloud::start(config).await.unwrap();
    let client = aws_sdk_dynamodb::Client::new(&support::sdk(&cloud, ROLE));
    for _ in 0..2 {
        client.list_tables().send().await.unwrap();
        client
            .describe_table()
            .table_name("things")
            .send()
            .await
            .unwrap_err();
    }
    let noted = std::fs::read_to_string(&log).unwrap();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/things";
    assert_eq!(
        noted.lines().collect::<Vec<_>>(),
        [
            "granted\trole\tdynamodb:ListTables\t*\t",
            "granted\trole\tdynamodb:Scan\t*\t",
            "used\trole\tdynamodb:ListTables\t*\t",
            &format!("denied\trole\tdynamodb:DescribeTable\t{table}\t"),
        ]
    );
}
