//! What the infrastructure makes on AWS, made on one machine: tables, bucket, log groups, cluster, task definition, state
//! machine, rules, and the regions in the settings. All of it may be there already.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aws::{
    Deployment, Gateways,
    settings::{Machine, Site},
    tables,
};
use local_cloud::{
    ACCOUNT, LocalCloud,
    call::{self, Call},
    ecs::Capacity,
    events::Trigger,
    lambda,
};
use model::Region;
use serde_json::{Value, json};

use crate::functions;

const LOG_GROUP: &str = "/oleada/load-tester";
const LOG_PREFIX: &str = "worker";
/// The first word of every name.
pub const NAME: &str = "oleada";
pub const BUCKET: &str = "oleada";
const CLUSTER: &str = NAME;
const FAMILY: &str = "oleada-load-tester";
const CONTAINER: &str = "load-tester";
const MACHINE: &str = "oleada-run";
/// The functions that the machine's document names, as `${PlanArn}`, and what they are called.
const STATES: [(&str, &str); 7] = [
    ("PlanArn", "plan"),
    ("LaunchArn", "launch"),
    ("ReadyArn", "ready"),
    ("ReleaseArn", "release"),
    ("WatchArn", "watch"),
    ("CollectArn", "collect"),
    ("CleanUpArn", "clean-up"),
];
const MACHINE_DOCUMENT: &str = include_str!("../../../infra/workflow/run.asl.json");

/// The names of this machine's deployment.
pub fn deployment(hub: &Region, gateway_endpoint: &str) -> Deployment {
    let address = gateway_endpoint.replacen("http", "ws", 1);
    Deployment {
        hub_region: hub.clone(),
        scenarios_table: "oleada-scenarios".into(),
        runs_table: "oleada-runs".into(),
        workers_table: "oleada-workers".into(),
        settings_table: "oleada-settings".into(),
        bucket: BUCKET.into(),
        state_machine_arn: Some(format!("arn:aws:states:{hub}:{ACCOUNT}:stateMachine:{MACHINE}")),
        live_address: Some(format!("{address}/mqtt")),
        live_role_arn: Some(role_arn("oleada-live-reader")),
    }
}

/// What workers run with, and on.
pub struct Worker {
    pub binary: PathBuf,
    pub engines: PathBuf,
    pub capacity: Capacity,
}

/// Makes what is missing, and brings the rest up to date.
pub async fn ensure(
    cloud: &LocalCloud,
    config: &aws::SdkConfig,
    gateways: &Gateways,
    deployment: &Deployment,
    regions: &[Region],
    worker: &Worker,
) -> Result<()> {
    tables::ensure(config, deployment)
        .await
        .context("make the tables")?;
    gateways
        .objects
        .ensure_bucket()
        .await
        .context("make the bucket")?;
    ensure_machine(cloud, deployment)
        .await
        .context("make the state machine")?;
    for region in regions {
        ensure_region(cloud, gateways, deployment, region, worker)
            .await
            .with_context(|| format!("set up {region}"))?;
    }
    ensure_rules(cloud, deployment).await.context("make the rules")
}

async fn ensure_machine(cloud: &LocalCloud, deployment: &Deployment) -> Result<()> {
    let mut document = MACHINE_DOCUMENT.to_owned();
    for (name, function) in STATES {
        document = document.replace(&format!("${{{name}}}"), &lambda::arn(&functions::name(function)));
    }
    let role = role_arn("oleada-run");
    let hub = deployment.hub_region.as_str();
    let create = json!({"name": MACHINE, "definition": document, "roleArn": role});
    match states(cloud, hub, "CreateStateMachine", &create).await {
        Err(error) if error.code == "StateMachineAlreadyExists" => {
            let update = json!({"stateMachineArn": deployment.state_machine_arn, "definition": document, "roleArn": role});
            states(cloud, hub, "UpdateStateMachine", &update).await?;
        }
        outcome => {
            outcome?;
        }
    }
    Ok(())
}

async fn ensure_region(
    cloud: &LocalCloud,
    gateways: &Gateways,
    deployment: &Deployment,
    region: &Region,
    worker: &Worker,
) -> Result<()> {
    let name = region.as_str();
    match logs(cloud, name, "CreateLogGroup", &json!({"logGroupName": LOG_GROUP})).await {
        Err(error) if error.code == "ResourceAlreadyExistsException" => {}
        outcome => {
            outcome?;
        }
    }
    let subscription = json!({
        "logGroupName": LOG_GROUP,
        "filterName": "live",
        "filterPattern": r#"{ $.kind = "tick" }"#,
        "destinationArn": lambda::arn(&functions::name("publish-live")),
    });
    logs(cloud, name, "PutSubscriptionFilter", &subscription).await?;
    ecs(cloud, name, "CreateCluster", &json!({"clusterName": CLUSTER})).await?;
    let definition = task_definition(deployment, region, worker);
    if !is_registered(cloud, name, &definition).await? {
        ecs(cloud, name, "RegisterTaskDefinition", &definition).await?;
    }
    let site = Site {
        region: region.clone(),
        cluster: CLUSTER.into(),
        task_definition: FAMILY.into(),
        container: CONTAINER.into(),
        subnets: Vec::new(),
        security_groups: Vec::new(),
        public_ip: false,
        log_group: LOG_GROUP.into(),
        log_prefix: LOG_PREFIX.into(),
        machine: Some(Machine {
            vcpu: worker.capacity.cpu_units / 1_024,
            memory_gb: worker.capacity.memory_mib / 1_024,
        }),
    };
    gateways.settings.put_site(&site).await?;
    Ok(())
}

fn task_definition(deployment: &Deployment, region: &Region, worker: &Worker) -> Value {
    let for_worker = Deployment {
        state_machine_arn: None,
        live_address: None,
        live_role_arn: None,
        ..deployment.clone()
    };
    let mut environment: Vec<Value> = for_worker
        .to_env()
        .into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    environment.push(json!({"name": "OLEADA_ENGINES", "value": path(&worker.engines)}));
    json!({
        "family": FAMILY,
        "cpu": "2048",
        "memory": "4096",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "taskRoleArn": role_arn("oleada-worker"),
        "executionRoleArn": role_arn("oleada-worker-start"),
        "containerDefinitions": [{
            "name": CONTAINER,
            "image": "oleada/load-tester",
            "command": [path(&worker.binary)],
            "essential": true,
            "stopTimeout": 120,
            "environment": environment,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": LOG_GROUP,
                    "awslogs-region": region.as_str(),
                    "awslogs-stream-prefix": LOG_PREFIX,
                },
            },
        }],
    })
}

/// Whether the newest revision is this one; otherwise every start would add a revision.
async fn is_registered(cloud: &LocalCloud, region: &str, definition: &Value) -> Result<bool> {
    let newest = match ecs(
        cloud,
        region,
        "DescribeTaskDefinition",
        &json!({"taskDefinition": FAMILY}),
    )
    .await
    {
        Ok(newest) => newest,
        Err(error) if error.code == "ClientException" => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let asked = definition.as_object().context("a task definition is an object")?;
    Ok(asked
        .iter()
        .all(|(field, value)| newest["taskDefinition"][field] == *value))
}

async fn ensure_rules(cloud: &LocalCloud, deployment: &Deployment) -> Result<()> {
    let hub = deployment.hub_region.as_str();
    let ended_badly = json!({
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [deployment.state_machine_arn]},
    });
    let (clean_up, sweep) = (functions::name("clean-up"), functions::name("sweep"));
    let rules = [
        (
            "oleada-execution-ended-badly",
            Trigger::Pattern(ended_badly),
            clean_up,
        ),
        ("oleada-sweep", Trigger::Schedule("rate(5 minutes)".into()), sweep),
    ];
    for (name, trigger, function) in rules {
        cloud.events().put_rule(hub, name, trigger, &function).await?;
    }
    Ok(())
}

/// Ends every task, as somebody who presses Ctrl-C expects; answers how many there were.
pub async fn stop_tasks(cloud: &LocalCloud, regions: &[Region]) -> Result<usize> {
    let mut stopped = 0;
    for region in regions {
        for task in tasks(cloud, region).await? {
            let stop = json!({"cluster": CLUSTER, "task": task, "reason": "Oleada was stopped"});
            ecs(cloud, region.as_str(), "StopTask", &stop).await?;
            stopped += 1;
        }
    }
    Ok(stopped)
}

/// Whether tasks are left that have not ended.
pub async fn has_tasks(cloud: &LocalCloud, regions: &[Region]) -> Result<bool> {
    for region in regions {
        let described = tasks_described(cloud, region).await?;
        if described.iter().any(|task| task["lastStatus"] != "STOPPED") {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn tasks(cloud: &LocalCloud, region: &Region) -> Result<Vec<Value>> {
    let mut tasks = Vec::new();
    let mut list = json!({"cluster": CLUSTER, "desiredStatus": "RUNNING"});
    loop {
        let page = ecs(cloud, region.as_str(), "ListTasks", &list).await?;
        tasks.extend(page["taskArns"].as_array().into_iter().flatten().cloned());
        match &page["nextToken"] {
            Value::Null => return Ok(tasks),
            token => list["nextToken"] = token.clone(),
        }
    }
}

async fn tasks_described(cloud: &LocalCloud, region: &Region) -> Result<Vec<Value>> {
    let mut described = Vec::new();
    let page = ecs(
        cloud,
        region.as_str(),
        "ListTasks",
        &json!({"cluster": CLUSTER, "desiredStatus": "STOPPED"}),
    )
    .await?;
    let mut arns: Vec<Value> = page["taskArns"]
        .as_array()
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    arns.extend(tasks(cloud, region).await?);
    for some in arns.chunks(100) {
        let describe = json!({"cluster": CLUSTER, "tasks": some});
        let page = ecs(cloud, region.as_str(), "DescribeTasks", &describe).await?;
        described.extend(page["tasks"].as_array().into_iter().flatten().cloned());
    }
    Ok(described)
}

async fn states(
    cloud: &LocalCloud,
    region: &str,
    operation: &str,
    input: &Value,
) -> Result<Value, call::Error> {
    call::outcome(
        cloud
            .states()
            .call(Call::internal(region, operation, input))
            .await,
    )
    .await
}

async fn logs(
    cloud: &LocalCloud,
    region: &str,
    operation: &str,
    input: &Value,
) -> Result<Value, call::Error> {
    call::outcome(cloud.logs().call(Call::internal(region, operation, input)).await).await
}

async fn ecs(cloud: &LocalCloud, region: &str, operation: &str, input: &Value) -> Result<Value, call::Error> {
    call::outcome(cloud.ecs().call(Call::internal(region, operation, input)).await).await
}

fn role_arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{role}")
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
