//! CloudWatch Logs: groups, streams and events in one SQLite file, the awslogs driver, and subscription filters.

mod access;
mod deliver;
mod filters;
mod operations;
mod pattern;
mod read;
mod store;
mod tail;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::Response;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use self::tail::Follow;
pub use crate::invocation::RetryPolicy;
use crate::{
    ACCOUNT,
    call::{self, Body, Call, Error},
    clock::Clock,
    lambda::Lambda,
    policy::Need,
    sqlite::{Database, Durability, blocking},
};

/// How often events beyond their retention are removed.
const EXPIRE_EVERY: Duration = Duration::from_secs(60 * 60);

/// What the service needs to know of its surroundings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where `logs.db` lies.
    pub directory: PathBuf,
    /// How often the awslogs driver takes what tasks have printed; 5 s on AWS.
    pub flush_interval: Duration,
    pub retry: RetryPolicy,
    /// How long a subscriber that cannot be reached is tried; 24 h on AWS.
    pub deliver_for: Duration,
    pub clock: Clock,
}

impl Config {
    /// Prompt delivery, and patience as on AWS.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            flush_interval: Duration::from_millis(100),
            retry: RetryPolicy::default(),
            deliver_for: Duration::from_secs(24 * 60 * 60),
            clock: Clock::system(),
        }
    }
}

/// Why the service cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the directory of the logs cannot be used")]
    Directory(#[from] std::io::Error),
    #[error("the logs cannot be read")]
    Database(#[from] rusqlite::Error),
}

/// The service; clones share it. When the last one is dropped, files are no longer read and nothing is delivered.
#[derive(Clone)]
pub struct Logs {
    inner: Arc<Inner>,
    _let_go: Arc<DropGuard>,
}

struct Inner {
    config: Config,
    database: Database,
    lambda: Lambda,
    tails: tail::Tails,
    busy: deliver::Busy,
    duplicating: AtomicBool,
    stop: CancellationToken,
}

impl Logs {
    /// Opens the service and goes on with files and deliveries where the last host stopped. Must be called on a tokio
    /// runtime.
    pub fn open(config: Config, lambda: Lambda) -> Result<Self, OpenError> {
        std::fs::create_dir_all(&config.directory)?;
        let database = Database::open(
            &config.directory.join("logs.db"),
            store::SCHEMA,
            Durability::Process,
        )?;
        let stop = CancellationToken::new();
        let let_go = Arc::new(stop.clone().drop_guard());
        let inner = Arc::new(Inner {
            config,
            database,
            lambda,
            tails: tail::Tails::default(),
            busy: deliver::Busy::default(),
            duplicating: AtomicBool::new(false),
            stop: stop.clone(),
        });
        inner.resume_tails()?;
        inner.resume_deliveries()?;
        tokio::spawn(
            stop.clone()
                .run_until_cancelled_owned(Arc::clone(&inner).run_tails()),
        );
        tokio::spawn(stop.run_until_cancelled_owned(Arc::clone(&inner).run_expiry()));
        Ok(Self {
            inner,
            _let_go: let_go,
        })
    }

    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        access::needs(call)
    }

    /// Answers one `awsJson1.1` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let inner = Arc::clone(&self.inner);
        call::json(blocking(move || inner.answer(&call)).await)
    }

    /// Makes each delivery to a subscriber twice, which CloudWatch may do at any time.
    pub fn duplicate_deliveries(&self, duplicate: bool) {
        self.inner.duplicating.store(duplicate, Ordering::Relaxed);
    }

    pub(crate) async fn follow(&self, path: PathBuf, follow: Follow) -> Result<(), Error> {
        self.inner.follow(path, follow).await
    }

    pub(crate) async fn finish(&self, path: PathBuf) -> Result<(), Error> {
        self.inner.finish(path).await
    }
}

impl Inner {
    fn answer(self: &Arc<Self>, call: &Call) -> Result<Value, Error> {
        match call.operation() {
            "CreateLogGroup" => self.create_group(call),
            "CreateLogStream" => self.create_stream(call),
            "DeleteLogGroup" => self.delete_group(call),
            "DeleteLogStream" => self.delete_stream(call),
            "DeleteSubscriptionFilter" => self.delete_filter(call),
            "DescribeLogGroups" => self.describe_groups(call),
            "DescribeLogStreams" => self.describe_streams(call),
            "DescribeSubscriptionFilters" => self.describe_filters(call),
            "FilterLogEvents" => self.filter_events(call),
            "GetLogEvents" => self.get_events(call),
            "PutLogEvents" => self.put_events(call),
            "PutRetentionPolicy" => self.put_retention(call),
            "PutSubscriptionFilter" => self.put_filter(call),
            operation => Err(Error::unknown_operation("logs", operation)),
        }
    }

    async fn run_expiry(self: Arc<Self>) {
        loop {
            let inner = Arc::clone(&self);
            let expired = blocking(move || {
                let now_ms = inner.config.clock.now_ms();
                inner
                    .database
                    .write(|transaction| Ok(store::expire(transaction, now_ms)?))
            });
            match expired.await {
                Ok(0) => {}
                Ok(events) => tracing::info!(events, "log events beyond their retention were removed"),
                Err(error) => {
                    tracing::warn!(%error, "log events beyond their retention could not be removed");
                }
            }
            tokio::time::sleep(EXPIRE_EVERY).await;
        }
    }
}

fn group_arn(region: &str, name: &str) -> String {
    format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}")
}

/// The id of an event as the API shows it: sortable as text, as on AWS.
fn event_id(number: i64) -> String {
    format!("{number:056}")
}
