//! The record of one task, its life-cycle, and the shapes in which the world sees it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::definition::Container;
use crate::ACCOUNT;

/// Where a task stands, in the order in which it gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Provisioning,
    Pending,
    Running,
    Deprovisioning,
    Stopped,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
}

/// Everything that is known of a task; times are milliseconds since the epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    /// 32 hexadecimal digits.
    pub id: String,
    pub region: String,
    pub cluster: String,
    pub definition_arn: String,
    pub family: String,
    pub revision: u32,
    pub task_role: Option<String>,
    pub container: Container,
    /// CPU units and MiB after overrides.
    pub cpu: u64,
    pub memory: u64,
    pub launch_type: String,
    pub capacity_provider: Option<String>,
    pub group: String,
    pub started_by: Option<String>,
    pub overrides: Value,
    pub tags: Value,
    /// The path segment that only the task's own environment knows.
    pub metadata_token: String,
    pub status: Status,
    pub stop_wanted: bool,
    /// Counts the changes, as events show it.
    pub version: u64,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub stopping_ms: Option<i64>,
    pub execution_stopped_ms: Option<i64>,
    pub stopped_ms: Option<i64>,
    pub stop_code: Option<StopCode>,
    pub stopped_reason: Option<String>,
    pub exit_code: Option<i32>,
    pub container_reason: Option<String>,
    /// A refusal that a test has injected: why the image cannot be pulled.
    pub image_failure: Option<String>,
}

/// How times are written: the API counts seconds, events and metadata use RFC 3339.
#[derive(Debug, Clone, Copy)]
pub(super) enum Times {
    Seconds,
    Text,
}

impl Times {
    fn write(self, ms: i64) -> Value {
        match self {
            Self::Seconds => (ms as f64 / 1_000.0).into(),
            Self::Text => text_of(ms).into(),
        }
    }
}

impl Task {
    pub(super) fn arn(&self) -> String {
        format!(
            "arn:aws:ecs:{}:{ACCOUNT}:task/{}/{}",
            self.region, self.cluster, self.id
        )
    }

    pub(super) fn cluster_arn(&self) -> String {
        cluster_arn(&self.region, &self.cluster)
    }

    /// Whether it takes up memory and CPU.
    pub(super) fn desired_status(&self) -> &'static str {
        if self.stop_wanted || self.status >= Status::Deprovisioning {
            "STOPPED"
        } else {
            "RUNNING"
        }
    }

    pub(super) fn availability_zone(&self) -> String {
        format!("{}a", self.region)
    }

    fn container_arn(&self) -> String {
        format!(
            "arn:aws:ecs:{}:{ACCOUNT}:container/{}/{}/{}",
            self.region,
            self.cluster,
            self.id,
            &self.id[..8]
        )
    }

    fn runtime_id(&self) -> String {
        format!("{}-{}", self.id, &self.id[..10])
    }

    fn container_status(&self) -> &'static str {
        match self.status {
            Status::Provisioning | Status::Pending => "PENDING",
            Status::Running => "RUNNING",
            Status::Deprovisioning | Status::Stopped => "STOPPED",
        }
    }

    /// As DescribeTasks and events show it.
    pub(super) fn describe(&self, times: Times) -> Value {
        let mut container = json!({
            "containerArn": self.container_arn(),
            "taskArn": self.arn(),
            "name": self.container.name,
            "image": self.container.image,
            "runtimeId": self.runtime_id(),
            "lastStatus": self.container_status(),
            "networkInterfaces": [],
            "healthStatus": "UNKNOWN",
            "cpu": self.container.cpu.to_string(),
        });
        set(&mut container, "exitCode", self.exit_code);
        set(&mut container, "reason", self.container_reason.as_ref());
        let mut task = json!({
            "taskArn": self.arn(),
            "clusterArn": self.cluster_arn(),
            "taskDefinitionArn": self.definition_arn,
            "availabilityZone": self.availability_zone(),
            "attachments": [],
            "attributes": [{"name": "ecs.cpu-architecture", "value": std::env::consts::ARCH}],
            "containers": [container],
            "cpu": self.cpu.to_string(),
            "memory": self.memory.to_string(),
            "createdAt": times.write(self.created_ms),
            "desiredStatus": self.desired_status(),
            "lastStatus": self.status.name(),
            "enableExecuteCommand": false,
            "group": self.group,
            "healthStatus": "UNKNOWN",
            "launchType": self.launch_type,
            "overrides": self.overrides,
            "platformFamily": "Linux",
            "platformVersion": "1.4.0",
            "tags": self.tags,
            "version": self.version,
        });
        set(&mut task, "capacityProviderName", self.capacity_provider.as_ref());
        set(&mut task, "startedBy", self.started_by.as_ref());
        set(&mut task, "startedAt", self.started_ms.map(|ms| times.write(ms)));
        set(
            &mut task,
            "stoppingAt",
            self.stopping_ms.map(|ms| times.write(ms)),
        );
        set(
            &mut task,
            "executionStoppedAt",
            self.execution_stopped_ms.map(|ms| times.write(ms)),
        );
        set(&mut task, "stoppedAt", self.stopped_ms.map(|ms| times.write(ms)));
        set(&mut task, "stopCode", self.stop_code);
        set(&mut task, "stoppedReason", self.stopped_reason.as_ref());
        task
    }

    /// The event that tells of the task's present state.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
    pub(super) fn event(&self, id: &str, at_ms: i64) -> Value {
        let mut detail = self.describe(Times::Text);
        set(&mut detail, "updatedAt", Some(text_of(at_ms)));
        json!({
            "version": "0",
            "id": id,
            "detail-type": "ECS Task State Change",
            "source": "aws.ecs",
            "account": ACCOUNT,
            "time": text_of(at_ms),
            "region": self.region,
            "resources": [self.arn()],
            "detail": detail,
        })
    }

    /// What the task metadata endpoint tells of the task.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html>
    pub(super) fn metadata(&self) -> Value {
        let mut task = json!({
            "Cluster": self.cluster_arn(),
            "TaskARN": self.arn(),
            "Family": self.family,
            "Revision": self.revision.to_string(),
            "DesiredStatus": self.desired_status(),
            "KnownStatus": self.status.name(),
            "Limits": {"CPU": self.cpu as f64 / 1_024.0, "Memory": self.memory},
            "PullStartedAt": text_of(self.created_ms),
            "PullStoppedAt": text_of(self.created_ms),
            "AvailabilityZone": self.availability_zone(),
            "LaunchType": self.launch_type,
            "Containers": [self.container_metadata()],
        });
        set(
            &mut task,
            "ExecutionStoppedAt",
            self.execution_stopped_ms.map(text_of),
        );
        task
    }

    /// What the task metadata endpoint tells of the container.
    pub(super) fn container_metadata(&self) -> Value {
        let mut container = json!({
            "DockerId": self.runtime_id(),
            "Name": self.container.name,
            "DockerName": self.container.name,
            "Image": self.container.image,
            "ImageID": "",
            "Labels": {
                "com.amazonaws.ecs.cluster": self.cluster_arn(),
                "com.amazonaws.ecs.container-name": self.container.name,
                "com.amazonaws.ecs.task-arn": self.arn(),
                "com.amazonaws.ecs.task-definition-family": self.family,
                "com.amazonaws.ecs.task-definition-version": self.revision.to_string(),
            },
            "DesiredStatus": self.desired_status(),
            "KnownStatus": self.container_status(),
            "Limits": {"CPU": self.container.cpu},
            "CreatedAt": text_of(self.created_ms),
            "Type": "NORMAL",
            "ContainerARN": self.container_arn(),
            "Networks": [{"NetworkMode": "host", "IPv4Addresses": ["127.0.0.1"]}],
        });
        set(&mut container, "StartedAt", self.started_ms.map(text_of));
        if let Some(logging) = &self.container.log_configuration {
            set(&mut container, "LogDriver", Some(&logging.log_driver));
            set(&mut container, "LogOptions", Some(json!(logging.options)));
        }
        container
    }
}

pub(super) fn cluster_arn(region: &str, cluster: &str) -> String {
    format!("arn:aws:ecs:{region}:{ACCOUNT}:cluster/{cluster}")
}

/// The last part of an ARN, or the short name that a caller gave instead.
pub(super) fn short_name(name_or_arn: &str) -> &str {
    name_or_arn.rsplit('/').next().unwrap_or(name_or_arn)
}

fn text_of(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{at:.3}")
}

/// Sets a field that AWS leaves out when there is no value.
fn set(object: &mut Value, field: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        object[field] = json!(value);
    }
}
