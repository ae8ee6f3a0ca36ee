//! JMeter under Taurus: the executed copy of the plan, and the properties that it is started with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use aws::objects::{Objects, keys};
use model::{
    Duration,
    shape::Shape,
    workload::{Script, Workload},
};
use script::{
    archive::{Archive, Limits},
    control::{Exchanges, Kept, Session},
    http,
    jmx::{
        self,
        execution::{self, GroupLoad, Load},
    },
    properties, taurus as files,
};

use super::{Error, Part, Prepared, Surroundings, taurus};
use crate::gate::Gate;

/// What an upload may have at most, in bytes.
const LARGEST_UPLOAD: u64 = 500 << 20;
/// The executed copy's name begins so, and it lies beside the original.
const COPY: &str = "oleada-";

/// Not among Taurus's artifacts: it holds more than a person needs, and what a person needs goes other ways.
const EXCHANGES: &str = "exchanges.jsonl";

/// Puts the script, its executed copy and its properties in place.
pub async fn prepare(
    objects: &Objects,
    part: Part<'_>,
    surroundings: &Surroundings,
    gate: &Gate,
) -> Result<Prepared, Error> {
    let directory = surroundings.directory.join("script");
    let original = match &part.scenario.workload {
        Workload::Http(workload) => {
            fs::create_dir_all(&directory)?;
            Original {
                plan: http::plan(workload),
                file: "requests.jmx".into(),
                jars: Vec::new(),
            }
        }
        Workload::Script(script) => fetch(objects, script, surroundings, &directory).await?,
    };
    let (given, system) = match &part.scenario.workload {
        Workload::Http(_) => Default::default(),
        Workload::Script(script) => (script.properties.clone(), script.system_properties.clone()),
    };
    let load = load(part, &original, &given)?;
    let prepared = execution::prepare(&original.plan, &load).map_err(|error| original.problem(&error))?;
    let copy = original.copy_in(&directory);
    fs::write(&copy, prepared.plan.to_bytes())?;
    rewrite_includes(&original.plan, &directory, &copy)?;

    let mut prepared = taurus::prepare(
        surroundings,
        &copy,
        BTreeMap::from([("HEAP".to_owned(), heap(part))]),
    )?;
    let mut all: Vec<(String, String)> = given.into_iter().collect();
    all.extend(own_properties(part));
    let class_paths = files::jar_properties(&directory, &copy, &original.jars);
    all.extend(
        class_paths
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    prepared.exchanges = kept(part).map(|_| surroundings.directory.join(EXCHANGES));
    let session = Session {
        port: gate.control().port(),
        token: gate.token().to_owned(),
        rows: prepared.rows.to_string_lossy().into_owned(),
        exchanges: kept(part)
            .zip(prepared.exchanges.as_ref())
            .map(|(of, file)| Exchanges {
                file: file.to_string_lossy().into_owned(),
                of,
            }),
        warm_up: Some(format!("http://{}/", gate.warm_up())),
    };
    all.extend(
        session
            .properties()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let work = &prepared.job.directory;
    fs::write(work.join(files::PROPERTIES), properties::file(all))?;
    fs::write(work.join(files::SYSTEM_PROPERTIES), properties::file(system))?;
    prepared.artifacts.push(("executed.jmx", copy));
    Ok(prepared)
}

/// The plan as it came.
struct Original {
    plan: jmx::Plan,
    /// Its path below the script's directory.
    file: String,
    /// Paths of jars below the script's directory.
    jars: Vec<String>,
}

impl Original {
    fn copy_in(&self, directory: &Path) -> PathBuf {
        let path = directory.join(&self.file);
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        path.with_file_name(format!("{COPY}{name}"))
    }

    fn problem(&self, error: &impl ToString) -> Error {
        Error::Plan {
            file: self.file.clone(),
            problem: error.to_string(),
        }
    }
}

async fn fetch(
    objects: &Objects,
    script: &Script,
    surroundings: &Surroundings,
    directory: &Path,
) -> Result<Original, Error> {
    let upload = surroundings.directory.join("upload");
    objects
        .download(&keys::script(script.script_id), &upload, LARGEST_UPLOAD)
        .await?;
    let (directory, entry) = (directory.to_owned(), script.entry.clone());
    // Unpacking takes a while, and the lease must be watched meanwhile.
    let unpack = tokio::task::spawn_blocking(move || unpack(&upload, &directory, entry.as_deref()));
    unpack.await.map_err(std::io::Error::other)?
}

fn unpack(upload: &Path, directory: &Path, entry: Option<&str>) -> Result<Original, Error> {
    let mut archive = Archive::open(
        File::open(upload)?,
        entry.unwrap_or("plan.jmx"),
        Limits::default(),
    )?;
    let file = archive.entry(entry)?;
    fs::create_dir_all(directory)?;
    archive.unpack(directory)?;
    // It is in the script's directory now; the disk is small.
    fs::remove_file(upload)?;
    let problem = |error: jmx::Error| Error::Plan {
        file: file.clone(),
        problem: error.to_string(),
    };
    let plan = jmx::Plan::parse(&fs::read(directory.join(&file))?).map_err(problem)?;
    Ok(Original {
        plan,
        file,
        jars: archive.jars(),
    })
}

/// Which exchanges are kept.
fn kept(part: Part<'_>) -> Option<Kept> {
    if part.validates {
        return Some(Kept::All);
    }
    part.scenario.capture_errors.then_some(Kept::Failures)
}

/// This worker's share of the load.
fn load(part: Part<'_>, original: &Original, properties: &BTreeMap<String, String>) -> Result<Load, Error> {
    if part.validates {
        let runs = original.plan.load_groups(properties);
        return Ok(Load::Once { runs });
    }
    let users = match &part.scenario.shape {
        Shape::Script(_) => return Ok(Load::Script),
        Shape::Users(users) => users,
    };
    let counts = original.plan.user_counts(properties).map_err(|refusals| {
        let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        original.problem(&refusals.join("; "))
    })?;
    let region = part
        .plan
        .region_of(part.worker)
        .ok_or(Error::NoPlace(part.worker))?;
    let share = region
        .share(part.worker, &counts)
        .ok_or(Error::NoPlace(part.worker))?;
    let groups = share
        .into_iter()
        .map(|group_users| GroupLoad {
            users: group_users,
            offset: offset(part.worker, part.plan.workers(), group_users, users.ramp_up),
        })
        .collect();
    Ok(Load::Users {
        groups,
        ramp_up: users.ramp_up,
    })
}

/// The ramps of all workers interlock: within the time between two starts of one worker each has its own moment.
fn offset(worker: u32, workers: u32, users: u32, ramp_up: Duration) -> Duration {
    let starts = u64::from(workers) * u64::from(users);
    Duration::from_ms(
        (ramp_up.as_ms() * u64::from(worker))
            .checked_div(starts)
            .unwrap_or(0),
    )
}

/// What Include Controllers read is executed, too: it is prepared in place, in the worker's own copy of the script.
fn rewrite_includes(plan: &jmx::Plan, root: &Path, copy: &Path) -> Result<(), Error> {
    let root = root.canonicalize()?;
    let mut open = vec![plan.clone()];
    let mut done = BTreeSet::new();
    while let Some(plan) = open.pop() {
        for include in plan.includes() {
            // A name with an expression, or of a file that is not there, is left to JMeter, which says so itself.
            let Ok(path) = copy.with_file_name(&include).canonicalize() else {
                continue;
            };
            if !path.starts_with(&root) || !path.is_file() || !done.insert(path.clone()) {
                continue;
            }
            let problem = |error: jmx::Error| Error::Plan {
                file: include.clone(),
                problem: error.to_string(),
            };
            let included = jmx::Plan::parse(&fs::read(&path)?).map_err(problem)?;
            fs::write(&path, execution::prepare_include(&included).plan.to_bytes())?;
            open.push(included);
        }
    }
    Ok(())
}

fn own_properties(part: Part<'_>) -> [(String, String); 4] {
    [
        ("oleada.runId", part.run.to_string()),
        ("oleada.region", part.region.to_string()),
        ("oleada.worker", part.worker.to_string()),
        ("oleada.workers", part.plan.workers().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// The JVM's options for its heap, which grows up to its share of the worker's memory.
fn heap(part: Part<'_>) -> String {
    let size = &part.scenario.worker;
    let most = u64::from(size.memory_gb) * 1_024 * u64::from(size.heap_percent) / 100;
    format!("-Xms{}m -Xmx{most}m", most.min(256))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_interlock() {
        let ramp = Duration::from_secs(10);
        assert_eq!(offset(3, 10, 1, ramp), Duration::from_secs(3));
        // Four users on each of two workers: one every 2.5 s each, together one every 1.25 s.
        assert_eq!(offset(1, 2, 4, ramp), Duration::from_ms(1_250));
        assert_eq!(offset(0, 2, 0, ramp), Duration::ZERO);
    }
}
