//! The operations around RunTask: clusters, task definitions, and a look at tasks.

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Inner, client,
    definition::Definition,
    store::{self, Filter},
    task::{Status, StopCode, Task, Times, cluster_arn, short_name},
};
use crate::call::{Call, Error};

/// Tasks in one DescribeTasks, and in one page of ListTasks.
const TASKS_LIMIT: usize = 100;

impl Inner {
    pub(super) fn create_cluster(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            cluster_name: Option<String>,
        }
        let input: Input = call.input()?;
        let name = input.cluster_name.unwrap_or_else(|| "default".to_owned());
        let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if name.is_empty() || name.len() > 255 || !name.chars().all(fits) {
            return Err(Error::new(
                "InvalidParameterException",
                "clusterName must be 1 to 255 letters, digits, - and _",
            ));
        }
        self.database
            .write(|transaction| store::create_cluster(transaction, &call.region, &name))?;
        Ok(
            json!({"cluster": self.database.read(|connection| describe_cluster(connection, &call.region, &name))?}),
        )
    }

    pub(super) fn describe_clusters(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        struct Input {
            #[serde(default)]
            clusters: Vec<String>,
        }
        let input: Input = call.input()?;
        let wanted = if input.clusters.is_empty() {
            vec!["default".to_owned()]
        } else {
            input.clusters
        };
        let mut clusters = Vec::new();
        let mut failures = Vec::new();
        self.database.read(|connection| {
            for name in wanted.iter().map(|name| short_name(name)) {
                if store::has_cluster(connection, &call.region, name)? {
                    clusters.push(describe_cluster(connection, &call.region, name)?);
                } else {
                    failures.push(json!({"arn": cluster_arn(&call.region, name), "reason": "MISSING"}));
                }
            }
            Ok::<_, Error>(())
        })?;
        Ok(json!({"clusters": clusters, "failures": failures}))
    }

    pub(super) fn register_task_definition(&self, call: &Call) -> Result<Value, Error> {
        let document: Map<String, Value> = call.input()?;
        let family = document
            .get("family")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let tags = document.get("tags").cloned().unwrap_or_else(|| json!([]));
        let now_ms = self.config.clock.now_ms();
        let definition = self.database.write(|transaction| {
            let revision = store::next_revision(transaction, &call.region, &family)?;
            let definition = Definition::parse(document, revision, now_ms)?;
            store::put_definition(transaction, &call.region, &definition)?;
            Ok::<_, Error>(definition)
        })?;
        Ok(json!({"taskDefinition": definition.describe(&call.region), "tags": tags}))
    }

    pub(super) fn describe_task_definition(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            task_definition: String,
        }
        let input: Input = call.input()?;
        let definition = self
            .database
            .read(|connection| definition_of(connection, &call.region, &input.task_definition))?;
        let tags = definition
            .document
            .get("tags")
            .cloned()
            .unwrap_or_else(|| json!([]));
        Ok(json!({"taskDefinition": definition.describe(&call.region), "tags": tags}))
    }

    pub(super) fn describe_tasks(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        struct Input {
            cluster: Option<String>,
            tasks: Vec<String>,
        }
        let input: Input = call.input()?;
        if !(1..=TASKS_LIMIT).contains(&input.tasks.len()) {
            let message = format!("tasks must name 1 to {TASKS_LIMIT} tasks");
            return Err(Error::new("InvalidParameterException", message));
        }
        self.database.read(|connection| {
            let cluster = cluster_of(connection, &call.region, input.cluster.as_deref())?;
            let mut tasks = Vec::new();
            let mut failures = Vec::new();
            for name in &input.tasks {
                match find(connection, call, &cluster, name)? {
                    Some(task) => tasks.push(task.describe(Times::Seconds)),
                    None => {
                        failures.push(json!({"arn": task_arn(call, &cluster, name), "reason": "MISSING"}));
                    }
                }
            }
            Ok(json!({"tasks": tasks, "failures": failures}))
        })
    }

    pub(super) fn list_tasks(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            cluster: Option<String>,
            family: Option<String>,
            started_by: Option<String>,
            desired_status: Option<String>,
            max_results: Option<usize>,
            next_token: Option<String>,
        }
        let input: Input = call.input()?;
        let after = match &input.next_token {
            Some(token) => token
                .parse()
                .map_err(|_| Error::new("InvalidParameterException", "Invalid token value."))?,
            None => 0,
        };
        self.database.read(|connection| {
            let cluster = cluster_of(connection, &call.region, input.cluster.as_deref())?;
            let limit = input.max_results.unwrap_or(TASKS_LIMIT).clamp(1, TASKS_LIMIT);
            let mut found = store::list(
                connection,
                &Filter {
                    region: &call.region,
                    cluster: &cluster,
                    family: input.family.as_deref(),
                    started_by: input.started_by.as_deref(),
                    desired: input.desired_status.as_deref().unwrap_or("RUNNING"),
                    after,
                    limit: limit + 1,
                },
            )?;
            let more = found.len() > limit;
            found.truncate(limit);
            let arns: Vec<String> = found.iter().map(|(_, id)| task_arn(call, &cluster, id)).collect();
            let mut answer = json!({"taskArns": arns});
            if let (true, Some((sequence, _))) = (more, found.last()) {
                answer["nextToken"] = sequence.to_string().into();
            }
            Ok(answer)
        })
    }

    /// Puts the wish on record; answers the task's id beside the answer, so that its supervisor is told.
    pub(super) fn stop_task(&self, call: &Call) -> Result<(Value, String), Error> {
        #[derive(Deserialize)]
        struct Input {
            cluster: Option<String>,
            task: String,
            reason: Option<String>,
        }
        let input: Input = call.input()?;
        let task = self.database.read(|connection| {
            let cluster = cluster_of(connection, &call.region, input.cluster.as_deref())?;
            find(connection, call, &cluster, &input.task)?
                .ok_or_else(|| Error::new("InvalidParameterException", "The referenced task was not found."))
        })?;
        let now_ms = self.config.clock.now_ms();
        let task = self.change(&task.id, |task| {
            // The first reason stays, and a task that is ending by itself is not stopped by anybody.
            if !task.stop_wanted && task.status < Status::Deprovisioning {
                task.stop_wanted = true;
                task.stopping_ms = Some(now_ms);
                task.stop_code = Some(StopCode::UserInitiated);
                task.stopped_reason = Some(
                    input
                        .reason
                        .clone()
                        .unwrap_or_else(|| "Task stopped by user".to_owned()),
                );
                return true;
            }
            false
        })?;
        Ok((json!({"task": task.describe(Times::Seconds)}), task.id))
    }
}

/// The short name of an existing cluster.
pub(super) fn cluster_of(
    connection: &Connection,
    region: &str,
    cluster: Option<&str>,
) -> Result<String, Error> {
    let name = short_name(cluster.unwrap_or("default"));
    if !store::has_cluster(connection, region, name)? {
        return Err(Error::new("ClusterNotFoundException", "Cluster not found."));
    }
    Ok(name.to_owned())
}

/// The revision that `family`, `family:revision` or an ARN names.
pub(super) fn definition_of(connection: &Connection, region: &str, name: &str) -> Result<Definition, Error> {
    let missing = || client("Unable to describe task definition.");
    let name = short_name(name);
    let (family, revision) = match name.split_once(':') {
        Some((family, revision)) => (family, Some(revision.parse().map_err(|_| missing())?)),
        None => (name, None),
    };
    store::definition(connection, region, family, revision)?.ok_or_else(missing)
}

fn find(connection: &Connection, call: &Call, cluster: &str, name: &str) -> Result<Option<Task>, Error> {
    let task = store::task(connection, short_name(name))?;
    Ok(task.filter(|task| task.region == call.region && task.cluster == cluster))
}

pub(super) fn task_arn(call: &Call, cluster: &str, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    format!(
        "arn:aws:ecs:{}:{}:task/{cluster}/{name}",
        call.region,
        crate::ACCOUNT
    )
}

fn describe_cluster(connection: &Connection, region: &str, name: &str) -> Result<Value, Error> {
    let tasks = store::tasks(connection)?;
    let here = || {
        tasks
            .iter()
            .filter(|task| task.region == region && task.cluster == name)
    };
    let pending = |task: &&Task| task.status < Status::Running;
    Ok(json!({
        "clusterArn": cluster_arn(region, name),
        "clusterName": name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": here().filter(|task| task.status == Status::Running).count(),
        "pendingTasksCount": here().filter(pending).count(),
        "activeServicesCount": 0,
        "statistics": [],
        "tags": [],
        "settings": [],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    }))
}
