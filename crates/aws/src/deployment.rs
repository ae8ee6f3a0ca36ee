//! Where this deployment keeps its things, read once at the edge of a process.

use model::Region;

/// Names of tables, bucket and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Where tables, bucket and state machine are; tasks run in other regions too.
    pub hub_region: Region,
    pub scenarios_table: String,
    pub runs_table: String,
    pub workers_table: String,
    pub settings_table: String,
    pub bucket: String,
    /// Absent where no run is started, as in a worker.
    pub state_machine_arn: Option<String>,
    /// The WebSocket address of the live feed, `wss://…/mqtt`; absent where nobody subscribes.
    pub live_address: Option<String>,
    /// The role whose sessions, narrowed to one topic, read the live feed.
    pub live_role_arn: Option<String>,
}

/// The region of tables, bucket and state machine.
pub const HUB_REGION: &str = "OLEADA_HUB_REGION";
pub const SCENARIOS_TABLE: &str = "OLEADA_SCENARIOS_TABLE";
pub const RUNS_TABLE: &str = "OLEADA_RUNS_TABLE";
pub const WORKERS_TABLE: &str = "OLEADA_WORKERS_TABLE";
/// Regions, API tokens, idempotency records.
pub const SETTINGS_TABLE: &str = "OLEADA_SETTINGS_TABLE";
/// The bucket of scripts and results.
pub const BUCKET: &str = "OLEADA_BUCKET";
/// Needed by `api` and `sweep`.
pub const STATE_MACHINE_ARN: &str = "OLEADA_STATE_MACHINE_ARN";
/// Such as `wss://….iot.us-east-1.amazonaws.com/mqtt`; needed by `api`.
pub const LIVE_ADDRESS: &str = "OLEADA_LIVE_ADDRESS";
/// Needed by `api`.
pub const LIVE_ROLE_ARN: &str = "OLEADA_LIVE_ROLE_ARN";

/// A variable that is missing, or says what it cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    #[error("{0} is not set")]
    Missing(&'static str),
    #[error("{variable} {problem}")]
    Invalid { variable: &'static str, problem: String },
}

impl Deployment {
    /// Reads the variables of this module through `variable`.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvError> {
        let optional = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| optional(name).ok_or(EnvError::Missing(name));
        let hub_region = required(HUB_REGION)?
            .parse()
            .map_err(|error: model::region::InvalidRegion| EnvError::Invalid {
                variable: HUB_REGION,
                problem: error.to_string(),
            })?;
        Ok(Self {
            hub_region,
            scenarios_table: required(SCENARIOS_TABLE)?,
            runs_table: required(RUNS_TABLE)?,
            workers_table: required(WORKERS_TABLE)?,
            settings_table: required(SETTINGS_TABLE)?,
            bucket: required(BUCKET)?,
            state_machine_arn: optional(STATE_MACHINE_ARN),
            live_address: optional(LIVE_ADDRESS),
            live_role_arn: optional(LIVE_ROLE_ARN),
        })
    }

    /// The variables from which [`Deployment::from_env`] reads the same deployment.
    pub fn to_env(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            (HUB_REGION, self.hub_region.to_string()),
            (SCENARIOS_TABLE, self.scenarios_table.clone()),
            (RUNS_TABLE, self.runs_table.clone()),
            (WORKERS_TABLE, self.workers_table.clone()),
            (SETTINGS_TABLE, self.settings_table.clone()),
            (BUCKET, self.bucket.clone()),
        ];
        let optional = [
            (STATE_MACHINE_ARN, &self.state_machine_arn),
            (LIVE_ADDRESS, &self.live_address),
            (LIVE_ROLE_ARN, &self.live_role_arn),
        ];
        variables.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.clone()?))),
        );
        variables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment() -> Deployment {
        Deployment {
            hub_region: "us-east-1".parse().unwrap(),
            scenarios_table: "a".into(),
            runs_table: "b".into(),
            workers_table: "c".into(),
            settings_table: "d".into(),
            bucket: "e".into(),
            state_machine_arn: None,
            live_address: Some("ws://127.0.0.1:1/mqtt".into()),
            live_role_arn: None,
        }
    }

    fn reader(variables: Vec<(&'static str, String)>) -> impl Fn(&str) -> Option<String> {
        move |name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        }
    }

    #[test]
    fn a_deployment_reads_back() {
        let deployment = deployment();
        assert_eq!(Deployment::from_env(reader(deployment.to_env())), Ok(deployment));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut variables = deployment().to_env();
        variables.retain(|(name, _)| *name != BUCKET);
        assert_eq!(
            Deployment::from_env(reader(variables)),
            Err(EnvError::Missing(BUCKET))
        );
    }
}
