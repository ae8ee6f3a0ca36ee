//! Operating-system processes: who is who, who descends from whom, and how they are ended.

use std::{collections::HashMap, io};

use procfs::process::{Process, Stat, all_processes};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// A process for certain: pids are reused, a pid and its start time together are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    pub pid: i32,
    /// Clock ticks since boot, field 22 of `/proc/<pid>/stat`.
    pub start_time: u64,
}

impl Identity {
    /// The process that has this pid now, a zombie included.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        stat(pid).map(|stat| Self {
            pid,
            start_time: stat.starttime,
        })
    }

    /// The calling process.
    pub(crate) fn own() -> io::Result<Self> {
        let pid = std::process::id().cast_signed();
        Self::of(pid).ok_or_else(|| io::Error::other("/proc does not show this process"))
    }

    /// Whether the very process still runs; a zombie does not.
    pub(crate) fn is_alive(self) -> bool {
        stat(self.pid)
            .is_some_and(|stat| stat.starttime == self.start_time && !matches!(stat.state, 'Z' | 'X'))
    }

    /// Signals the very process, and no other that got its pid; answers whether it was there.
    pub(crate) fn signal(self, signal: Signal) -> io::Result<bool> {
        if !self.is_alive() {
            return Ok(false);
        }
        send(self.pid, signal)
    }

    /// A descriptor that becomes readable when the process has ended; `None` when it already has.
    pub(crate) fn watch(self) -> io::Result<Option<std::os::fd::OwnedFd>> {
        let Some(pid) = Pid::from_raw(self.pid) else {
            return Ok(None);
        };
        let descriptor = match rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::NONBLOCK) {
            Ok(descriptor) => descriptor,
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Looked at after opening, so that the descriptor cannot be that of a later process.
        Ok(self.is_alive().then_some(descriptor))
    }
}

/// Sends a signal; a process that is gone is no error and answers `false`.
pub(crate) fn send(pid: i32, signal: Signal) -> io::Result<bool> {
    let Some(pid) = Pid::from_raw(pid) else {
        return Ok(false);
    };
    match kill_process(pid, signal) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::SRCH) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Every living descendant of `root`, children first, `root` not among them.
pub(crate) fn descendants(root: i32) -> io::Result<Vec<i32>> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for stat in living()? {
        children.entry(stat.ppid).or_default().push(stat.pid);
    }
    let mut found = Vec::new();
    let mut next = vec![root];
    while let Some(parent) = next.pop() {
        let of_parent = children.remove(&parent).unwrap_or_default();
        found.extend(&of_parent);
        next.extend(of_parent);
    }
    Ok(found)
}

/// Every living process of a session.
pub(crate) fn session(id: i32) -> io::Result<Vec<i32>> {
    Ok(living()?
        .filter(|stat| stat.session == id)
        .map(|stat| stat.pid)
        .collect())
}

fn living() -> io::Result<impl Iterator<Item = Stat>> {
    let processes = all_processes().map_err(io::Error::other)?;
    // A process that ends while the list is read is no error.
    let stats = processes.filter_map(|process| process.ok()?.stat().ok());
    Ok(stats.filter(|stat| !matches!(stat.state, 'Z' | 'X')))
}

fn stat(pid: i32) -> Option<Stat> {
    Process::new(pid).ok()?.stat().ok()
}
