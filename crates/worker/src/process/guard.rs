//! The guard: a small process between the worker and the engine that outlives the worker just long enough to end the
//! engine.
//!
//! A worker that is killed with SIGKILL can clean up nothing. The guard holds the reading end of a pipe whose writing end
//! only the worker has: when that closes, whatever the reason, the guard kills all that descends from it and ends. It
//! is the same binary, started as `oleada-worker guard <program> <argument>…`.

use std::{
    ffi::OsString,
    io,
    os::{
        fd::AsFd,
        unix::process::{CommandExt, ExitStatusExt},
    },
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::sys::{prctl::set_child_subreaper, signal::Signal};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

use super::tree;

/// The word on the command line that makes the binary a guard.
pub const WORD: &str = "guard";
/// More than the kernel needs to end processes that were killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs `command` and answers its exit code (128 + n after signal n); 127 when it cannot be started.
///
/// SIGTERM goes on to the command. The end of standard input kills everything.
pub async fn run(command: &[OsString]) -> io::Result<u8> {
    set_child_subreaper(true)?;
    let mut terminate = signal(SignalKind::terminate())?;
    // A signal that is handled here has its default action again in the child. A shell that starts the worker in the
    // background makes it ignore SIGINT, and with it, without this, Python and all it starts.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut worker = pipe::Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?;
    let mut engine = match start(command) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("cannot start {:?}: {error}", command.first());
            return Ok(127);
        }
    };
    let pid = engine.id().and_then(|pid| i32::try_from(pid).ok());
    let me = i32::try_from(std::process::id()).map_err(io::Error::other)?;
    let mut word = [0; 1];
    let status = loop {
        tokio::select! {
            status = engine.wait() => break status?,
            _ = terminate.recv() => if let Some(pid) = pid { tree::send(pid, Signal::SIGTERM) },
            _ = interrupt.recv() => {}
            read = worker.read(&mut word) => if !matches!(read, Ok(1..)) {
                tree::end(me, pid, PATIENCE).await;
                break engine.wait().await?;
            },
        }
    };
    // What the command has left behind has nobody to answer to.
    tree::end(me, None, PATIENCE).await;
    Ok(code(status))
}

fn start(command: &[OsString]) -> io::Result<Child> {
    let [program, arguments @ ..] = command else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no command was given",
        ));
    };
    let mut command = std::process::Command::new(program);
    command.args(arguments).stdin(Stdio::null()).process_group(0);
    Command::from(command).spawn()
}

fn code(status: ExitStatus) -> u8 {
    let signalled = || status.signal().map(|signal| 128 + signal);
    status
        .code()
        .or_else(signalled)
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(255)
}
