//! A command under a guard, as the worker sees it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::process::{Child, ChildStdin, Command};

use super::{guard, tree};

/// More than a guard needs to kill and to go.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is to run, and nothing of the worker's own environment.
#[derive(Debug, Clone)]
pub struct Job {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub directory: PathBuf,
    pub environment: BTreeMap<String, OsString>,
    /// Takes standard output and standard error.
    pub output: PathBuf,
}

/// A job that was started. Its processes end with the worker, however the worker ends.
#[derive(Debug)]
pub struct Supervised {
    guard: Child,
    /// The guard takes the end of this pipe for the end of the worker.
    hold: Option<ChildStdin>,
}

impl Supervised {
    /// Starts the job under a guard, which is `binary` with [`guard::WORD`].
    pub fn start(binary: &Path, job: &Job) -> io::Result<Self> {
        let output = File::create(&job.output)?;
        let mut command = std::process::Command::new(binary);
        command
            .arg(guard::WORD)
            .arg(&job.program)
            .args(&job.arguments)
            .current_dir(&job.directory)
            .env_clear()
            .envs(&job.environment)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // A signal to the worker's group, such as a terminal's Ctrl-C, is the worker's to answer.
            .process_group(0);
        let mut guard = Command::from(command).spawn()?;
        let hold = guard.stdin.take();
        Ok(Self { guard, hold })
    }

    /// Asks the job to end.
    pub fn terminate(&self) {
        if let Some(pid) = self.guard.id().and_then(|pid| i32::try_from(pid).ok()) {
            tree::send(pid, Signal::SIGTERM);
        }
    }

    /// Has everything killed; [`Self::wait`] then ends soon.
    pub fn kill(&mut self) {
        self.hold = None;
    }

    /// The job's exit code, 128 + n after signal n. May be dropped and called again.
    pub async fn wait(&mut self) -> io::Result<i32> {
        let status = self.guard.wait().await?;
        Ok(status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
    }

    /// Makes sure that nothing of the job is left, also when the guard itself was killed: its orphans come to the
    /// worker if that is a subreaper.
    pub async fn end(mut self) -> io::Result<()> {
        self.kill();
        let me = i32::try_from(std::process::id()).map_err(io::Error::other)?;
        if tokio::time::timeout(PATIENCE, self.guard.wait()).await.is_err() {
            tracing::warn!("the guard did not end in time");
        }
        if tree::end(me, None, PATIENCE).await {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "processes of the engine could not be killed",
            ))
        }
    }
}
