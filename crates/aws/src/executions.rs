//! Executions of the run state machine; an execution bears the name of its run.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_sfn::{Client, types::ExecutionStatus};
use model::RunId;

use crate::{Deployment, Error, deployment::STATE_MACHINE_ARN, error::sorted};

/// The state machine.
#[derive(Clone)]
pub struct Executions {
    client: Client,
    deployment: Arc<Deployment>,
}

/// Where the execution of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// Nobody has started it, or it is so long ago that it is forgotten.
    Unknown,
    Running,
    /// It ended, however it did.
    Ended,
}

impl Executions {
    pub(crate) fn new(config: &SdkConfig, deployment: Arc<Deployment>) -> Self {
        Self {
            client: Client::new(config),
            deployment,
        }
    }

    /// Starts the run's execution. One that was started before, running or ended, is fine.
    pub async fn start(&self, run_id: RunId) -> Result<(), Error> {
        let start = self
            .client
            .start_execution()
            .state_machine_arn(self.state_machine_arn()?)
            .name(run_id.to_string())
            .input(serde_json::json!({ "runId": run_id }).to_string());
        match start.send().await.map_err(sorted) {
            Err(Error::Refused { code, .. }) if code == "ExecutionAlreadyExists" => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    pub async fn state(&self, run_id: RunId) -> Result<Execution, Error> {
        let machine = self.state_machine_arn()?;
        let arn = format!(
            "{}:{run_id}",
            machine.replacen(":stateMachine:", ":execution:", 1)
        );
        match self
            .client
            .describe_execution()
            .execution_arn(arn)
            .send()
            .await
            .map_err(sorted)
        {
            Ok(execution) if execution.status == ExecutionStatus::Running => Ok(Execution::Running),
            Ok(_) => Ok(Execution::Ended),
            Err(Error::NotFound(_)) => Ok(Execution::Unknown),
            Err(error) => Err(error),
        }
    }

    fn state_machine_arn(&self) -> Result<&str, Error> {
        self.deployment
            .state_machine_arn
            .as_deref()
            .ok_or(Error::NotConfigured(STATE_MACHINE_ARN))
    }
}
