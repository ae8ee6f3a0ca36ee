//! Task definitions: what is kept word for word, and the parts of it that this host acts on.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::Error;

/// The longest `stopTimeout` and the one without a word, in seconds.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
const STOP_TIMEOUT_LIMIT: u64 = 120;
const STOP_TIMEOUT_DEFAULT: u64 = 30;

/// A registered revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Definition {
    pub family: String,
    pub revision: u32,
    /// CPU units, 1,024 a core.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    pub task_role: Option<String>,
    pub container: Container,
    /// The whole input, for DescribeTaskDefinition.
    pub document: Map<String, Value>,
    /// Milliseconds since the epoch.
    pub registered_ms: i64,
}

/// The one container of a definition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub name: String,
    #[serde(default)]
    pub image: String,
    #[serde(default)]
    pub cpu: u64,
    pub memory: Option<u64>,
    pub memory_reservation: Option<u64>,
    #[serde(default)]
    pub entry_point: Vec<String>,
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub environment: Vec<Variable>,
    pub working_directory: Option<PathBuf>,
    /// Seconds.
    pub stop_timeout: Option<u64>,
    pub log_configuration: Option<LogConfiguration>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Variable {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogConfiguration {
    pub log_driver: String,
    #[serde(default)]
    pub options: std::collections::BTreeMap<String, String>,
}

/// The part of RegisterTaskDefinition's input that is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    family: String,
    cpu: Option<String>,
    memory: Option<String>,
    task_role_arn: Option<String>,
    container_definitions: Vec<Container>,
}

impl Definition {
    /// Checks the input of RegisterTaskDefinition.
    pub(super) fn parse(
        document: Map<String, Value>,
        revision: u32,
        registered_ms: i64,
    ) -> Result<Self, Error> {
        let input: Input = serde_json::from_value(Value::Object(document.clone()))
            .map_err(|error| Error::new("ClientException", error.to_string()))?;
        check_name("family", &input.family)?;
        let Ok([container]) = <[Container; 1]>::try_from(input.container_definitions) else {
            return Err(client(
                "one machine runs task definitions of exactly one container",
            ));
        };
        check_name("container name", &container.name)?;
        if container
            .stop_timeout
            .is_some_and(|seconds| seconds > STOP_TIMEOUT_LIMIT)
        {
            return Err(client(format!(
                "stopTimeout must not exceed {STOP_TIMEOUT_LIMIT} seconds"
            )));
        }
        let driver = container
            .log_configuration
            .as_ref()
            .map(|logging| logging.log_driver.as_str());
        if driver.is_some_and(|driver| driver != "awslogs") {
            return Err(client("one machine offers the log driver awslogs only"));
        }
        Ok(Self {
            cpu: input.cpu.as_deref().map_or(Ok(container.cpu), cpu_units)?,
            memory: match input.memory.as_deref() {
                Some(text) => memory_mib(text)?,
                None => container.memory.or(container.memory_reservation).unwrap_or(0),
            },
            family: input.family,
            revision,
            task_role: input.task_role_arn,
            container,
            document,
            registered_ms,
        })
    }

    pub(super) fn arn(&self, region: &str) -> String {
        let Self { family, revision, .. } = self;
        format!(
            "arn:aws:ecs:{region}:{}:task-definition/{family}:{revision}",
            crate::ACCOUNT
        )
    }

    /// As DescribeTaskDefinition answers it.
    pub(super) fn describe(&self, region: &str) -> Value {
        let mut description = self.document.clone();
        description.remove("tags");
        description.insert("taskDefinitionArn".into(), self.arn(region).into());
        description.insert("revision".into(), self.revision.into());
        description.insert("status".into(), "ACTIVE".into());
        description.insert(
            "registeredAt".into(),
            (self.registered_ms as f64 / 1_000.0).into(),
        );
        Value::Object(description)
    }
}

impl Container {
    pub(super) fn stop_timeout_ms(&self) -> u64 {
        self.stop_timeout.unwrap_or(STOP_TIMEOUT_DEFAULT) * 1_000
    }
}

/// CPU units from `"1024"` or `"1 vCPU"`.
pub(super) fn cpu_units(text: &str) -> Result<u64, Error> {
    quantity(text, "vcpu", 1_024.0).ok_or_else(|| client(format!("invalid cpu {text:?}")))
}

/// MiB from `"2048"` or `"2 GB"`.
pub(super) fn memory_mib(text: &str) -> Result<u64, Error> {
    quantity(text, "gb", 1_024.0).ok_or_else(|| client(format!("invalid memory {text:?}")))
}

fn quantity(text: &str, unit: &str, factor: f64) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(number) = text.strip_suffix(unit) {
        let number: f64 = number.trim().parse().ok()?;
        return (number > 0.0 && number < 1e6).then(|| (number * factor).round() as u64);
    }
    text.parse().ok()
}

fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if name.is_empty() || name.len() > 255 || !name.chars().all(fits) {
        return Err(client(format!(
            "{what} must be 1 to 255 letters, digits, hyphens and underscores"
        )));
    }
    Ok(())
}

fn client(message: impl Into<String>) -> Error {
    Error::new("ClientException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_spellings() {
        assert_eq!(cpu_units("512").unwrap(), 512);
        assert_eq!(cpu_units(".5 vCPU").unwrap(), 512);
        assert_eq!(memory_mib("2 GB").unwrap(), 2_048);
        assert!(memory_mib("plenty").is_err());
        assert!(cpu_units("-1 vCPU").is_err());
    }
}
