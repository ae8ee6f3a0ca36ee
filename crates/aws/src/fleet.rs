//! The tasks that workers run in.

use aws_config::SdkConfig;
use aws_sdk_ecs::{
    Client,
    types::{
        AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, ContainerDefinition,
        ContainerOverride, DesiredStatus, EphemeralStorage, KeyValuePair, LaunchType, NetworkConfiguration,
        Task, TaskOverride,
    },
};
use model::{Problem, RunId, disk, said, scenario::WorkerSize};
use sha2::{Digest, Sha256};

use crate::{Error, connect, error::sorted, settings::Site};

/// The run that a task works for.
pub const RUN_ID: &str = "OLEADA_RUN_ID";
/// The region whose share the task takes.
pub const REGION: &str = "OLEADA_REGION";
/// The indices of the task's batch, as in `4,5,6`: one of them is its own.
pub const INDICES: &str = "OLEADA_INDICES";
/// The launch that the task belongs to.
pub const ATTEMPT: &str = "OLEADA_ATTEMPT";

/// The tasks of all regions.
#[derive(Clone)]
pub struct Fleet {
    config: SdkConfig,
}

/// One call of RunTask.
#[derive(Debug, Clone, Copy)]
pub struct Launch<'a> {
    pub run_id: RunId,
    pub site: &'a Site,
    /// At most ten.
    pub indices: &'a [u32],
    pub attempt: u32,
    pub size: &'a WorkerSize,
    pub disk_gb: u32,
}

/// What a launch came to: some tasks, some failures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launched {
    /// ARNs.
    pub tasks: Vec<String>,
    pub failures: Vec<Failure>,
}

/// A task that ECS did not place, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", if .detail.is_empty() { String::new() } else { format!(": {detail}") })]
pub struct Failure {
    pub reason: String,
    pub detail: String,
}

impl Failure {
    /// Whether the same launch may succeed later: there is no capacity now.
    pub fn is_passing(&self) -> bool {
        let reason = self.reason.to_ascii_lowercase();
        reason.starts_with("resource:") || reason.contains("capacity") || reason == "agent"
    }
}

/// What ECS knows of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskState {
    pub arn: String,
    /// Set when it has stopped. ECS may not know a task yet that it has just started, and forgets one that stopped an hour
    /// ago; its silence tells of that one.
    pub stopped: Option<Stopped>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Such as `CannotPullContainerError: …` or `Essential container in task exited`.
    pub reason: String,
    pub exit_code: Option<i32>,
}

/// What tasks have reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// vCPUs.
    pub on_demand: u64,
    /// vCPUs.
    pub spot: u64,
    pub memory_gb: u64,
}

impl Usage {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            on_demand: self.on_demand + other.on_demand,
            spot: self.spot + other.spot,
            memory_gb: self.memory_gb + other.memory_gb,
        }
    }

    /// ECS writes CPU units, 1,024 a vCPU, and MiB. A worker has whole ones.
    fn of(task: &Task) -> Self {
        let whole = |text: Option<&str>| {
            let units: u64 = text.and_then(|text| text.parse().ok()).unwrap_or(0);
            units.div_ceil(1_024)
        };
        let vcpu = whole(task.cpu());
        let (on_demand, spot) = if task.capacity_provider_name() == Some(SPOT) {
            (0, vcpu)
        } else {
            (vcpu, 0)
        };
        Self {
            on_demand,
            spot,
            memory_gb: whole(task.memory()),
        }
    }
}

const SPOT: &str = "FARGATE_SPOT";
/// DescribeTasks takes this many at once.
const DESCRIBED_AT_ONCE: usize = 100;

impl Fleet {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            config: config.clone(),
        }
    }

    /// Starts one task for each index. The same launch again starts nothing and answers the same, for 24 hours.
    pub async fn launch(&self, launch: Launch<'_>) -> Result<Launched, Error> {
        let site = launch.site;
        let count = i32::try_from(launch.indices.len()).unwrap_or(i32::MAX);
        let mut request = self
            .client(site)
            .run_task()
            .cluster(&site.cluster)
            .task_definition(&site.task_definition)
            .count(count)
            .started_by(launch.run_id.to_string())
            .client_token(launch.token())
            .overrides(launch.overrides());
        request = if launch.size.spot {
            let spot = CapacityProviderStrategyItem::builder()
                .capacity_provider(SPOT)
                .weight(1);
            request.capacity_provider_strategy(spot.build().map_err(incomplete)?)
        } else {
            request.launch_type(LaunchType::Fargate)
        };
        if !site.subnets.is_empty() {
            request = request.network_configuration(network(site)?);
        }
        let answer = request.send().await.map_err(sorted)?;
        let failures = answer
            .failures
            .unwrap_or_default()
            .into_iter()
            .map(|failure| Failure {
                reason: failure.reason.unwrap_or_default(),
                detail: failure.detail.unwrap_or_default(),
            });
        let tasks = answer
            .tasks
            .unwrap_or_default()
            .into_iter()
            .filter_map(|task| task.task_arn);
        Ok(Launched {
            tasks: tasks.collect(),
            failures: failures.collect(),
        })
    }

    /// The ARNs of the run's tasks that have not been told to stop.
    pub async fn running(&self, site: &Site, run_id: RunId) -> Result<Vec<String>, Error> {
        self.list(site, DesiredStatus::Running, Some(run_id)).await
    }

    /// Whether the container of a task of the run, which was told to stop or is ending by itself, may still be at work: one
    /// has a while to come to its end.
    pub async fn is_stopping(&self, site: &Site, run_id: RunId) -> Result<bool, Error> {
        let arns = self.list(site, DesiredStatus::Stopped, Some(run_id)).await?;
        for arns in arns.chunks(DESCRIBED_AT_ONCE) {
            let tasks = self.described(site, arns).await?;
            if tasks.iter().any(is_at_work) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The tasks of the site that have not been told to stop, with what they were started by.
    pub async fn all_running(&self, site: &Site) -> Result<Vec<(String, Option<String>)>, Error> {
        let arns = self.list(site, DesiredStatus::Running, None).await?;
        let mut tasks = Vec::new();
        for arns in arns.chunks(DESCRIBED_AT_ONCE) {
            let found = self.described(site, arns).await?;
            tasks.extend(
                found
                    .into_iter()
                    .filter_map(|task| Some((task.task_arn?, task.started_by))),
            );
        }
        Ok(tasks)
    }

    /// What the tasks of the site that have not been told to stop have reserved.
    pub async fn usage(&self, site: &Site) -> Result<Usage, Error> {
        let mut usage = Usage::default();
        for arns in self
            .list(site, DesiredStatus::Running, None)
            .await?
            .chunks(DESCRIBED_AT_ONCE)
        {
            let tasks = self.described(site, arns).await?;
            usage = tasks.iter().map(Usage::of).fold(usage, Usage::plus);
        }
        Ok(usage)
    }

    /// What ECS does not know of a site, each with its place in the site's document. All roles are held to the same cluster:
    /// where this one may not look, none may start a task.
    pub async fn problems_of(&self, site: &Site) -> Result<Vec<Problem>, Error> {
        let mut problems = Vec::new();
        match self.list(site, DesiredStatus::Running, None).await {
            Ok(_) => {}
            Err(Error::Refused { code, .. }) if code == "ClusterNotFoundException" => {
                let said = said!("NO_SUCH_CLUSTER", "is not a cluster of ECS in {}", site.region);
                problems.push(Problem::new("/cluster", said));
            }
            Err(Error::Refused { code, .. }) if code == "AccessDeniedException" => {
                let said = said!(
                    "CLUSTER_DENIED",
                    "is not a cluster that the roles of this deployment may use"
                );
                problems.push(Problem::new("/cluster", said));
            }
            Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        let describe = self
            .client(site)
            .describe_task_definition()
            .task_definition(&site.task_definition);
        let containers = match describe.send().await.map_err(sorted) {
            Ok(answer) => answer
                .task_definition
                .and_then(|known| known.container_definitions),
            Err(Error::Refused { code, .. }) if code == "ClientException" => {
                let said = said!(
                    "NO_SUCH_TASK_DEFINITION",
                    "is not a task definition of ECS in {}",
                    site.region
                );
                problems.push(Problem::new("/taskDefinition", said));
                None
            }
            Err(Error::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        let is_worker = |container: &ContainerDefinition| container.name() == Some(&site.container);
        if containers.is_some_and(|containers| !containers.iter().any(is_worker)) {
            let said = said!("NO_SUCH_CONTAINER", "is not in the task definition");
            problems.push(Problem::new("/container", said));
        }
        Ok(problems)
    }

    /// What ECS knows of these tasks.
    pub async fn states(&self, site: &Site, arns: &[String]) -> Result<Vec<TaskState>, Error> {
        let mut states = Vec::new();
        for arns in arns.chunks(DESCRIBED_AT_ONCE) {
            let found = self.described(site, arns).await?;
            states.extend(arns.iter().map(|arn| {
                let task = found.iter().find(|task| task.task_arn.as_deref() == Some(arn));
                TaskState {
                    arn: arn.clone(),
                    stopped: task.and_then(stopped),
                }
            }));
        }
        Ok(states)
    }

    /// Tells a task to stop; one that is gone is fine.
    pub async fn stop(&self, site: &Site, arn: &str, reason: &str) -> Result<(), Error> {
        let stop = self
            .client(site)
            .stop_task()
            .cluster(&site.cluster)
            .task(arn)
            .reason(reason);
        match stop.send().await.map_err(sorted) {
            Err(Error::Refused { code, .. }) if code == "InvalidParameterException" => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    async fn list(
        &self,
        site: &Site,
        desired: DesiredStatus,
        run_id: Option<RunId>,
    ) -> Result<Vec<String>, Error> {
        let mut arns = Vec::new();
        let list = self
            .client(site)
            .list_tasks()
            .cluster(&site.cluster)
            .desired_status(desired)
            .set_started_by(run_id.map(|run_id| run_id.to_string()));
        let mut pages = list.into_paginator().items().send();
        while let Some(arn) = pages.try_next().await.map_err(sorted)? {
            arns.push(arn);
        }
        Ok(arns)
    }

    async fn described(&self, site: &Site, arns: &[String]) -> Result<Vec<Task>, Error> {
        let describe = self
            .client(site)
            .describe_tasks()
            .cluster(&site.cluster)
            .set_tasks(Some(arns.to_vec()));
        Ok(describe.send().await.map_err(sorted)?.tasks.unwrap_or_default())
    }

    fn client(&self, site: &Site) -> Client {
        Client::new(&connect::in_region(&self.config, &site.region))
    }
}

impl Launch<'_> {
    /// Of at most 64 characters, as RunTask wants it.
    fn token(&self) -> String {
        let (run_id, region, attempt) = (self.run_id, &self.site.region, self.attempt);
        let digest = Sha256::digest(format!("{run_id}/{region}/{}/{attempt}", self.batch()));
        hex::encode(&digest[..30])
    }

    fn batch(&self) -> String {
        self.indices
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(",")
    }

    fn overrides(&self) -> TaskOverride {
        let environment = [
            (RUN_ID, self.run_id.to_string()),
            (REGION, self.site.region.to_string()),
            (INDICES, self.batch()),
            (ATTEMPT, self.attempt.to_string()),
        ];
        let environment =
            environment.map(|(name, value)| KeyValuePair::builder().name(name).value(value).build());
        let container = ContainerOverride::builder()
            .name(&self.site.container)
            .set_environment(Some(environment.into()))
            .build();
        // Fargate takes no word of a disk that has the size which every task has.
        let larger = (self.disk_gb > disk::INCLUDED_GB).then(|| {
            EphemeralStorage::builder()
                .size_in_gib(self.disk_gb as i32)
                .build()
        });
        TaskOverride::builder()
            .set_ephemeral_storage(larger)
            .cpu((self.size.vcpu * 1_024).to_string())
            .memory((self.size.memory_gb * 1_024).to_string())
            .container_overrides(container)
            .build()
    }
}

fn network(site: &Site) -> Result<NetworkConfiguration, Error> {
    let public_ip = if site.public_ip {
        AssignPublicIp::Enabled
    } else {
        AssignPublicIp::Disabled
    };
    let network = AwsVpcConfiguration::builder()
        .set_subnets(Some(site.subnets.clone()))
        .set_security_groups(Some(site.security_groups.clone()))
        .assign_public_ip(public_ip)
        .build()
        .map_err(incomplete)?;
    Ok(NetworkConfiguration::builder()
        .awsvpc_configuration(network)
        .build())
}

fn incomplete(error: aws_sdk_ecs::error::BuildError) -> Error {
    Error::Refused {
        code: "IncompleteRequest".into(),
        message: error.to_string(),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
fn is_at_work(task: &Task) -> bool {
    !matches!(task.last_status(), Some("DEPROVISIONING" | "STOPPED" | "DELETED"))
}

fn stopped(task: &Task) -> Option<Stopped> {
    if task.last_status() != Some("STOPPED") {
        return None;
    }
    let container = task.containers().first();
    let of_container = container.and_then(|container| container.reason()).unwrap_or("");
    let of_task = task.stopped_reason().unwrap_or("the task stopped");
    let reason = if of_container.is_empty() {
        of_task.to_owned()
    } else {
        format!("{of_task}: {of_container}")
    };
    Some(Stopped {
        reason,
        exit_code: container.and_then(aws_sdk_ecs::types::Container::exit_code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_asked_for_where_the_included_one_is_too_small() {
        let site = Site {
            region: "us-east-1".parse().unwrap(),
            cluster: "c".into(),
            task_definition: "t".into(),
            container: "w".into(),
            subnets: Vec::new(),
            security_groups: Vec::new(),
            public_ip: false,
            log_group: "g".into(),
            log_prefix: "p".into(),
            machine: None,
        };
        let size = WorkerSize::default();
        let asked = |disk_gb| {
            let launch = Launch {
                run_id: "run_01KAR8Z6VBN6E1CT9W2QK0H3FM".parse().unwrap(),
                site: &site,
                indices: &[0],
                attempt: 0,
                size: &size,
                disk_gb,
            };
            let storage = launch.overrides().ephemeral_storage;
            storage.map(|storage| storage.size_in_gib)
        };
        assert_eq!(asked(disk::INCLUDED_GB), None);
        assert_eq!(asked(33), Some(33));
    }
}
