//! The services of one machine, composed: one data directory, two ports, one life.

use std::{
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    access::{Access, Roles},
    clock::Clock,
    credentials::Credentials,
    data_dir::{self, DataDir, Ports},
    dynamodb::{self, DynamoDb},
    ecs::{self, Capacity, Ecs},
    events::{self, Bus},
    gateway,
    host::{self, Services},
    invocation::RetryPolicy,
    iot::Iot,
    lambda::{Function, Lambda},
    logs::{self, Logs},
    quotas::Quotas,
    s3::{self, S3},
    states::{self, States},
    sts::Sts,
};

/// How long requests that are under way may take to end when the host stops.
const GRACE: Duration = Duration::from_secs(5);

/// DynamoDB promises to delete expired items within days; a minute keeps tests and disks happy.
const TTL_SWEEP: Duration = Duration::from_secs(60);

/// What to start.
pub struct Config {
    /// The data directory, created if it is missing.
    pub data: PathBuf,
    /// The regions that exist; the first is the hub.
    pub regions: Vec<String>,
    /// The port of the gateway; 0 means the one that was kept, or any free one.
    pub gateway_port: u16,
    /// Makes the functions, given where they will find the services. They are there before anything calls one: an
    /// execution or a delivery that an earlier process left goes on as soon as its service is open.
    pub functions: MakeFunctions,
    pub tasks: Tasks,
    /// What functions, tasks and whoever else has a key may do.
    pub roles: Roles,
    /// A file to which a line is added for each permission of a role, for each when it is first used, and for each call that
    /// is denied: the columns are what happened (`granted`, `used`, `denied`), role, action, resource, conditions.
    pub access_log: Option<PathBuf>,
}

/// Makes the functions of a host.
pub type MakeFunctions =
    Box<dyn FnOnce(&Surroundings) -> Result<Vec<Function>, Box<dyn std::error::Error + Send + Sync>> + Send>;

/// What ECS needs to run tasks on this machine.
#[derive(Debug, Clone)]
pub struct Tasks {
    /// The executable that serves as a task's supervisor, see [`ecs::supervise`].
    pub supervisor: PathBuf,
    /// The `PATH` of tasks.
    pub path: String,
    pub capacity: Capacity,
}

/// Where functions and tasks find the services, and with which keys.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// For `AWS_ENDPOINT_URL`.
    pub endpoint: String,
    pub gateway_endpoint: String,
    pub regions: Vec<String>,
    pub credentials: Arc<Credentials>,
}

/// Why the services did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Data(#[from] data_dir::Error),
    /// The port was asked for, or kept because running workers know it: another one would not do.
    #[error("port {port} is in use")]
    PortBusy { port: u16 },
    #[error("port {port} cannot be listened on")]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the log of permissions cannot be opened")]
    AccessLog(#[source] io::Error),
    #[error("the functions cannot be made")]
    Functions(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    DynamoDb(#[from] dynamodb::OpenError),
    #[error(transparent)]
    S3(#[from] s3::OpenError),
    #[error(transparent)]
    Logs(#[from] logs::OpenError),
    #[error(transparent)]
    Events(#[from] events::OpenError),
    #[error(transparent)]
    Ecs(#[from] ecs::OpenError),
    #[error(transparent)]
    States(#[from] states::Error),
}

/// The gateway is open already.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the gateway is open already")]
pub struct AlreadyOpen;

/// Running services.
pub struct LocalCloud {
    data: DataDir,
    ports: Ports,
    surroundings: Surroundings,
    services: Services,
    /// Bound from the start, so that a busy port is found out then, and taken when the gateway is opened.
    gateway_listener: Mutex<Option<TcpListener>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl LocalCloud {
    /// Opens the data directory and starts every service. The gateway's port is taken; it answers once it is opened.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let data = DataDir::open(&config.data)?;
        let kept = data.ports()?;
        let gateway_port = if config.gateway_port == 0 {
            kept.gateway
        } else {
            config.gateway_port
        };
        let cloud_listener = listen(kept.cloud).await?;
        let gateway_listener = listen(gateway_port).await?;
        let ports = Ports {
            cloud: port_of(&cloud_listener)?,
            gateway: port_of(&gateway_listener)?,
        };
        data.keep_ports(ports)?;

        let access =
            Access::new(config.roles, config.access_log.as_deref()).map_err(StartError::AccessLog)?;
        let credentials = Arc::new(Credentials::open(data.path())?);
        let surroundings = Surroundings {
            endpoint: address_of(ports.cloud),
            gateway_endpoint: address_of(ports.gateway),
            regions: config.regions,
            credentials: Arc::clone(&credentials),
        };
        let lambda = Lambda::default();
        for function in (config.functions)(&surroundings).map_err(StartError::Functions)? {
            lambda.register(function);
        }
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let logs = Logs::open(logs::Config::new(data.path()), lambda.clone())?;
        let timing = events::Config {
            directory: data.path().to_owned(),
            retry: RetryPolicy::default(),
            clock: Clock::system(),
        };
        let (bus, scheduler) = events::open(timing, lambda.clone())?;
        let ecs = ecs::Config {
            directory: data.path().join("ecs"),
            supervisor: config.tasks.supervisor,
            endpoint: surroundings.endpoint.clone(),
            credentials: task_credentials(Arc::clone(&credentials)),
            path: config.tasks.path,
            capacity: config.tasks.capacity,
            clock: Clock::system(),
        };
        let quotas = Quotas::new(&config.tasks.capacity);
        let states = States::open(
            &data.path().join("states.sqlite"),
            lambda.clone(),
            bus.sender(),
            Clock::system(),
            rand::random(),
        )?;
        let services = Services {
            dynamodb: DynamoDb::open(data.path())?,
            ecs: Ecs::open(ecs, logs.clone(), bus.sender())?,
            events: bus,
            iot: Iot::new(Arc::clone(&credentials), access.clone(), stop.clone()),
            lambda,
            logs,
            quotas,
            s3: S3::open(data.path(), Arc::clone(&credentials), access.clone())?,
            scheduler,
            states: Arc::new(states),
            sts: Sts::new(Arc::clone(&credentials)),
            access,
            credentials,
        };
        tasks.spawn(services.dynamodb.clone().sweep_expired(TTL_SWEEP, stop.clone()));
        let cloud = Self {
            data,
            ports,
            surroundings,
            services,
            gateway_listener: Mutex::new(Some(gateway_listener)),
            stop,
            tasks,
        };
        cloud.serve(cloud_listener, host::router(cloud.services.clone()));
        tracing::info!(endpoint = cloud.endpoint(), data = %cloud.data.path().display(), "the local cloud is up");
        Ok(cloud)
    }

    /// Where the AWS services listen, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        self.surroundings.endpoint.clone()
    }

    /// Where the gateway listens.
    pub fn gateway_endpoint(&self) -> String {
        self.surroundings.gateway_endpoint.clone()
    }

    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    pub fn credentials(&self) -> &Credentials {
        &self.services.credentials
    }

    pub fn lambda(&self) -> &Lambda {
        &self.services.lambda
    }

    pub fn dynamodb(&self) -> &DynamoDb {
        &self.services.dynamodb
    }

    pub fn ecs(&self) -> &Ecs {
        &self.services.ecs
    }

    pub fn events(&self) -> &Bus {
        &self.services.events
    }

    pub fn states(&self) -> &States {
        &self.services.states
    }

    pub fn logs(&self) -> &Logs {
        &self.services.logs
    }

    pub fn iot(&self) -> &Iot {
        &self.services.iot
    }

    pub fn quotas(&self) -> &Quotas {
        &self.services.quotas
    }

    pub fn s3(&self) -> &S3 {
        &self.services.s3
    }

    /// Opens the gateway: from now on it answers.
    pub fn open_gateway(&self, config: gateway::Config) -> Result<(), AlreadyOpen> {
        let listener = self
            .gateway_listener
            .lock()
            .expect("no holder panics")
            .take()
            .ok_or(AlreadyOpen)?;
        let (lambda, iot) = (self.services.lambda.clone(), self.services.iot.clone());
        self.serve(listener, gateway::router(config, lambda, iot, self.ports.gateway));
        tracing::info!(endpoint = self.gateway_endpoint(), "the gateway is open");
        Ok(())
    }

    /// Stops listening, lets requests end that are under way, and gives the data directory free.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                grace_s = GRACE.as_secs(),
                "some requests had not ended when the local cloud stopped"
            );
        }
        self.services.states.stop();
        tracing::info!(data = %self.data.path().display(), "the local cloud is down");
    }

    fn serve(&self, listener: TcpListener, router: Router) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
            if let Err(error) = serving.await {
                tracing::error!(%error, "a listener failed");
            }
        });
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortBusy { port },
            _ => StartError::Listen { port, source },
        })
}

fn port_of(listener: &TcpListener) -> Result<u16, StartError> {
    match listener.local_addr() {
        Ok(address) => Ok(address.port()),
        Err(source) => Err(StartError::Listen { port: 0, source }),
    }
}

fn address_of(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The keys of tasks, by their role's ARN.
fn task_credentials(credentials: Arc<Credentials>) -> ecs::Credentials {
    Arc::new(move |role_arn| {
        let role = role_arn.rsplit('/').next().unwrap_or(role_arn);
        match credentials.issue(role) {
            Ok(key) => (key.id, key.secret),
            Err(error) => {
                tracing::error!(
                    role,
                    error = &error as &dyn std::error::Error,
                    "a task gets no credentials"
                );
                (String::new(), String::new())
            }
        }
    })
}
