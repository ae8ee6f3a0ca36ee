//! RunTask.

use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Inner, Refusal,
    capacity::{Shortage, Size},
    client,
    definition::{self, Definition, Variable},
    operations::{cluster_of, definition_of},
    store::{self, Remembered},
    task::{Status, Task, Times},
};
use crate::call::{Call, Error};

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
const COUNT_LIMIT: usize = 10;
const CLIENT_TOKEN_LIMIT: usize = 64;
const STARTED_BY_LIMIT: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    cluster: Option<String>,
    task_definition: String,
    count: Option<usize>,
    started_by: Option<String>,
    client_token: Option<String>,
    group: Option<String>,
    launch_type: Option<String>,
    #[serde(default)]
    capacity_provider_strategy: Vec<ProviderItem>,
    #[serde(default)]
    overrides: Overrides,
    #[serde(default)]
    tags: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProviderItem {
    capacity_provider: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Overrides {
    cpu: Option<String>,
    memory: Option<String>,
    task_role_arn: Option<String>,
    #[serde(default)]
    container_overrides: Vec<ContainerOverride>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContainerOverride {
    name: String,
    command: Option<Vec<String>>,
    #[serde(default)]
    environment: Vec<Variable>,
    cpu: Option<u64>,
    memory: Option<u64>,
}

/// What becomes of a RunTask call.
pub(super) enum Outcome {
    /// The answer, and the ids of the tasks that have to be brought up now.
    Ran { answer: Value, launched: Vec<String> },
    /// The client token belongs to another request, which started these tasks.
    Conflict { arns: Vec<String> },
}

impl Inner {
    /// Puts the tasks on record; once this answers, they will run, even if the host dies in between.
    ///
    /// A client token is remembered when at least one task was launched, together with the failures of the others; a
    /// repeated request then answers the same tasks as they stand.
    pub(super) fn run_task(&self, call: &Call) -> Result<Outcome, Error> {
        let document: Value = call.input()?;
        let request = fingerprint(&document);
        let input: Input = serde_json::from_value(document.clone())
            .map_err(|error| Error::new("InvalidParameterException", error.to_string()))?;
        input.check()?;
        if self.refusals.take(Refusal::Throttling) {
            return Err(Error::new("ThrottlingException", "Rate exceeded"));
        }
        if self.refusals.take(Refusal::Server) {
            let error = Error::new("ServerException", "Service Unavailable. Please try again later.");
            return Err(error.status(http::StatusCode::INTERNAL_SERVER_ERROR));
        }
        let now_ms = self.config.clock.now_ms();
        let (outcome, events) = self.database.write(|transaction| {
            let cluster = cluster_of(transaction, &call.region, input.cluster.as_deref())?;
            let key = input
                .client_token
                .as_deref()
                .map(|token| (call.region.as_str(), cluster.as_str(), token));
            if let Some(key) = key
                && let Some(earlier) = store::remembered(transaction, key, now_ms)?
            {
                return Ok((repeat(transaction, &earlier, &request)?, Vec::new()));
            }
            let definition = definition_of(transaction, &call.region, &input.task_definition)?;
            let model = self.model(call, &cluster, &definition, &input, &document, now_ms)?;
            let mut launched = Vec::new();
            let mut failures = Vec::new();
            let mut events = Vec::new();
            for _ in 0..input.count.unwrap_or(1) {
                if let Some(shortage) = self.shortage(transaction, &model)? {
                    let fargate = model.launch_type == "FARGATE";
                    failures.push(json!({"reason": shortage.reason(fargate), "detail": shortage.detail()}));
                    continue;
                }
                let task = self.instance(&model);
                events.push(self.record(transaction, &task, now_ms)?);
                launched.push(task);
            }
            let ids: Vec<String> = launched.iter().map(|task| task.id.clone()).collect();
            let failures = Value::from(failures);
            if let Some(key) = key
                && !ids.is_empty()
            {
                let remembered = Remembered {
                    request,
                    tasks: ids.clone(),
                    failures: failures.clone(),
                };
                store::remember(transaction, key, &remembered, now_ms)?;
            }
            Ok::<_, Error>((
                Outcome::Ran {
                    answer: answer(&launched, failures),
                    launched: ids,
                },
                events,
            ))
        })?;
        self.tell(events);
        Ok(outcome)
    }

    /// The record that all tasks of the call are made after.
    fn model(
        &self,
        call: &Call,
        cluster: &str,
        definition: &Definition,
        input: &Input,
        document: &Value,
        now_ms: i64,
    ) -> Result<Task, Error> {
        let mut container = definition.container.clone();
        for change in &input.overrides.container_overrides {
            if change.name != container.name {
                let message = format!(
                    "Override for container named {} is not a container in the TaskDefinition.",
                    change.name
                );
                return Err(Error::new("InvalidParameterException", message));
            }
            for variable in &change.environment {
                container.environment.retain(|known| known.name != variable.name);
                container.environment.push(variable.clone());
            }
            container.command = change.command.clone().unwrap_or(container.command);
            container.cpu = change.cpu.unwrap_or(container.cpu);
            container.memory = change.memory.or(container.memory);
        }
        if container.entry_point.is_empty() && container.command.is_empty() {
            return Err(client("the container has neither an entryPoint nor a command"));
        }
        let provider = input
            .capacity_provider_strategy
            .first()
            .map(|item| item.capacity_provider.clone());
        let on_fargate = provider
            .as_ref()
            .is_some_and(|provider| provider.starts_with("FARGATE"));
        let launch_type = if on_fargate {
            "FARGATE"
        } else {
            input.launch_type.as_deref().unwrap_or("EC2")
        };
        let overrides = &input.overrides;
        Ok(Task {
            id: String::new(),
            region: call.region.clone(),
            cluster: cluster.to_owned(),
            definition_arn: definition.arn(&call.region),
            family: definition.family.clone(),
            revision: definition.revision,
            task_role: overrides
                .task_role_arn
                .clone()
                .or_else(|| definition.task_role.clone()),
            container,
            cpu: overrides
                .cpu
                .as_deref()
                .map_or(Ok(definition.cpu), definition::cpu_units)?,
            memory: overrides
                .memory
                .as_deref()
                .map_or(Ok(definition.memory), definition::memory_mib)?,
            launch_type: launch_type.to_owned(),
            capacity_provider: provider,
            group: input
                .group
                .clone()
                .unwrap_or_else(|| format!("family:{}", definition.family)),
            started_by: input.started_by.clone(),
            overrides: document
                .get("overrides")
                .cloned()
                .unwrap_or_else(|| json!({"containerOverrides": []})),
            tags: if input.tags.is_array() {
                input.tags.clone()
            } else {
                json!([])
            },
            metadata_token: String::new(),
            status: Status::Provisioning,
            stop_wanted: false,
            version: 1,
            created_ms: now_ms,
            started_ms: None,
            stopping_ms: None,
            execution_stopped_ms: None,
            stopped_ms: None,
            stop_code: None,
            stopped_reason: None,
            exit_code: None,
            container_reason: None,
            image_failure: None,
        })
    }

    /// One task after the model, with names of its own.
    fn instance(&self, model: &Task) -> Task {
        let image_failure = self.refusals.take(Refusal::Image).then(|| {
            let image = &model.container.image;
            format!("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: not found")
        });
        let id = hex::encode(rand::random::<[u8; 16]>());
        let metadata_token = hex::encode(rand::random::<[u8; 24]>());
        Task {
            id,
            metadata_token,
            image_failure,
            ..model.clone()
        }
    }

    fn shortage(&self, transaction: &Transaction<'_>, model: &Task) -> Result<Option<Shortage>, Error> {
        if self.refusals.take(Refusal::Capacity) {
            return Ok(Some(Shortage::Injected));
        }
        let size = |(cpu, memory)| Size { cpu, memory };
        let reserved = size(store::reserved(transaction, None)?);
        let in_region = size(store::reserved(transaction, Some(&model.region))?);
        let wanted = Size {
            cpu: model.cpu,
            memory: model.memory,
        };
        Ok(self.config.capacity.check(wanted, reserved, in_region))
    }
}

impl Input {
    fn check(&self) -> Result<(), Error> {
        if !(1..=COUNT_LIMIT).contains(&self.count.unwrap_or(1)) {
            return Err(Error::new(
                "InvalidParameterException",
                format!("count must be between 1 and {COUNT_LIMIT}"),
            ));
        }
        if self
            .started_by
            .as_ref()
            .is_some_and(|name| name.len() > STARTED_BY_LIMIT)
        {
            let message = format!("startedBy must not be longer than {STARTED_BY_LIMIT} characters");
            return Err(Error::new("InvalidParameterException", message));
        }
        let fits = |token: &String| {
            (1..=CLIENT_TOKEN_LIMIT).contains(&token.len())
                && token.bytes().all(|byte| (33..=126).contains(&byte))
        };
        if !self.client_token.as_ref().is_none_or(fits) {
            let message =
                format!("clientToken must be 1 to {CLIENT_TOKEN_LIMIT} ASCII characters from 33 to 126");
            return Err(Error::new("InvalidParameterException", message));
        }
        if self.launch_type.is_some() && !self.capacity_provider_strategy.is_empty() {
            let message = "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.";
            return Err(Error::new("InvalidParameterException", message));
        }
        Ok(())
    }
}

/// The answer to a request that has been made before.
fn repeat(transaction: &Transaction<'_>, earlier: &Remembered, request: &str) -> Result<Outcome, Error> {
    let mut tasks = Vec::new();
    for id in &earlier.tasks {
        tasks.extend(store::task(transaction, id)?);
    }
    if earlier.request != request {
        return Ok(Outcome::Conflict {
            arns: tasks.iter().map(Task::arn).collect(),
        });
    }
    Ok(Outcome::Ran {
        answer: answer(&tasks, earlier.failures.clone()),
        launched: Vec::new(),
    })
}

fn answer(tasks: &[Task], failures: Value) -> Value {
    let tasks: Vec<Value> = tasks.iter().map(|task| task.describe(Times::Seconds)).collect();
    json!({"tasks": tasks, "failures": failures})
}

/// What two requests with one client token must have in common: every parameter but the token.
fn fingerprint(document: &Value) -> String {
    let mut parameters = document.clone();
    if let Some(parameters) = parameters.as_object_mut() {
        parameters.remove("clientToken");
        parameters.sort_keys();
    }
    hex::encode(Sha256::digest(parameters.to_string()))
}
