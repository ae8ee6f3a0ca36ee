//! The engines: what is fetched and written before one can start, and what the agent must know of it.
//!
//! The agent sees a [`Prepared`] and nothing else of an engine. A further engine is a further file beside `jmeter.rs`
//! that makes one.

pub mod jmeter;
pub mod taurus;

use std::{collections::BTreeMap, io, path::PathBuf, time::Duration};

use aws::objects::Objects;
use model::{Region, RunId, plan::Plan, scenario::Scenario, workload};

use crate::{gate::Gate, process::supervised::Job};

/// An engine that can be started.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub job: Job,
    /// The file that takes a row for each sample.
    pub rows: PathBuf,
    /// The file that takes the exchanges that are kept, if any are.
    pub exchanges: Option<PathBuf>,
    /// The engine's own log.
    pub log: PathBuf,
    /// How long after the end of a second its last samples may take to be in that file.
    pub close_after: Duration,
    /// Files that a person may want to see, with the names under which they are kept.
    pub artifacts: Vec<(&'static str, PathBuf)>,
    /// Files that grow for as long as the engine lives.
    pub growing: Vec<PathBuf>,
    /// Where the engine says why it died, the most telling file first.
    pub logs: Vec<PathBuf>,
}

/// What an engine is prepared for.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub run: RunId,
    pub region: &'a Region,
    /// 0-based over the whole run.
    pub worker: u32,
    pub scenario: &'a Scenario,
    /// One user tries the scenario out.
    pub validates: bool,
    pub plan: &'a Plan,
}

/// Where things are, and go, on this machine.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Where the engines are installed.
    pub engines: PathBuf,
    /// An empty directory of this worker alone.
    pub directory: PathBuf,
    /// The environment variables that the engine may see; nothing else of the worker's own gets to it.
    pub environment: BTreeMap<String, String>,
}

/// Why there is no engine to start. The messages are for the person who wrote the scenario.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the script could not be fetched")]
    Fetch(#[from] aws::Error),
    #[error("the script cannot be used: {0}")]
    Archive(#[from] script::archive::Error),
    #[error("`{file}` {problem}")]
    Plan { file: String, problem: String },
    #[error("the worker's files could not be written")]
    Io(#[from] io::Error),
    #[error("the run's plan has no place for worker {0}")]
    NoPlace(u32),
}

/// Fetches and writes all that the engine needs to start up to the gate.
pub async fn prepare(
    objects: &Objects,
    part: Part<'_>,
    surroundings: &Surroundings,
    gate: &Gate,
) -> Result<Prepared, Error> {
    match part.scenario.workload.engine() {
        workload::Engine::Jmeter => jmeter::prepare(objects, part, surroundings, gate).await,
    }
}
