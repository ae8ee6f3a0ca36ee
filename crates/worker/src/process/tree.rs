//! The processes that descend from one, as `/proc` tells.

use std::{collections::HashMap, time::Duration};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, waitpid},
    },
    unistd::Pid,
};
use procfs::process::{ProcState, Stat, all_processes};

/// One process. A pid is used again in time; with its start it names a process for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Process {
    pub pid: i32,
    /// Clock ticks from the machine's boot.
    pub started: u64,
}

/// A process with what it does.
#[derive(Debug, Clone, Copy)]
pub struct Living {
    pub process: Process,
    parent: i32,
    zombie: bool,
    /// CPU time so far, in user and system mode, in clock ticks.
    pub cpu: u64,
}

impl Living {
    /// Dead, and only not yet waited for.
    pub fn is_dead(&self) -> bool {
        self.zombie
    }
}

/// Everything that descends from `root`, without it and without those that are dead and only not yet waited for.
pub fn descendants(root: i32) -> Vec<Living> {
    let mut found = family(root);
    found.retain(|living| !living.zombie);
    found
}

/// A process by its pid.
pub fn find(pid: i32) -> Option<Living> {
    let process = procfs::process::Process::new(pid).ok()?;
    process.stat().ok().map(|stat| living(&stat))
}

/// Kills everything that descends from `root`, until nothing is left or `patience` is over; says whether nothing is.
///
/// Orphans must come back to `root`, which has to be a subreaper: otherwise a process whose parent has gone is not found.
/// Dead children of `root` are waited for, except `keep`, which somebody else waits for.
pub async fn end(root: i32, keep: Option<i32>, patience: Duration) -> bool {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let family = family(root);
        if !family.iter().any(|living| !living.zombie) {
            reap(root, keep, &family);
            return true;
        }
        for living in family.iter().filter(|living| !living.zombie) {
            send(living.process.pid, Signal::SIGKILL);
        }
        reap(root, keep, &family);
        if tokio::time::Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends a signal; a process that has gone meanwhile needs none.
pub fn send(pid: i32, signal: Signal) {
    match kill(Pid::from_raw(pid), signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => tracing::warn!(pid, %signal, %error, "could not signal a process"),
    }
}

fn reap(root: i32, keep: Option<i32>, family: &[Living]) {
    let dead = family
        .iter()
        .filter(|living| living.zombie && living.parent == root && Some(living.process.pid) != keep);
    for living in dead {
        let pid = living.process.pid;
        if let Err(error) = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG)) {
            tracing::debug!(pid, %error, "could not wait for a dead process");
        }
    }
}

fn family(root: i32) -> Vec<Living> {
    let Ok(processes) = all_processes() else {
        return Vec::new();
    };
    // A process that ends while it is read is no longer of interest.
    let all: Vec<Living> = processes
        .filter_map(|process| process.ok()?.stat().ok())
        .map(|stat| living(&stat))
        .collect();
    let mut children: HashMap<i32, Vec<Living>> = HashMap::new();
    for living in all {
        children.entry(living.parent).or_default().push(living);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        for child in children.remove(&pid).unwrap_or_default() {
            open.push(child.process.pid);
            found.push(child);
        }
    }
    found
}

fn living(stat: &Stat) -> Living {
    Living {
        process: Process {
            pid: stat.pid,
            started: stat.starttime,
        },
        parent: stat.ppid,
        zombie: matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead)),
        cpu: stat.utime + stat.stime,
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn children_of_children_are_descendants() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 30 & wait"])
            .spawn()
            .unwrap();
        let child_pid = child.id() as i32;
        let mut found = 0;
        for _ in 0..200 {
            found = descendants(child_pid).len();
            if found == 1 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let grandchildren = descendants(child_pid);
        assert!(
            descendants(id() as i32)
                .iter()
                .any(|living| living.process.pid == child_pid)
        );
        for living in grandchildren {
            send(living.process.pid, Signal::SIGKILL);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found, 1);
        assert!(find(child_pid).is_none());
    }
}
