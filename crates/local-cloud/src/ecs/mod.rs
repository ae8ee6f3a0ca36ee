//! ECS: tasks are local processes, each under a small supervisor that outlives this host.
//!
//! A task is on record before RunTask answers, and a recorded task runs exactly once: whoever starts its supervisor,
//! this host or the one after a crash, only one supervisor can claim the task's directory. Limits of container memory
//! and CPU are accounted for when tasks are placed, not enforced while they run; images are named, never pulled.

mod access;
mod capacity;
mod definition;
mod directory;
mod lifecycle;
mod operations;
mod process;
mod run;
mod store;
mod supervisor;
mod task;

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::{
    capacity::{Capacity, Refusal},
    supervisor::{MODE as SUPERVISOR_MODE, requested as supervisor_requested, supervise},
};
use self::{run::Outcome, task::Task};
use crate::{
    call::{self, Body, Call, Error},
    clock::Clock,
    events::event_id,
    logs::Logs,
    policy::Need,
    sqlite::{Database, Durability, blocking},
};

/// Where the task metadata endpoint is routed.
pub const METADATA_PREFIX: &str = "/ecs/v4/";

/// How often records and directories of long-stopped tasks are removed.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Answers the access key id and secret of a task role's ARN.
pub type Credentials = Arc<dyn Fn(&str) -> (String, String) + Send + Sync>;

/// What the service needs to know of its surroundings.
#[derive(Clone)]
pub struct Config {
    /// Holds the records and one directory a task; absolute.
    pub directory: PathBuf,
    /// The executable whose `main` calls [`supervise`] when [`supervisor_requested`] says so.
    pub supervisor: PathBuf,
    /// The base URL of the host as tasks reach it, such as `http://127.0.0.1:4566`.
    pub endpoint: String,
    pub credentials: Credentials,
    /// The `PATH` of tasks.
    pub path: String,
    pub capacity: Capacity,
    pub clock: Clock,
}

/// Why the service cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the directory of the tasks cannot be used")]
    Directory(#[from] std::io::Error),
    #[error("the records of the tasks cannot be read")]
    Records(#[from] rusqlite::Error),
}

/// The service; clones share it. When the last one is dropped it lets go of its tasks, which go on.
#[derive(Clone)]
pub struct Ecs {
    inner: Arc<Inner>,
    _let_go: Arc<DropGuard>,
}

struct Inner {
    config: Config,
    database: Database,
    logs: Logs,
    events: UnboundedSender<Value>,
    refusals: capacity::Refusals,
    stop: CancellationToken,
}

impl Ecs {
    /// Opens the service, adopts the tasks that still run and ends the records of those that do not.
    ///
    /// State changes go to `events`, those of the last hour again after each opening: whoever receives them knows them
    /// by their `id`. Must be called on a tokio runtime.
    pub fn open(config: Config, logs: Logs, events: UnboundedSender<Value>) -> Result<Self, OpenError> {
        std::fs::create_dir_all(&config.directory)?;
        let database = Database::open(&config.directory.join("ecs.db"), store::SCHEMA, Durability::Power)?;
        let stop = CancellationToken::new();
        let let_go = Arc::new(stop.clone().drop_guard());
        let refusals = capacity::Refusals::default();
        let inner = Arc::new(Inner {
            config,
            database,
            logs,
            events,
            refusals,
            stop,
        });
        inner.tell(inner.database.read(store::events)?);
        for task in inner.database.read(store::tasks)? {
            if !task.is_over() {
                tokio::spawn(Arc::clone(&inner).drive(task.id));
            }
        }
        tokio::spawn(Arc::clone(&inner).forget());
        Ok(Self {
            inner,
            _let_go: let_go,
        })
    }

    /// What a call needs to be allowed.
    pub(crate) async fn needs(&self, call: &Call) -> Result<Vec<Need>, Error> {
        let (inner, call) = (Arc::clone(&self.inner), call.clone());
        blocking(move || inner.needs(&call)).await
    }

    /// Answers one `awsJson1.1` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        match call.operation() {
            "RunTask" => self.run_task(call).await,
            "StopTask" => call::json(
                blocking(move || {
                    let (answer, id) = inner.stop_task(&call)?;
                    inner.ask_to_stop(&id)?;
                    Ok(answer)
                })
                .await,
            ),
            _ => call::json(blocking(move || inner.answer(&call)).await),
        }
    }

    /// Refuses the next `times` chances to do what `refusal` names.
    pub fn inject(&self, refusal: Refusal, times: u32) {
        self.inner.refusals.add(refusal, times);
    }

    /// Forgets the refusals that were injected and not made.
    pub fn relent(&self) {
        self.inner.refusals.clear();
    }

    /// The task metadata endpoint: `/ecs/v4/<token>` is the container, `/ecs/v4/<token>/task` its task.
    pub fn metadata(&self, path: &str) -> Option<Value> {
        let (token, rest) = path
            .strip_prefix(METADATA_PREFIX)
            .map(|path| path.split_once('/').unwrap_or((path, "")))?;
        let task = self
            .inner
            .database
            .read(|connection| store::task_of_token(connection, token));
        let task = task
            .inspect_err(|error| tracing::error!(%error, "task metadata could not be read"))
            .ok()??;
        match rest {
            "" => Some(task.container_metadata()),
            "task" => Some(task.metadata()),
            _ => None,
        }
    }

    async fn run_task(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        match blocking(move || inner.run_task(&call)).await {
            Ok(Outcome::Ran { answer, launched }) => {
                for id in launched {
                    tokio::spawn(Arc::clone(&self.inner).drive(id));
                }
                call::json(Ok(answer))
            }
            Ok(Outcome::Conflict { arns }) => {
                let code = "ConflictException";
                let message = "The provided clientToken is already in use with a different RunTask request.";
                let mut answer = call::json(Ok(
                    json!({"__type": code, "message": message, "resourceIds": arns}),
                ));
                *answer.status_mut() = StatusCode::BAD_REQUEST;
                answer
                    .headers_mut()
                    .insert("x-amzn-errortype", http::HeaderValue::from_static(code));
                answer
            }
            Err(error) => call::json::<Value>(Err(error)),
        }
    }
}

impl Inner {
    fn answer(&self, call: &Call) -> Result<Value, Error> {
        match call.operation() {
            "CreateCluster" => self.create_cluster(call),
            "DescribeClusters" => self.describe_clusters(call),
            "RegisterTaskDefinition" => self.register_task_definition(call),
            "DescribeTaskDefinition" => self.describe_task_definition(call),
            "DescribeTasks" => self.describe_tasks(call),
            "ListTasks" => self.list_tasks(call),
            operation => Err(Error::unknown_operation("ecs", operation)),
        }
    }

    /// Changes a task on record and tells of it, unless `change` answers that it left the task as it was.
    fn change(&self, id: &str, change: impl FnOnce(&mut Task) -> bool) -> Result<Task, Error> {
        let now_ms = self.config.clock.now_ms();
        let (task, event) = self.database.write(|transaction| {
            let mut task = store::task(transaction, id)?
                .ok_or_else(|| Error::internal(format!("task {id} has no record")))?;
            if !change(&mut task) {
                return Ok((task, None));
            }
            task.version += 1;
            let event = self.record(transaction, &task, now_ms)?;
            Ok::<_, Error>((task, Some(event)))
        })?;
        self.tell(event);
        Ok(task)
    }

    /// Writes the record of a task together with the event that tells of it.
    fn record(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        task: &Task,
        at_ms: i64,
    ) -> rusqlite::Result<Value> {
        let event = task.event(&event_id(), at_ms);
        store::put_task(transaction, task, &event, at_ms)?;
        Ok(event)
    }

    fn tell(&self, events: impl IntoIterator<Item = Value>) {
        for event in events {
            if self.events.send(event).is_err() {
                tracing::debug!("nobody listens to task state changes");
            }
        }
    }

    async fn forget(self: Arc<Self>) {
        let stop = self.stop.clone();
        let forget = async {
            loop {
                tokio::time::sleep(FORGET_EVERY).await;
                let inner = Arc::clone(&self);
                let forgotten = blocking(move || {
                    let now_ms = inner.config.clock.now_ms();
                    for id in inner
                        .database
                        .write(|transaction| store::forget(transaction, now_ms))?
                    {
                        inner.directory(&id).remove().map_err(Error::internal)?;
                    }
                    Ok(())
                });
                if let Err(error) = forgotten.await {
                    tracing::warn!(%error, "stopped tasks could not be forgotten");
                }
            }
        };
        tokio::select! { () = stop.cancelled() => {}, () = forget => {} }
    }
}

fn client(message: impl Into<String>) -> Error {
    Error::new("ClientException", message)
}
