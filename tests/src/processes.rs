//! What a product has left running: its tasks live in its data directory, and so do all that they start.

use std::{fs, os::unix::ffi::OsStrExt, path::Path};

/// A process that works in a data directory.
#[derive(Debug, Clone)]
pub struct Process {
    pub pid: u32,
    /// The arguments, joined by blanks.
    pub command: String,
}

/// Every process, of whatever parent, that works in this data directory or names it in its arguments; the product itself
/// does neither from within a task.
pub fn of_tasks(data: &Path) -> Vec<Process> {
    let tasks = data
        .canonicalize()
        .unwrap_or_else(|_| data.to_owned())
        .join("ecs");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let works_there = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&tasks));
        let wanted = tasks.as_os_str().as_bytes();
        let names_it = command.windows(wanted.len()).any(|part| part == wanted);
        // A zombie has no arguments, and nothing that it could still do.
        if command.is_empty() || !(works_there || names_it) {
            return None;
        }
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        Some(Process { pid, command })
    })
    .collect()
}

/// Those of a data directory whose command holds `word`.
pub fn with(data: &Path, word: &str) -> Vec<Process> {
    of_tasks(data)
        .into_iter()
        .filter(|process| process.command.contains(word))
        .collect()
}
