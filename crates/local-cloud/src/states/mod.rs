//! Step Functions: an interpreter of Amazon States Language (JSONPath), journaled so that executions survive a crash.

mod access;
mod announce;
mod check;
mod choice;
mod cursor;
mod data_flow;
mod definition;
mod executions;
mod expression;
mod failure;
mod fan;
mod fields;
mod history;
mod interpreter;
mod intrinsics;
mod journal;
mod ledger;
mod machines;
mod names;
mod parser;
mod path;
mod path_parser;
mod retry;
mod task;
mod timestamp;
mod work;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use http::Response;
use serde_json::Value;
use tokio::{sync::mpsc::UnboundedSender, task::AbortHandle};

pub use self::journal::Error;
use self::{
    expression::Random,
    interpreter::{Core, Run},
    journal::Journal,
    ledger::Execution,
};
use crate::{
    call::{self, Body, Call},
    clock::Clock,
    lambda::Lambda,
    policy::Need,
    sqlite,
};

/// The largest request, in bytes: a definition may have 1 MB, and is escaped.
pub(crate) const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// The service. Dropping it stops all executions where they are; they go on when the journal is opened again.
pub struct States(Arc<Service>);

/// The service without the power to end by being dropped; executions hold it.
struct Service {
    core: Arc<Core>,
    events: UnboundedSender<Value>,
    running: Mutex<HashMap<i64, AbortHandle>>,
}

impl States {
    /// Opens the journal at `path`, or makes it, and takes up the executions that were running.
    ///
    /// A function that was running when the journal was last in use is reported to its state as
    /// `Lambda.ServiceException`, so all functions must be registered by now. Each change of an execution's status goes
    /// to `events` as the event that EventBridge would get; after a crash one may come twice. `seed` is that of
    /// `States.UUID` and `States.MathRandom`. Must be called within a tokio runtime.
    pub fn open(
        path: &Path,
        lambda: Lambda,
        events: UnboundedSender<Value>,
        clock: Clock,
        seed: u64,
    ) -> Result<Self, Error> {
        let core = Core {
            journal: Journal::open(path)?,
            lambda,
            clock,
            random: Random::seeded(seed),
        };
        let service = Arc::new(Service {
            core: Arc::new(core),
            events,
            running: Mutex::default(),
        });
        for execution in service.core.journal.unannounced()? {
            service.announce(&execution);
        }
        for execution in service.core.journal.running()? {
            service.launch(execution)?;
        }
        Ok(Self(service))
    }

    /// Stops all executions where they are, as if the process had ended.
    pub fn stop(&self) {
        for (_, execution) in self.0.running().drain() {
            execution.abort();
        }
    }

    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        access::needs(call)
    }

    /// Answers an `awsJson` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let service = Arc::clone(&self.0);
        // Writes that are acknowledged wait for the disk.
        call::json(sqlite::blocking(move || service.answer(&call)).await)
    }
}

impl Drop for States {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Service {
    fn answer(self: &Arc<Self>, call: &Call) -> Result<Value, call::Error> {
        match call.operation() {
            "CreateStateMachine" => self.create_state_machine(call),
            "UpdateStateMachine" => self.update_state_machine(call),
            "DescribeStateMachine" => self.describe_state_machine(call),
            "ListStateMachines" => self.list_state_machines(call),
            "DeleteStateMachine" => self.delete_state_machine(call),
            "ValidateStateMachineDefinition" => machines::validate_definition(call),
            "StartExecution" => self.start_execution(call),
            "StopExecution" => self.stop_execution(call),
            "DescribeExecution" => self.describe_execution(call),
            "DescribeStateMachineForExecution" => self.describe_state_machine_for_execution(call),
            "ListExecutions" => self.list_executions(call),
            "GetExecutionHistory" => self.get_execution_history(call),
            other => Err(call::Error::unknown_operation("Step Functions", other)),
        }
    }

    /// Runs an execution from where its journal says it is.
    fn launch(self: &Arc<Self>, execution: Execution) -> Result<(), Error> {
        let text = self.core.journal.definition(&execution)?;
        let resumed = Mutex::new(self.core.journal.frames(execution.id)?);
        let Ok(machine) = parser::parse(&text) else {
            tracing::error!(
                execution = execution.arn,
                "a definition of an earlier version cannot be read any more"
            );
            return Ok(());
        };
        let id = execution.id;
        let run = Run {
            core: Arc::clone(&self.core),
            execution,
            machine,
            resumed,
        };
        let service = Arc::clone(self);
        let mut running = self.running();
        let task = tokio::spawn(async move {
            match run.drive().await {
                Ok(()) => service.announce_present(&run.execution.arn),
                // StopExecution came first, and announces it.
                Err(Error::Ended) => {}
                Err(error) => tracing::error!(
                    execution = run.execution.arn,
                    error = &error as &dyn std::error::Error,
                    "an execution rests until the next start, since its journal could not be written"
                ),
            }
            service.running().remove(&id);
        });
        running.insert(id, task.abort_handle());
        Ok(())
    }

    fn announce_present(&self, arn: &str) {
        match self.core.journal.execution(arn) {
            Ok(Some(execution)) => self.announce(&execution),
            Ok(None) => {}
            Err(error) => tracing::error!(execution = arn, %error, "a change of status was not announced"),
        }
    }

    /// Sends the event of the execution's present status and notes that it was sent.
    fn announce(&self, execution: &Execution) {
        let event = announce::status_change(execution, &self.core.random.uuid());
        if self.events.send(event).is_err() {
            return;
        }
        if let Err(error) = self.core.journal.announced(execution) {
            tracing::warn!(execution = execution.arn, %error, "a change of status will be announced again");
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<i64, AbortHandle>> {
        self.running.lock().expect("no holder panics")
    }
}

impl From<Error> for call::Error {
    fn from(error: Error) -> Self {
        let source = std::error::Error::source(&error)
            .map(ToString::to_string)
            .unwrap_or_default();
        Self::internal(format!("{error}: {source}"))
    }
}

/// How many entries a page holds, of `maxResults` as it was asked for.
fn page_size(asked: Option<usize>) -> usize {
    asked.filter(|size| *size > 0).unwrap_or(100).min(1000)
}
