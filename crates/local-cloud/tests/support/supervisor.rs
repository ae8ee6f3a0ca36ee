//! The executable that tests of this crate name as their tasks' supervisor.

use std::process::ExitCode;

fn main() -> ExitCode {
    match local_cloud::ecs::supervisor_requested(std::env::args_os()) {
        Some(directory) => local_cloud::ecs::supervise(&directory),
        None => ExitCode::from(64),
    }
}
