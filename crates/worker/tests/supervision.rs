//! Nothing of a job survives its worker, whichever way the worker ends.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use oleada_worker::process::{
    supervised::{Job, Supervised},
    tree,
};

const GUARD: &str = env!("CARGO_BIN_EXE_oleada-worker");

/// A shell that leaves an orphan in a session of its own, writes both ids to `pids`, and stays.
fn job(directory: &Path) -> Job {
    let script = "setsid sh -c 'echo $$ >> pids; exec sleep 300' & echo $$ >> pids; exec sleep 300";
    Job {
        program: "/bin/sh".into(),
        arguments: ["-c", script].map(Into::into).to_vec(),
        directory: directory.to_owned(),
        environment: [("PATH".to_owned(), "/usr/bin:/bin".into())].into(),
        output: directory.join("out"),
    }
}

/// The two processes of [`job`], once they are there.
async fn pids(directory: &Path) -> Vec<i32> {
    let path = directory.join("pids");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let pids: Vec<i32> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
        if pids.len() == 2 {
            return pids;
        }
        assert!(Instant::now() < deadline, "the job did not start: {text:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn assert_gone(pids: &[i32]) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while pids.iter().any(|pid| is_running(*pid)) {
        assert!(Instant::now() < deadline, "a process of the job is left");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether the process still does something: one that is dead and not waited for does not.
fn is_running(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[tokio::test]
async fn a_kill_reaches_an_orphan_in_a_session_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let mut job = Supervised::start(GUARD.as_ref(), &job(directory.path())).unwrap();
    let pids = pids(directory.path()).await;
    job.kill();
    assert_eq!(job.wait().await.unwrap(), 128 + 9);
    assert_gone(&pids).await;
}

#[tokio::test]
async fn the_exit_code_is_the_commands_and_what_it_left_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let mut job = job(directory.path());
    job.arguments[1] = "setsid sh -c 'echo $$ >> pids; exec sleep 300' & \
        while ! test -s pids; do sleep 0.01; done; echo $$ >> pids; exit 7"
        .into();
    let mut job = Supervised::start(GUARD.as_ref(), &job).unwrap();
    assert_eq!(job.wait().await.unwrap(), 7);
    assert_gone(&pids(directory.path()).await).await;
}

#[tokio::test]
async fn a_request_to_end_goes_on_to_the_command() {
    let directory = tempfile::tempdir().unwrap();
    let mut job = job(directory.path());
    job.arguments[1] = "trap 'echo asked; exit 3' TERM; echo $$ >> pids; echo $$ >> pids; \
        while true; do sleep 0.05; done"
        .into();
    let mut job = Supervised::start(GUARD.as_ref(), &job).unwrap();
    pids(directory.path()).await;
    job.terminate();
    assert_eq!(job.wait().await.unwrap(), 3);
    assert_eq!(
        std::fs::read_to_string(directory.path().join("out")).unwrap(),
        "asked\n"
    );
}

#[tokio::test]
async fn a_job_does_not_ignore_interrupts_though_its_worker_may() {
    let directory = tempfile::tempdir().unwrap();
    let mut job = job(directory.path());
    // SigIgn is a mask of the ignored signals; SIGINT is bit 1.
    job.arguments[1] = "sed -n 's/^SigIgn:\t//p' /proc/self/status".into();
    let mut shell = job.clone();
    shell.program = "/bin/sh".into();
    // The guard itself is started by a shell that ignores SIGINT.
    let line = format!("trap '' INT; mkfifo pipe; exec 3<> pipe; exec {GUARD} guard /bin/sh -c \"$0\" <&3");
    shell.arguments = vec!["-c".into(), line.into(), job.arguments[1].clone()];
    let mut outer = Supervised::start(GUARD.as_ref(), &shell).unwrap();
    outer.wait().await.unwrap();
    let mask = std::fs::read_to_string(directory.path().join("out")).unwrap();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    assert_eq!(mask & (1 << (Signal::SIGINT as u64 - 1)), 0, "{mask:x}");
}

#[tokio::test]
async fn a_worker_that_is_killed_takes_its_job_along() {
    let directory = tempfile::tempdir().unwrap();
    // A guard under a guard: the outer job plays the worker, which holds the pipe and is then killed with SIGKILL.
    let mut worker = job(directory.path());
    worker.program = PathBuf::from("/bin/sh");
    let inner = worker.arguments[1].clone();
    let line = format!(
        "mkfifo pipe; {GUARD} guard /bin/sh -c \"$0\" < pipe & exec 3> pipe; echo $$ > worker; sleep 300"
    );
    worker.arguments = vec!["-c".into(), line.into(), inner];
    let mut shell = tokio::process::Command::new(&worker.program)
        .args(&worker.arguments)
        .current_dir(&worker.directory)
        .process_group(0)
        .spawn()
        .unwrap();
    let pids = pids(directory.path()).await;
    let me = std::fs::read_to_string(directory.path().join("worker")).unwrap();
    // The shell's own sleep holds the pipe, too.
    for living in tree::descendants(me.trim().parse().unwrap()) {
        let is_own = std::fs::read(format!("/proc/{}/cmdline", living.process.pid))
            .is_ok_and(|line| line.starts_with(b"sleep"));
        if is_own && !pids.contains(&living.process.pid) {
            tree::send(living.process.pid, Signal::SIGKILL);
        }
    }
    shell.start_kill().unwrap();
    shell.wait().await.unwrap();
    assert_gone(&pids).await;
}
