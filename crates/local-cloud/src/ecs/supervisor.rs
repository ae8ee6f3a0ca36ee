//! The small process above each task: a mode of the host's own executable that outlives the host.
//!
//! Plain and synchronous, so that it costs a couple of megabytes. It leads a session of its own and adopts the orphans
//! among its descendants, so that none escapes. When the command ends, what it left behind is killed, as the end of
//! a container's first process ends the container.

use std::{
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{self, ExitCode, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use nix::{
    errno::Errno,
    sys::{
        prctl,
        signal::{SigSet, Signal},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, setsid},
};

use super::{
    directory::{Command, Directory, Ended, Started},
    process::{Identity, descendants, send},
};

/// The argument that makes the executable a supervisor: `<exe> task-supervisor <task directory>`.
pub const MODE: &str = "task-supervisor";

/// The task directory, when these arguments (the program's name first) ask for a supervisor.
pub fn requested(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<PathBuf> {
    let mode = arguments.nth(1)?;
    if mode == MODE {
        arguments.next().map(PathBuf::from)
    } else {
        None
    }
}

/// Runs the task of `directory` to its end.
///
/// Call it first thing in `main`, before any runtime is built. The exit status only says whether the supervisor
/// itself worked; how the task ended is in its directory.
pub fn supervise(directory: &Path) -> ExitCode {
    match run(&Directory::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody listens to the supervisor's own output: the host sees that it ended without a word.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(directory: &Directory) -> io::Result<()> {
    // Blocked before the claim shows who to signal; taken one by one below.
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        signals.add(signal);
    }
    signals.thread_block()?;
    // Fails only for a process that already leads its group, and such a one has been detached by who started it.
    match setsid() {
        Ok(_) | Err(Errno::EPERM) => {}
        Err(error) => return Err(error.into()),
    }
    prctl::set_child_subreaper(true)?;
    let own = Identity::own()?;
    if !directory.claim(own)? {
        return Ok(());
    }
    if directory.stop_requested() {
        return directory.write_ended(&Ended {
            exit_code: None,
            failure: None,
            at_ms: now_ms(),
        });
    }
    let command = directory.command()?;
    let main = match start(directory, &command) {
        Ok(pid) => pid,
        Err(error) => {
            let failure = Some(format!(
                "{}: {error}",
                command.argv.first().map_or("", String::as_str)
            ));
            return directory.write_ended(&Ended {
                exit_code: None,
                failure,
                at_ms: now_ms(),
            });
        }
    };
    // Not yet reaped, so the pid is still its own even if it has ended.
    let process = Identity::of(main).ok_or_else(|| io::Error::other("/proc does not show the command"))?;
    directory.write_started(&Started {
        process,
        at_ms: now_ms(),
    })?;
    let exit_code = wait(
        directory,
        &signals,
        own.pid,
        main,
        Duration::from_millis(command.stop_timeout_ms),
    )?;
    let at_ms = now_ms();
    end_descendants(own.pid)?;
    directory.write_ended(&Ended {
        exit_code: Some(exit_code),
        failure: None,
        at_ms,
    })
}

fn start(directory: &Directory, command: &Command) -> io::Result<i32> {
    let Some((program, arguments)) = command.argv.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "there is no command to run",
        ));
    };
    let output = directory.open_output()?;
    let mut child = process::Command::new(program);
    child
        .args(arguments)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(
            command
                .working_directory
                .clone()
                .unwrap_or_else(|| directory.home()),
        )
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0);
    // A child inherits the mask of the thread that starts it, and this one's is closed. A signal that comes in between
    // ends the supervisor: the host then ends the task.
    let child = std::thread::scope(|scope| {
        let open = scope.spawn(|| {
            SigSet::all().thread_unblock()?;
            child.spawn()
        });
        open.join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that starts the command panicked")))
    })?;
    // Reaped below together with adopted orphans, not through this handle.
    Ok(child.id().cast_signed())
}

/// Waits for the command's end, passing a stop on to it; answers its exit code.
fn wait(directory: &Directory, signals: &SigSet, own: i32, main: i32, patience: Duration) -> io::Result<i32> {
    let mut stopping = directory.stop_requested();
    while !stopping {
        if let Some(code) = reap(main)? {
            return Ok(code);
        }
        stopping = signals.wait()? != Signal::SIGCHLD;
    }
    send(main, rustix::process::Signal::TERM)?;
    let deadline = Instant::now() + patience;
    loop {
        if let Some(code) = reap(main)? {
            return Ok(code);
        }
        if Instant::now() >= deadline {
            for pid in descendants(own)? {
                send(pid, rustix::process::Signal::KILL)?;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Takes every child that has ended; answers the exit code of `main` if it was among them.
fn reap(main: i32) -> io::Result<Option<i32>> {
    let mut ended = None;
    loop {
        match waitpid(None::<Pid>, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, code)) if pid.as_raw() == main => ended = Some(code),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid.as_raw() == main => {
                ended = Some(128 + signal as i32);
            }
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return Ok(ended),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Kills and reaps until no descendant is left.
fn end_descendants(own: i32) -> io::Result<()> {
    let mut pause = Duration::from_millis(1);
    loop {
        let left = descendants(own)?;
        for pid in &left {
            send(*pid, rustix::process::Signal::KILL)?;
        }
        reap(0)?;
        if left.is_empty() {
            return Ok(());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
