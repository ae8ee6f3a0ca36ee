//! The directory of one task: how the host and the task's supervisor talk, also across a restart of the host.
//!
//! | file | written by | says |
//! |---|---|---|
//! | `command.json` | host | what to run; holds credentials, mode 0600, removed when the task has ended |
//! | `claim.json` | the one supervisor that runs the task | which process the supervisor is |
//! | `started.json` | supervisor | which process the command is |
//! | `stop` | host | the task is to be stopped |
//! | `ended.json` | supervisor | how the command ended; by then no descendant of it is left |
//! | `output.log` | the command | its stdout and stderr |
//! | `home/` | the command | its `HOME` and working directory |

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::process::Identity;

/// What a supervisor runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Command {
    pub argv: Vec<String>,
    /// The whole environment; nothing is inherited.
    pub environment: Vec<(String, String)>,
    /// The task's own `home/` when there is none.
    pub working_directory: Option<PathBuf>,
    /// From SIGTERM to SIGKILL.
    pub stop_timeout_ms: u64,
}

/// The command runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started {
    pub process: Identity,
    /// Milliseconds since the epoch.
    pub at_ms: i64,
}

/// The command has ended, or could not be started.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ended {
    /// As a container runtime reports it: 128 + signal for a command that a signal ended.
    pub exit_code: Option<i32>,
    /// Why it did not start.
    pub failure: Option<String>,
    pub at_ms: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Creates what is missing; may be repeated.
    pub(super) fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(self.home())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    pub(super) fn output(&self) -> PathBuf {
        self.path.join("output.log")
    }

    /// The output file, for the command to append to.
    pub(super) fn open_output(&self) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.output())
    }

    pub(super) fn write_command(&self, command: &Command) -> io::Result<()> {
        self.write("command.json", command)
    }

    /// Fails when there is none.
    pub(super) fn command(&self) -> io::Result<Command> {
        self.read("command.json")?
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Takes the task for `supervisor`; `false` when another one has it, so that a task runs once at most.
    pub(super) fn claim(&self, supervisor: Identity) -> io::Result<bool> {
        let draft = self.draft("claim.json", &supervisor)?;
        let claimed = fs::hard_link(&draft, self.path.join("claim.json"));
        fs::remove_file(draft)?;
        match claimed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The supervisor that has the task.
    pub(super) fn supervisor(&self) -> io::Result<Option<Identity>> {
        self.read("claim.json")
    }

    pub(super) fn write_started(&self, started: &Started) -> io::Result<()> {
        self.write("started.json", started)
    }

    pub(super) fn started(&self) -> io::Result<Option<Started>> {
        self.read("started.json")
    }

    pub(super) fn write_ended(&self, ended: &Ended) -> io::Result<()> {
        self.write("ended.json", ended)
    }

    pub(super) fn ended(&self) -> io::Result<Option<Ended>> {
        self.read("ended.json")
    }

    /// Asks for the task to be stopped, also when no supervisor runs yet.
    pub(super) fn request_stop(&self) -> io::Result<()> {
        self.create()?;
        File::create(self.path.join("stop")).map(drop)
    }

    pub(super) fn stop_requested(&self) -> bool {
        self.path.join("stop").exists()
    }

    /// Removes the credentials once they are of no use.
    pub(super) fn forget_command(&self) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.path.join("command.json")))
    }

    pub(super) fn remove(&self) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(&self.path))
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let draft = self.draft(name, value)?;
        fs::rename(draft, self.path.join(name))
    }

    /// A complete file beside the final one, so that no reader sees half of it.
    fn draft(&self, name: &str, value: &impl Serialize) -> io::Result<PathBuf> {
        let path = self.path.join(format!("{name}.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        Ok(path)
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
