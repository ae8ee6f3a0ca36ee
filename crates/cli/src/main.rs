//! The `oleada` binary: the whole product on one machine.

mod console;
mod demo;
mod functions;
mod login;
mod resources;
mod roles;
mod token;
mod up;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use local_cloud::ecs;
use model::Region;
use tracing_subscriber::EnvFilter;

/// Usage or input error, after sysexits.h.
const EX_USAGE: u8 = 64;
/// Server, port or engine unavailable.
const EX_UNAVAILABLE: u8 = 69;

#[derive(Parser)]
#[command(name = "oleada", version, about = "Distributed load testing")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole product on this machine
    Up(Up),
}

#[derive(clap::Args)]
struct Up {
    /// Where the product listens, on loopback; 0 picks a free port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept
    #[arg(long, default_value = ".oleada")]
    data: PathBuf,
    /// The regions on offer; the first is the hub
    #[arg(long, value_delimiter = ',', default_value = "us-east-1,sa-east-1")]
    regions: Vec<Region>,
    /// The directory of the load engines
    #[arg(long, env = "OLEADA_ENGINES", default_value = ".engines")]
    engines: PathBuf,
    /// The directory of the console's build
    #[arg(long, env = "OLEADA_CONSOLE", default_value = "console/dist")]
    console: PathBuf,
    /// A file with the permissions of functions and workers, instead of those of the infrastructure
    #[arg(long)]
    roles: Option<PathBuf>,
    /// A file to note in which permissions are used, and every call that is denied
    #[arg(long)]
    access_log: Option<PathBuf>,
}

fn main() -> ExitCode {
    // A task's supervisor is this binary, and must stay small: before anything else is set up.
    if let Some(task) = ecs::supervisor_requested(std::env::args_os()) {
        return ecs::supervise(&task);
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { EX_USAGE } else { 0 };
            // Nobody is left to tell when neither stream can be written.
            return if error.print().is_ok() {
                code.into()
            } else {
                EX_UNAVAILABLE.into()
            };
        }
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let Command::Up(up) = arguments.command;
    match up::run(up) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oleada: {error:#}");
            EX_UNAVAILABLE.into()
        }
    }
}
