//! The process of a load container: the agent, or the guard of an agent's engine.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Context as _;
use aws::{Gateways, HttpClient, Patience, connect};
use oleada_worker::{Config, agent, process::guard};
use tracing_subscriber::EnvFilter;

/// The environment is not as a task's should be: EX_USAGE.
const USAGE: u8 = 64;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    // One thread: the worker must cost little beside the engine.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match arguments.split_first() {
        None => runtime.block_on(work()),
        Some((word, command)) if word == guard::WORD => Ok(runtime.block_on(guard::run(command))?.into()),
        Some((word, _)) => {
            eprintln!(
                "oleada-worker takes its orders from the environment, not `{}`",
                word.display()
            );
            Ok(USAGE.into())
        }
    }
}

async fn work() -> anyhow::Result<ExitCode> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,oleada_worker=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let binary = std::env::current_exe().context("this binary cannot be found")?;
    let config = match Config::from_env(|name| std::env::var(name).ok(), binary) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "the environment is not that of a worker");
            return Ok(USAGE.into());
        }
    };
    // Its own way of trying again is the worker's, which knows how much time is left.
    let sdk = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let gateways = Gateways::new(&sdk, config.deployment.clone());
    Ok(agent::run(config, gateways).await?.exit_code().into())
}
