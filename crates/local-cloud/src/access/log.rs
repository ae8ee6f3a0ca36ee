//! What becomes of permissions: a file with a line for each that is granted, for each that is used for the first time, and for
//! each call that is denied.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Mutex,
};

use crate::policy::{Need, Permission};

/// Lines of five columns with tabs between them: what happened, role, action, resource, conditions (JSON, or nothing).
#[derive(Debug)]
pub(super) struct Log {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    written: HashSet<String>,
}

impl Log {
    /// Goes on at the end of the file if there is one.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Self {
            state: Mutex::new(State {
                file,
                written: HashSet::new(),
            }),
        })
    }

    pub fn granted(&self, role: &str, permission: Permission<'_>) {
        self.write_once(line("granted", role, permission));
    }

    pub fn used(&self, role: &str, permission: Permission<'_>) {
        self.write_once(line("used", role, permission));
    }

    pub fn denied(&self, role: &str, need: &Need) {
        let resource = need.resource.replace(char::is_control, " ");
        self.write_once(format!("denied\t{role}\t{}\t{resource}\t\n", need.action));
    }

    fn write_once(&self, line: String) {
        let mut state = self.state.lock().expect("no holder panics");
        if state.written.contains(&line) {
            return;
        }
        // In one piece: others may append to the same file.
        if let Err(error) = state.file.write_all(line.as_bytes()) {
            tracing::error!(%error, "the log of permissions cannot be written");
        }
        state.written.insert(line);
    }
}

fn line(what: &str, role: &str, permission: Permission<'_>) -> String {
    let Permission {
        action,
        resource,
        condition,
    } = permission;
    let condition = if condition.is_empty() {
        String::new()
    } else {
        serde_json::to_string(condition).expect("conditions are plain data")
    };
    format!("{what}\t{role}\t{action}\t{resource}\t{condition}\n")
}
