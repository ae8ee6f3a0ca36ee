//! `oleada up`: the services of this machine, the product's functions on them, and one address for people and scripts.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use aws::{Gateways, HttpClient, Patience, connect};
use axum::Router;
use local_cloud::{
    Config, LocalCloud, Tasks,
    ecs::Capacity,
    gateway::{self, Authorizer},
};
use model::{Region, ScenarioId, Timestamp, scenario::Scenario};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use ulid::Ulid;

use crate::{
    Up, console, demo, functions,
    login::{self, Logins},
    resources::{self, Worker},
    roles, token,
};

/// The file in the data directory that holds the base URL while the product is up.
const ENDPOINT: &str = "endpoint";

/// A worker reserves what a Fargate task would, and rarely uses it: so many times over may be reserved.
const OVERCOMMIT: f64 = 4.0;

/// How long workers may take to save what they have when the product is stopped.
const PARTING: Duration = Duration::from_secs(20);

/// Starts, serves until it is told to stop, and stops.
pub fn run(up: Up) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(up))
}

async fn serve(up: Up) -> Result<()> {
    // Before anything is started: a signal that comes early stops it too.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hub = up
        .regions
        .first()
        .context("at least one region is needed")?
        .clone();
    let capacity = Capacity::of_machine(OVERCOMMIT * 4.0, OVERCOMMIT).context("read the machine's size")?;
    let worker = worker(&up.engines, capacity)?;
    let scratch = up.data.join("tmp");
    let cloud = start(&up, &hub, &scratch, capacity).await?;
    // The directory is ours now: what is left there is of a process that was killed.
    remove_if_there(&up.data.join(ENDPOINT))?;
    fs::create_dir_all(&scratch).context("make the directory for temporary files")?;

    let surroundings = cloud.surroundings();
    let deployment = resources::deployment(&hub, &surroundings.gateway_endpoint);
    let key = functions::key(surroundings, &deployment, roles::OWNER)?;
    let config = connect::with_key(&HttpClient::new(), Patience::Function, key);
    let gateways = Gateways::new(&config, deployment.clone());
    resources::ensure(&cloud, &config, &gateways, &deployment, &up.regions, &worker).await?;
    ensure_demo(&gateways, &surroundings.gateway_endpoint).await?;
    token::administrator(&up.data, &gateways.settings).await?;
    let person = env::var("USER").unwrap_or_else(|_| "administrator".to_owned());
    let session = token::session(&up.data, &person, &gateways.settings).await?;

    let base = surroundings.gateway_endpoint.clone();
    let logins = Arc::new(Logins::open(&up.data, port(&base)?, session, Timestamp::now)?);
    cloud.open_gateway(gateway(&logins, &up.console))?;
    token::write_private(&up.data.join(ENDPOINT), &base)?;
    println!("Oleada is up: {base}/login?code={}", logins.link_code());

    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    remove_if_there(&up.data.join(ENDPOINT))?;
    part(&cloud, &up.regions).await?;
    cloud.shutdown().await;
    Ok(())
}

async fn start(up: &Up, hub: &Region, scratch: &Path, capacity: Capacity) -> Result<LocalCloud> {
    let (hub, scratch) = (hub.clone(), scratch.to_owned());
    let roles = roles::all(up.roles.as_deref(), &hub)?;
    let config = Config {
        data: up.data.clone(),
        regions: up.regions.iter().map(ToString::to_string).collect(),
        gateway_port: up.port,
        functions: Box::new(move |surroundings| {
            let deployment = resources::deployment(&hub, &surroundings.gateway_endpoint);
            functions::all(surroundings, &deployment, scratch).map_err(Into::into)
        }),
        tasks: Tasks {
            supervisor: env::current_exe().context("this binary cannot be found")?,
            path: env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned()),
            capacity,
        },
        roles,
        access_log: up.access_log.clone(),
    };
    Ok(LocalCloud::start(config).await?)
}

/// The worker lies beside this binary, the engines where they were put.
fn worker(engines: &Path, capacity: Capacity) -> Result<Worker> {
    let here = env::current_exe().context("this binary cannot be found")?;
    let binary = here.with_file_name("oleada-worker");
    ensure!(
        binary.exists(),
        "{} is missing: build the whole workspace",
        binary.display()
    );
    let engines = engines.canonicalize().unwrap_or_else(|_| PathBuf::from(engines));
    ensure!(
        engines.join("jmeter").is_dir() && engines.join("venv").is_dir(),
        "the load engines are not in {}: scripts/up puts them there",
        engines.display()
    );
    Ok(Worker {
        binary,
        engines,
        capacity,
    })
}

/// The port that an endpoint of this machine names.
fn port(endpoint: &str) -> Result<u16> {
    let (_, port) = endpoint.rsplit_once(':').context("an endpoint has a port")?;
    port.parse().context("an endpoint's port is a number")
}

fn gateway(logins: &Arc<Logins>, dist: &Path) -> gateway::Config {
    let session = Arc::clone(logins);
    gateway::Config {
        prefix: "/api".to_owned(),
        function: functions::name("api"),
        authorizer: Authorizer::Token {
            function: functions::name("authorize"),
        },
        public: vec![format!("{}/openapi.json", api::PREFIX)],
        rewrite: Arc::new(move |request| session.authorize(request)),
        fallback: Router::new()
            .merge(login::router(Arc::clone(logins)))
            .merge(demo::router())
            .merge(console::router(dist)),
    }
}

/// A scenario to press Run on. It is made once: a person who deletes it does not want it back.
async fn ensure_demo(gateways: &Gateways, base: &str) -> Result<()> {
    let id = ScenarioId::new(Ulid::from_parts(0, 1));
    let demo = Scenario::parse(&json!({
        "name": "Demo",
        "description": "Ten users in two regions call the demo target of this machine for half a minute.",
        "tags": ["demo"],
        "workload": {"kind": "http", "thinkTime": "200ms", "requests": [
            {"label": "json", "url": format!("{base}/demo/json")},
            {"label": "slow", "url": format!("{base}/demo/slow?ms=80")},
            {"label": "error", "url": format!("{base}/demo/error?rate=0.05")}
        ]},
        "shape": {"kind": "users", "rampUp": "5s", "hold": "25s", "drain": "5s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": 5},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": 5}
        ]
    }))?;
    match gateways.scenarios.put(id, &demo, Timestamp::now()).await {
        Ok(_) | Err(aws::Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error).context("make the demo scenario"),
    }
}

/// Stops the load of this machine and gives workers time to save what they have.
async fn part(cloud: &LocalCloud, regions: &[Region]) -> Result<()> {
    let workers = resources::stop_tasks(cloud, regions).await?;
    if workers == 0 {
        return Ok(());
    }
    println!("Stopping {workers} worker{}", if workers == 1 { "" } else { "s" });
    let since = Instant::now();
    while resources::has_tasks(cloud, regions).await? {
        if since.elapsed() > PARTING {
            tracing::warn!("some workers had not ended; they end by themselves within a minute");
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

fn remove_if_there(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", file.display()))
        }
        _ => Ok(()),
    }
}
