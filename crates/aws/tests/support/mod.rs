//! A fresh local cloud with this product's tables and bucket, and gateways to it, under the names and roles of a deployment.

#![allow(dead_code, reason = "each test binary uses a part of it")]

mod access;

use std::sync::Arc;

use aws::{Deployment, Gateways, HttpClient, Patience, connect, scenarios, settings::Site, tables};
use aws_sdk_ecs::types::ContainerDefinition;
use local_cloud::{Config, LocalCloud, Tasks, credentials::Credentials, ecs::Capacity, lambda::Function};
use model::{
    RunId, ScenarioId, Timestamp,
    run::{Run, Trigger},
    scenario::Scenario,
};
use serde_json::json;
use ulid::Ulid;

pub use access::NAME;

pub const FAMILY: &str = "oleada-load-tester";
const CONTAINER: &str = "load-tester";

/// A running local cloud in a data directory of its own.
pub struct TestCloud {
    pub cloud: LocalCloud,
    /// The test's own, which may do everything.
    pub gateways: Gateways,
    pub config: aws_config::SdkConfig,
    keys: Keys,
    _access: access::Log,
    pub data: tempfile::TempDir,
}

/// Keys of roles, and where they are good.
struct Keys {
    endpoint: String,
    credentials: Arc<Credentials>,
    http: HttpClient,
}

impl Keys {
    fn config(&self, role: &str) -> aws_config::SdkConfig {
        let issued = self.credentials.issue(role).unwrap();
        let key = connect::Key {
            endpoint: self.endpoint.clone(),
            region: "us-east-1".parse().unwrap(),
            access_key_id: issued.id,
            secret_access_key: issued.secret,
        };
        connect::with_key(&self.http, Patience::Function, key)
    }
}

impl TestCloud {
    pub async fn start() -> Self {
        Self::start_with(|_| Vec::new()).await
    }

    /// With functions, which are made from the gateways.
    pub async fn start_with(functions: impl FnOnce(&Gateways) -> Vec<Function> + Send + 'static) -> Self {
        let data = tempfile::tempdir().unwrap();
        let access = access::Log::at(data.path().join("access"));
        let (made, gateways) = std::sync::mpsc::channel();
        let config = Config {
            data: data.path().to_owned(),
            regions: vec!["us-east-1".into(), "sa-east-1".into()],
            gateway_port: 0,
            functions: Box::new(move |surroundings| {
                let keys = Keys {
                    endpoint: surroundings.endpoint.clone(),
                    credentials: surroundings.credentials.clone(),
                    http: HttpClient::new(),
                };
                let config = keys.config(access::OWNER);
                let socket = surroundings.gateway_endpoint.replace("http://", "ws://");
                let gateways = Gateways::new(&config, deployment(&format!("{socket}/mqtt")));
                let functions = functions(&gateways);
                made.send((keys, config, gateways)).unwrap();
                Ok(functions)
            }),
            tasks: Tasks {
                supervisor: supervisor(),
                path: "/usr/bin:/bin".into(),
                capacity: Capacity::of_machine(64.0, 64.0).unwrap(),
            },
            roles: access::roles(),
            access_log: Some(access.path().to_owned()),
        };
        let cloud = LocalCloud::start(config).await.unwrap();
        let (keys, config, gateways) = gateways.recv().unwrap();
        tables::ensure(&config, &deployment("")).await.unwrap();
        gateways.objects.ensure_bucket().await.unwrap();
        Self {
            cloud,
            gateways,
            config,
            keys,
            _access: access,
            data,
        }
    }

    /// The gateways of a function, which may do what the infrastructure lets it do.
    pub fn of_function(&self, name: &str) -> Gateways {
        let config = self.keys.config(&format!("{NAME}-{name}"));
        Gateways::new(&config, deployment(""))
    }

    /// A kept scenario of so many workers in us-east-1, and in sa-east-1 if that is not 0.
    pub async fn scenario(&self, workers: [u32; 2]) -> scenarios::Stored {
        let id = ScenarioId::new(Ulid::generate());
        self.gateways
            .scenarios
            .put(id, &scenario(workers), Timestamp::now())
            .await
            .unwrap()
    }
}

impl TestCloud {
    /// Offers a region whose tasks wait for what the test does in their stead.
    pub async fn offer(&self, region: &str) -> Site {
        let config = self
            .config
            .to_builder()
            .region(aws_config::Region::new(region.to_owned()))
            .build();
        let ecs = aws_sdk_ecs::Client::new(&config);
        ecs.create_cluster().cluster_name(NAME).send().await.unwrap();
        let container = ContainerDefinition::builder()
            .name(CONTAINER)
            .image("example/worker:1")
            .entry_point("/bin/sh")
            .entry_point("-c")
            // Like a worker, it takes a moment to leave.
            .command("trap 'sleep 0.4; exit' TERM; sleep 120 & wait")
            .stop_timeout(1)
            .build();
        let definition = ecs
            .register_task_definition()
            .family(FAMILY)
            .cpu("1024")
            .memory("2048");
        definition
            .task_role_arn("arn:aws:iam::000000000000:role/oleada-worker")
            .execution_role_arn("arn:aws:iam::000000000000:role/oleada-worker-start")
            .container_definitions(container)
            .send()
            .await
            .unwrap();
        let site = site(region);
        self.gateways.settings.put_site(&site).await.unwrap();
        site
    }
}

/// A region as it is offered to scenarios.
pub fn site(region: &str) -> Site {
    Site {
        region: region.parse().unwrap(),
        cluster: NAME.into(),
        task_definition: FAMILY.into(),
        container: CONTAINER.into(),
        subnets: Vec::new(),
        security_groups: Vec::new(),
        public_ip: false,
        log_group: "/oleada/load-tester".into(),
        log_prefix: "worker".into(),
        machine: None,
    }
}

/// The state machine of tests is made by them.
pub const STATE_MACHINE: &str = "oleada-run";

pub fn deployment(live_address: &str) -> Deployment {
    Deployment {
        hub_region: "us-east-1".parse().unwrap(),
        scenarios_table: "oleada-scenarios".into(),
        runs_table: "oleada-runs".into(),
        workers_table: "oleada-workers".into(),
        settings_table: "oleada-settings".into(),
        bucket: access::BUCKET.into(),
        state_machine_arn: Some(format!(
            "arn:aws:states:us-east-1:000000000000:stateMachine:{STATE_MACHINE}"
        )),
        live_address: Some(live_address.into()),
        live_role_arn: Some("arn:aws:iam::000000000000:role/oleada-live-reader".into()),
    }
}

/// Built beside the tests by `cargo test --workspace`.
fn supervisor() -> std::path::PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent()
        .and_then(std::path::Path::parent)
        .unwrap()
        .join("local-cloud-task-supervisor")
}

pub fn scenario(workers: [u32; 2]) -> Scenario {
    let traffic: Vec<_> = ["us-east-1", "sa-east-1"]
        .into_iter()
        .zip(workers)
        .filter(|(_, workers)| *workers > 0)
        .map(|(region, workers)| json!({"region": region, "workers": workers, "virtualUsers": workers * 2}))
        .collect();
    Scenario::parse(&json!({
        "name": "Checkout",
        "tags": ["shop"],
        "workload": {"kind": "http", "requests": [{"url": "http://127.0.0.1:9/"}]},
        "shape": {"kind": "users", "hold": "2s", "drain": "0s"},
        "traffic": traffic,
        "worker": {"vcpu": 1},
        "start": {"timeout": "10s"},
    }))
    .unwrap()
}

pub fn run_of(stored: &scenarios::Stored) -> Run {
    let (id, scenario) = (RunId::new(Ulid::generate()), stored.scenario.clone());
    Run::queued(
        id,
        stored.scenario_id,
        scenario,
        stored.version,
        Trigger::Api,
        Timestamp::now(),
    )
}
