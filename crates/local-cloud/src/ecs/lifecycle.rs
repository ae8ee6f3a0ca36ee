//! What happens to a task between its record and its end, also when the host was away in between.

use std::{process::Stdio, sync::Arc, time::Duration};

use rustix::process::Signal;
use tokio::io::{Interest, unix::AsyncFd};

use super::{
    Inner,
    definition::LogConfiguration,
    directory::{Command, Directory, Ended},
    process::{Identity, descendants, send, session},
    supervisor,
    task::{Status, StopCode, Task},
};
use crate::{call::Error, logs, sqlite::blocking};

/// How often the directory is looked at while a supervisor comes up.
const STARTING_POLL: Duration = Duration::from_millis(5);

/// How a task's end came about.
enum End {
    /// It never ran, for this reason (`None`: it was stopped before).
    NeverRan(Option<String>),
    Ran(Ended),
    /// Its supervisor was killed, and what was left of the task after it.
    Lost,
}

impl Inner {
    /// Brings a task from wherever it stands to its end; gives up when the host is dropped, and goes on in the next.
    pub(super) async fn drive(self: Arc<Self>, id: String) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            result = self.live(&id) => if let Err(error) = result {
                tracing::error!(task = id, %error, "a task could not be followed to its end");
            },
        }
    }

    pub(super) fn directory(&self, id: &str) -> Directory {
        Directory::new(self.config.directory.join("tasks").join(id))
    }

    async fn live(self: &Arc<Self>, id: &str) -> Result<(), Error> {
        let directory = self.directory(id);
        let task = self.task(id).await?;
        // The last host may have died when the end was on record and the log already complete.
        if task.status < Status::Deprovisioning {
            let end = match self.launch(&task, &directory).await? {
                Ok(supervisor) => self.watch(&task, &directory, supervisor).await?,
                Err(never_ran) => never_ran,
            };
            self.record_end(&task.id, end).await?;
        }
        self.clean_up(&task, &directory).await
    }

    /// Starts the task's supervisor unless an earlier host has; answers who it is, or why there is none.
    ///
    /// A host that dies between record and start leaves it to the next one to start the task. Two supervisors may then
    /// compete, and only the one that claims the directory runs the task.
    async fn launch(
        self: &Arc<Self>,
        task: &Task,
        directory: &Directory,
    ) -> Result<Result<Identity, End>, Error> {
        directory.create().map_err(Error::internal)?;
        if let Some(reason) = &task.image_failure {
            return Ok(Err(End::NeverRan(Some(reason.clone()))));
        }
        if task.stop_wanted {
            // Again, because the last host may have died before it; who claims the directory from now on will see it.
            self.ask_to_stop(&task.id)?;
            return Ok(directory
                .supervisor()
                .map_err(Error::internal)?
                .ok_or(End::NeverRan(None)));
        }
        if let Err(error) = self.follow_output(task, directory).await {
            let reason = format!(
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: \
                 failed to create Cloudwatch log stream: {error}"
            );
            return Ok(Err(End::NeverRan(Some(reason))));
        }
        if let Some(supervisor) = directory.supervisor().map_err(Error::internal)? {
            return Ok(Ok(supervisor));
        }
        directory
            .write_command(&self.command(task))
            .map_err(Error::internal)?;
        if task.status < Status::Pending {
            self.move_on(&task.id, |task| task.status = Status::Pending)
                .await?;
        }
        let spawned = tokio::process::Command::new(&self.config.supervisor)
            .arg(supervisor::MODE)
            .arg(directory.path())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                return Ok(Err(cannot_start(&format!(
                    "the supervisor could not be started: {error}"
                ))));
            }
        };
        loop {
            let ended = child.try_wait().map_err(Error::internal)?;
            // Looked at after the child, whose claim would otherwise be missed.
            if let Some(supervisor) = directory.supervisor().map_err(Error::internal)? {
                // Reaps it; its end is noticed through the directory like that of an adopted one.
                tokio::spawn(async move { child.wait().await });
                return Ok(Ok(supervisor));
            }
            if let Some(status) = ended {
                return Ok(Err(cannot_start(&format!(
                    "the supervisor ended at once, {status}"
                ))));
            }
            tokio::time::sleep(STARTING_POLL).await;
        }
    }

    /// Follows a supervised task to its end.
    async fn watch(
        self: &Arc<Self>,
        task: &Task,
        directory: &Directory,
        supervisor: Identity,
    ) -> Result<End, Error> {
        while directory.started().map_err(Error::internal)?.is_none() && supervisor.is_alive() {
            tokio::time::sleep(STARTING_POLL).await;
        }
        if let Some(started) = directory.started().map_err(Error::internal)?
            && task.status < Status::Running
        {
            self.move_on(&task.id, move |task| {
                task.status = Status::Running;
                task.started_ms = Some(started.at_ms);
            })
            .await?;
        }
        if let Some(descriptor) = supervisor.watch().map_err(Error::internal)? {
            #[expect(
                deprecated,
                reason = "sound for an OwnedFd, which keeps its descriptor until it is dropped"
            )]
            let descriptor =
                AsyncFd::with_interest(descriptor, Interest::READABLE).map_err(Error::internal)?;
            descriptor
                .readable()
                .await
                .map_err(Error::internal)?
                .retain_ready();
        }
        match directory.ended().map_err(Error::internal)? {
            Some(ended) => Ok(End::Ran(ended)),
            None => {
                self.end_what_is_left(directory, supervisor).await?;
                Ok(End::Lost)
            }
        }
    }

    /// Kills a task whose supervisor was killed: the command, and whatever is in its session or descends from it.
    async fn end_what_is_left(&self, directory: &Directory, supervisor: Identity) -> Result<(), Error> {
        let command = directory
            .started()
            .map_err(Error::internal)?
            .map(|started| started.process);
        loop {
            let mut left = Vec::new();
            // A later process with the supervisor's pid would lead another session of the same number.
            if Identity::of(supervisor.pid).is_none_or(|process| process == supervisor) {
                left.extend(session(supervisor.pid).map_err(Error::internal)?);
            }
            if let Some(command) = command.filter(|command| command.is_alive()) {
                left.push(command.pid);
                left.extend(descendants(command.pid).map_err(Error::internal)?);
            }
            for pid in &left {
                send(*pid, Signal::KILL).map_err(Error::internal)?;
            }
            if left.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(STARTING_POLL).await;
        }
    }

    async fn record_end(self: &Arc<Self>, id: &str, end: End) -> Result<Task, Error> {
        let now_ms = self.config.clock.now_ms();
        self.move_on(id, move |task| {
            task.status = Status::Deprovisioning;
            task.stopping_ms = task.stopping_ms.or(Some(now_ms));
            task.execution_stopped_ms = Some(now_ms);
            match end {
                End::Ran(Ended {
                    failure: None,
                    exit_code,
                    at_ms,
                }) => {
                    task.execution_stopped_ms = Some(at_ms);
                    task.exit_code = exit_code;
                    task.end(
                        StopCode::EssentialContainerExited,
                        "Essential container in task exited",
                    );
                }
                End::Ran(Ended {
                    failure: Some(failure),
                    ..
                }) => {
                    let reason = format!("CannotStartContainerError: {failure}");
                    task.end(StopCode::TaskFailedToStart, &reason);
                    task.container_reason = Some(reason);
                }
                End::NeverRan(reason) => {
                    let said = reason.as_deref().unwrap_or("Task stopped before it started");
                    task.end(StopCode::TaskFailedToStart, said);
                    task.container_reason = reason;
                }
                End::Lost => {
                    task.exit_code = Some(137);
                    task.container_reason = Some("the supervisor of the task was killed".to_owned());
                    task.end(
                        StopCode::EssentialContainerExited,
                        "Essential container in task exited",
                    );
                }
            }
        })
        .await
    }

    /// Says that the task has stopped once its log is complete; may be repeated.
    async fn clean_up(self: &Arc<Self>, task: &Task, directory: &Directory) -> Result<(), Error> {
        if task.log_stream().is_some() {
            self.logs.finish(directory.output()).await?;
        }
        directory.forget_command().map_err(Error::internal)?;
        let stopped_ms = self.config.clock.now_ms();
        self.move_on(&task.id, move |task| {
            task.status = Status::Stopped;
            task.stopped_ms = Some(stopped_ms);
        })
        .await?;
        Ok(())
    }

    /// Tells the task's supervisor to stop it, now or as soon as there is one.
    pub(super) fn ask_to_stop(&self, id: &str) -> Result<(), Error> {
        let directory = self.directory(id);
        directory.request_stop().map_err(Error::internal)?;
        if let Some(supervisor) = directory.supervisor().map_err(Error::internal)? {
            supervisor.signal(Signal::TERM).map_err(Error::internal)?;
        }
        Ok(())
    }

    async fn follow_output(self: &Arc<Self>, task: &Task, directory: &Directory) -> Result<(), Error> {
        match task.log_stream() {
            Some(stream) => self.logs.follow(directory.output(), stream).await,
            None => Ok(()),
        }
    }

    /// What the supervisor runs: the container's command in a clean environment.
    fn command(&self, task: &Task) -> Command {
        let Self { config, .. } = self;
        let (access_key_id, secret_access_key) =
            (config.credentials)(task.task_role.as_deref().unwrap_or(""));
        let home = self.directory(&task.id).home();
        let mut environment = vec![
            ("PATH".to_owned(), config.path.clone()),
            ("HOME".to_owned(), home.to_string_lossy().into_owned()),
            // A container's files are its own, and go with it.
            ("TMPDIR".to_owned(), home.to_string_lossy().into_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("AWS_REGION".to_owned(), task.region.clone()),
            ("AWS_DEFAULT_REGION".to_owned(), task.region.clone()),
            ("AWS_EXECUTION_ENV".to_owned(), "AWS_ECS_FARGATE".to_owned()),
            ("AWS_ENDPOINT_URL".to_owned(), config.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID".to_owned(), access_key_id),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), secret_access_key),
            (
                "ECS_CONTAINER_METADATA_URI_V4".to_owned(),
                format!(
                    "{}{}{}",
                    config.endpoint,
                    super::METADATA_PREFIX,
                    task.metadata_token
                ),
            ),
        ];
        let container = &task.container;
        environment.extend(
            container
                .environment
                .iter()
                .map(|variable| (variable.name.clone(), variable.value.clone())),
        );
        Command {
            argv: container
                .entry_point
                .iter()
                .chain(&container.command)
                .cloned()
                .collect(),
            environment,
            working_directory: container.working_directory.clone(),
            stop_timeout_ms: container.stop_timeout_ms(),
        }
    }

    async fn task(self: &Arc<Self>, id: &str) -> Result<Task, Error> {
        let inner = Arc::clone(self);
        let id = id.to_owned();
        blocking(move || {
            let task = inner
                .database
                .read(|connection| super::store::task(connection, &id))?;
            task.ok_or_else(|| Error::internal(format!("task {id} has no record")))
        })
        .await
    }

    async fn move_on(
        self: &Arc<Self>,
        id: &str,
        change: impl FnOnce(&mut Task) + Send + 'static,
    ) -> Result<Task, Error> {
        let inner = Arc::clone(self);
        let id = id.to_owned();
        blocking(move || {
            inner.change(&id, |task| {
                change(task);
                true
            })
        })
        .await
    }
}

impl Task {
    /// Names the cause of the end, unless somebody has asked for it before.
    fn end(&mut self, code: StopCode, reason: &str) {
        self.stop_code.get_or_insert(code);
        self.stopped_reason.get_or_insert_with(|| reason.to_owned());
    }

    /// Where the awslogs driver sends the output, if it is configured.
    fn log_stream(&self) -> Option<logs::Follow> {
        let LogConfiguration { options, .. } = self.container.log_configuration.as_ref()?;
        let prefix = options.get("awslogs-stream-prefix").map_or("ecs", String::as_str);
        Some(logs::Follow {
            region: options.get("awslogs-region").unwrap_or(&self.region).clone(),
            group: options.get("awslogs-group").cloned().unwrap_or_default(),
            stream: format!("{prefix}/{}/{}", self.container.name, self.id),
            create_group: options
                .get("awslogs-create-group")
                .is_some_and(|value| value == "true"),
        })
    }
}

fn cannot_start(detail: &str) -> End {
    End::NeverRan(Some(format!("CannotStartContainerError: {detail}")))
}
