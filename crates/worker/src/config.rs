//! What a worker is told by its environment, read once. Which run it is for stands in the variables of [`aws::fleet`],
//! where things are kept in those of [`aws::deployment`].

use std::{collections::BTreeMap, path::PathBuf};

use aws::{
    deployment::{Deployment, EnvError},
    fleet::{ATTEMPT, INDICES, REGION, RUN_ID},
};
use model::{Region, RunId};

/// The directory that holds the engines: a Python environment with bzt in `venv`, and `jmeter`.
pub const ENGINES: &str = "OLEADA_ENGINES";
/// Where to keep files while the task lives. Unless it is set: the task's home, which goes with the task.
pub const WORK_DIRECTORY: &str = "OLEADA_WORK_DIR";
/// The task's own metadata; ECS sets it. <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html>
pub const METADATA: &str = "ECS_CONTAINER_METADATA_URI_V4";

/// What an engine needs of the environment. Credentials are not among it: a script is somebody's code.
const VISIBLE: [&str; 3] = ["PATH", "JAVA_HOME", "TZ"];

#[derive(Debug, Clone)]
pub struct Config {
    pub run: RunId,
    pub region: Region,
    /// Those of the batch, of which one is this worker's.
    pub indices: Vec<u32>,
    /// Counts the launches for these indices, from 0. For the log only: what counts is the assignment.
    pub attempt: u32,
    pub engines: PathBuf,
    pub work_directory: PathBuf,
    pub metadata: String,
    /// What the engine may see of the environment.
    pub visible: BTreeMap<String, String>,
    /// This binary, which is also the guard of the engine.
    pub binary: PathBuf,
    pub deployment: Deployment,
}

impl Config {
    /// Reads the variables of this module through `variable`.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>, binary: PathBuf) -> Result<Self, EnvError> {
        let optional = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| optional(name).ok_or(EnvError::Missing(name));
        let indices = required(INDICES)?
            .split(',')
            .map(|index| parsed(INDICES, index))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            run: parsed(RUN_ID, &required(RUN_ID)?)?,
            region: parsed(REGION, &required(REGION)?)?,
            indices,
            attempt: optional(ATTEMPT).map_or(Ok(0), |attempt| parsed(ATTEMPT, &attempt))?,
            engines: required(ENGINES)?.into(),
            work_directory: optional(WORK_DIRECTORY)
                .or_else(|| optional("HOME"))
                .map_or_else(std::env::temp_dir, PathBuf::from),
            metadata: required(METADATA)?,
            visible: VISIBLE
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), variable(name)?)))
                .collect(),
            binary,
            deployment: Deployment::from_env(&variable)?,
        })
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    variable: &'static str,
    value: &str,
) -> Result<T, EnvError> {
    value.trim().parse().map_err(|error: T::Err| EnvError::Invalid {
        variable,
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            RUN_ID => "run_01KB2Z7W6N9M3A5T4C8D1E2F3G",
            REGION => "sa-east-1",
            INDICES => "4,5, 7",
            ENGINES => "/opt/engines",
            METADATA => "http://169.254.170.2/v4/x",
            "OLEADA_HUB_REGION" => "us-east-1",
            name if name.ends_with("_TABLE") || name == "OLEADA_BUCKET" => "something",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_task_knows_its_candidates() {
        let config = Config::from_env(environment, "/bin/worker".into()).unwrap();
        assert_eq!(config.indices, [4, 5, 7]);
        assert_eq!(config.attempt, 0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let without = |missing: &'static str| move |name: &str| environment(name).filter(|_| name != missing);
        let error = Config::from_env(without(ENGINES), "/bin/worker".into()).unwrap_err();
        assert_eq!(error, EnvError::Missing(ENGINES));
        let odd = |name: &str| {
            if name == INDICES {
                Some("4,x".into())
            } else {
                environment(name)
            }
        };
        let error = Config::from_env(odd, "/bin/worker".into()).unwrap_err();
        assert!(matches!(
            error,
            EnvError::Invalid {
                variable: INDICES,
                ..
            }
        ));
    }
}
