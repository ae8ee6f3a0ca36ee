//! Taurus as a job: its directories, its configuration, its command line.

use std::{collections::BTreeMap, io, path::Path};

use script::taurus;

use super::{Prepared, Surroundings};
use crate::process::supervised::Job;

/// What Taurus prints before it has a log.
const OUTPUT: &str = "engine.out";

/// Writes the configuration and answers the job. `environment` is for the engine under Taurus. The files that the
/// engine's options name are expected in the working directory, `work` below the worker's own.
pub fn prepare(
    surroundings: &Surroundings,
    plan: &Path,
    environment: BTreeMap<String, String>,
) -> io::Result<Prepared> {
    let Surroundings {
        engines, directory, ..
    } = surroundings;
    let (work, home, artifacts) = (
        directory.join("work"),
        directory.join("home"),
        directory.join("artifacts"),
    );
    for directory in [&work, &home, &artifacts] {
        std::fs::create_dir_all(directory)?;
    }
    let config = work.join("taurus.json");
    std::fs::write(&config, taurus::config(plan, &artifacts, engines).to_string())?;
    let mut variables = surroundings.environment.clone();
    variables.extend(environment);
    // It writes `.bzt-rc` there.
    variables.insert("HOME".to_owned(), home.to_string_lossy().into_owned());
    variables.insert("LANG".to_owned(), "C.UTF-8".to_owned());
    let output = artifacts.join(OUTPUT);
    Ok(Prepared {
        job: Job {
            program: engines.join("venv/bin/python"),
            arguments: ["-m", "bzt.cli", "-q", "taurus.json"].map(Into::into).to_vec(),
            directory: work,
            environment: variables
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect(),
            output: output.clone(),
        },
        rows: artifacts.join(taurus::ROWS),
        exchanges: None,
        log: artifacts.join("jmeter.log"),
        close_after: std::time::Duration::from_millis(500),
        artifacts: ["bzt.log", "jmeter.log", "final.xml"]
            .map(|name| (name, artifacts.join(name)))
            .to_vec(),
        // What a script prints goes to jmeter.out.
        growing: ["jmeter.out", "jmeter.err", "jmeter.log", "bzt.log", OUTPUT]
            .map(|name| artifacts.join(name))
            .to_vec(),
        logs: vec![
            artifacts.join("jmeter.err"),
            artifacts.join("bzt.log"),
            artifacts.join("jmeter.log"),
            output,
        ],
    })
}
