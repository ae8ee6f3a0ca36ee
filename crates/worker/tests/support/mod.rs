//! A control plane on this machine, a target that counts, and a worker between them.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aws::{
    Deployment, Gateways, HttpClient, Patience,
    connect::{self, Key},
    fleet, objects, runs,
    runs::{Created, NewRun},
    tables,
};
use axum::{Json, Router, extract::State, routing::get};
use local_cloud::{Config, LocalCloud, Tasks, access::Roles, ecs::Capacity};
use metrics::segment::{Report, Segment};
use model::{
    Region, RunId, ScenarioId, Timestamp,
    control::{Released, Stop, StopCause},
    plan::Plan,
    run::{Run, Status, Trigger},
    scenario::Scenario,
    worker::{State as WorkerState, Worker},
};
use oleada_worker::config;
use tokio::{net::TcpListener, process::Child};

const ROLE: &str = "test";

/// A run that was planned, for one worker in one region, and that worker's process.
pub struct Stage {
    pub cloud: Option<LocalCloud>,
    data: tempfile::TempDir,
    pub gateways: Gateways,
    deployment: Deployment,
    key: Key,
    pub run_id: RunId,
    pub region: Region,
    pub target: Target,
    metadata: String,
    pub task_arn: String,
}

fn cloud_config(data: &Path) -> Config {
    Config {
        data: data.to_owned(),
        regions: vec!["us-east-1".into()],
        gateway_port: 0,
        functions: Box::new(|_| Ok(Vec::new())),
        tasks: Tasks {
            // No task is run by ECS here.
            supervisor: "/bin/false".into(),
            path: "/usr/bin:/bin".into(),
            capacity: Capacity::of_machine(8.0, 1.0).unwrap(),
        },
        roles: Roles::unrestricted(),
        access_log: None,
    }
}

impl Stage {
    /// Prepares everything up to the assignment; `scenario` is made for the target's address.
    pub async fn set(scenario: impl FnOnce(&str) -> serde_json::Value) -> Self {
        let data = tempfile::tempdir().unwrap();
        let cloud = LocalCloud::start(cloud_config(data.path())).await.unwrap();
        let region: Region = "us-east-1".parse().unwrap();
        let deployment = Deployment {
            hub_region: region.clone(),
            scenarios_table: "scenarios".into(),
            runs_table: "runs".into(),
            workers_table: "workers".into(),
            settings_table: "settings".into(),
            bucket: "oleada".into(),
            state_machine_arn: None,
            live_address: None,
            live_role_arn: None,
        };
        let access = cloud.credentials().issue(ROLE).unwrap();
        let key = Key {
            endpoint: cloud.endpoint(),
            region: region.clone(),
            access_key_id: access.id,
            secret_access_key: access.secret,
        };
        let sdk = connect::with_key(&HttpClient::new(), Patience::Function, key.clone());
        tables::ensure(&sdk, &deployment).await.unwrap();
        let gateways = Gateways::new(&sdk, deployment.clone());
        gateways.objects.ensure_bucket().await.unwrap();

        let target = Target::start().await;
        let scenario = Scenario::parse(&scenario(&target.address)).unwrap();
        let now = Timestamp::now();
        let scenario_id: ScenarioId = "scn_01KB2Z7W6N9M3A5T4C8D1E2F3G".parse().unwrap();
        let run_id: RunId = "run_01KB2Z7W6N9M3A5T4C8D1E2F3H".parse().unwrap();
        let stored = gateways.scenarios.put(scenario_id, &scenario, now).await.unwrap();
        let plan = Plan::new(&scenario);
        let run = Run::queued(run_id, scenario_id, scenario, stored.version, Trigger::Api, now);
        let created = gateways
            .runs
            .create(&NewRun {
                run,
                idempotency: None,
            })
            .await
            .unwrap();
        assert_eq!(created, Created::Created);
        gateways.runs.keep_plan(run_id, &plan).await.unwrap();
        gateways
            .runs
            .move_to(run_id, Status::Launching, runs::Changes::default())
            .await
            .unwrap();
        gateways
            .workers
            .assign(run_id, &region, &[0], 0, now)
            .await
            .unwrap();
        let task_arn = "arn:aws:ecs:us-east-1:000000000000:task/oleada/1".to_owned();
        let metadata = serve_metadata(&task_arn).await;
        Self {
            cloud: Some(cloud),
            data,
            gateways,
            deployment,
            key,
            run_id,
            region,
            target,
            metadata,
            task_arn,
        }
    }

    /// Starts the worker's process, and only then says which task it is.
    pub async fn start_worker(&self) -> Process {
        let environment = [
            (fleet::RUN_ID, self.run_id.to_string()),
            (fleet::REGION, self.region.to_string()),
            (fleet::INDICES, "0".to_owned()),
            (fleet::ATTEMPT, "0".to_owned()),
            // Its files go with the test, also those of a worker that is killed.
            ("HOME", self.data.path().display().to_string()),
            ("RUST_LOG", "warn,oleada_worker=debug".to_owned()),
            (config::METADATA, self.metadata.clone()),
            (config::ENGINES, engines().display().to_string()),
            ("AWS_ENDPOINT_URL", self.key.endpoint.clone()),
            ("AWS_REGION", self.region.to_string()),
            ("AWS_ACCESS_KEY_ID", self.key.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.key.secret_access_key.clone()),
        ];
        let log = self.data.path().join("worker.log");
        let child = tokio::process::Command::new(env!("CARGO_BIN_EXE_oleada-worker"))
            .env_clear()
            .envs(
                ["PATH", "JAVA_HOME"]
                    .into_iter()
                    .filter_map(|name| Some((name, std::env::var(name).ok()?))),
            )
            .envs(environment)
            .envs(self.deployment.to_env())
            .stdout(std::fs::File::create(self.data.path().join("worker.out")).unwrap())
            .stderr(std::fs::File::create(&log).unwrap())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.gateways
            .workers
            .name_task(self.run_id, &self.region, 0, 0, &self.task_arn)
            .await
            .unwrap();
        Process { child, log }
    }

    /// Renews the lease until the worker is ready.
    pub async fn await_ready(&self) {
        self.await_worker("ready", |worker| worker.state == WorkerState::Ready)
            .await;
    }

    /// Renews the lease until the worker is as it is wanted.
    pub async fn await_worker(&self, what: &str, wanted: impl Fn(&Worker) -> bool) -> Worker {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            self.gateways
                .workers
                .renew_lease(self.run_id, &self.region, Timestamp::now())
                .await
                .unwrap();
            let worker = self
                .gateways
                .workers
                .get(self.run_id, &self.region, 0)
                .await
                .unwrap();
            if wanted(&worker) {
                return worker;
            }
            assert!(
                Instant::now() < deadline,
                "not {what}: {worker:?}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Opens the gate of the worker in three seconds.
    pub async fn release(&self) -> Timestamp {
        let start_at = Timestamp::now().plus(model::Duration::from_secs(3));
        let released = Released::from_iter([0]);
        let control = self
            .gateways
            .workers
            .release(self.run_id, &self.region, start_at, &released, Timestamp::now())
            .await
            .unwrap();
        control.start_at.unwrap()
    }

    pub async fn cancel(&self) {
        let stop = Stop {
            at: Timestamp::now(),
            cause: StopCause::Cancel,
            said: "a person cancelled it".into(),
        };
        self.gateways
            .workers
            .stop(self.run_id, &self.region, &stop)
            .await
            .unwrap();
    }

    /// The last report among the worker's segments, and the names of its artifacts.
    pub async fn uploaded(&self) -> (Option<Report>, Vec<String>) {
        let keys = objects::keys::segments(self.run_id, &self.region, 0);
        let segments = self.gateways.objects.list(&keys).await.unwrap();
        let report = match segments.last() {
            Some(last) => {
                let bytes = self.gateways.objects.get(&last.key).await.unwrap();
                Some(Segment::parse(&bytes).unwrap().head.report)
            }
            None => None,
        };
        let keys = objects::keys::artifacts(self.run_id, &self.region, 0);
        let artifacts = self.gateways.objects.list(&keys).await.unwrap();
        let names = artifacts
            .into_iter()
            .map(|object| object.key[keys.len()..].to_owned())
            .collect();
        (report, names)
    }

    /// What the worker printed.
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.data.path().join("worker.out")).unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("worker.log")).unwrap_or_default()
    }

    /// Stops the control plane.
    pub async fn leave(&mut self) {
        if let Some(cloud) = self.cloud.take() {
            cloud.shutdown().await;
        }
    }

    /// Stops the control plane, waits, and starts it again where it was.
    pub async fn away_for(&mut self, time: Duration) {
        self.leave().await;
        tokio::time::sleep(time).await;
        self.cloud = Some(LocalCloud::start(cloud_config(self.data.path())).await.unwrap());
    }
}

/// The directory that `scripts/engines` filled.
pub fn engines() -> PathBuf {
    std::env::var_os(config::ENGINES)
        .expect("OLEADA_ENGINES names the engines")
        .into()
}

/// The worker's process.
pub struct Process {
    pub child: Child,
    log: PathBuf,
}

impl Process {
    pub fn pid(&self) -> i32 {
        self.child.id().expect("it was not waited for") as i32
    }

    /// Its exit code.
    pub async fn exit(&mut self) -> i32 {
        let exit = tokio::time::timeout(Duration::from_secs(90), self.child.wait()).await;
        let log = std::fs::read_to_string(&self.log).unwrap();
        let status = exit
            .unwrap_or_else(|_| panic!("the worker does not end:\n{log}"))
            .unwrap();
        status.code().unwrap_or(-1)
    }

    /// The ids of the JVMs that descend from it.
    pub fn jvms(&self) -> Vec<i32> {
        oleada_worker::process::tree::descendants(self.pid())
            .iter()
            .map(|living| living.process.pid)
            .filter(|pid| {
                std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "java")
            })
            .collect()
    }

    pub fn descendants(&self) -> Vec<i32> {
        oleada_worker::process::tree::descendants(self.pid())
            .iter()
            .map(|living| living.process.pid)
            .collect()
    }
}

/// A server that counts what reaches it.
pub struct Target {
    /// `http://127.0.0.1:<port>`
    pub address: String,
    count: Arc<AtomicU64>,
}

impl Target {
    async fn start() -> Self {
        let count = Arc::<AtomicU64>::default();
        let answer = |State(count): State<Arc<AtomicU64>>| async move {
            count.fetch_add(1, Ordering::SeqCst);
            "{\"ok\":true}"
        };
        let slow = |State(count): State<Arc<AtomicU64>>| async move {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(60)).await;
            "late"
        };
        let missing = |State(count): State<Arc<AtomicU64>>| async move {
            count.fetch_add(1, Ordering::SeqCst);
            axum::http::StatusCode::NOT_FOUND
        };
        let router = Router::new()
            .fallback(missing)
            .route("/json", get(answer))
            .route("/stuck", get(slow))
            .with_state(Arc::clone(&count));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, count }
    }

    pub fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

async fn serve_metadata(task_arn: &str) -> String {
    let task = serde_json::json!({"TaskARN": task_arn, "Family": "oleada-worker"});
    let router = Router::new().route("/v4/1/task", get(|| async move { Json(task) }));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}/v4/1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}
