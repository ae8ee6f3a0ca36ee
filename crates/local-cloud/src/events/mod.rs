//! EventBridge: the default event bus with its rules, and Scheduler. Both invoke Lambda functions through one durable
//! outbox, so that what was taken or was due is delivered at least once, also after a restart.

mod access;
mod bus;
mod cron;
mod expression;
mod groups;
mod outbox;
mod pattern;
mod rules;
mod schedule;
mod scheduler;

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use self::{
    bus::{Bus, Trigger},
    scheduler::Scheduler,
};
pub use crate::invocation::RetryPolicy;
use crate::{
    clock::Clock,
    lambda::Lambda,
    sqlite::{Database, Durability},
};

/// What the services need to know of their surroundings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where `events.db` lies.
    pub directory: PathBuf,
    pub retry: RetryPolicy,
    pub clock: Clock,
}

/// Why the services cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the directory of the events cannot be used")]
    Directory(#[from] std::io::Error),
    #[error("the rules, schedules and events cannot be read")]
    Database(#[from] rusqlite::Error),
}

struct Inner {
    database: Database,
    clock: Clock,
    outbox: outbox::Outbox,
    schedules_changed: Notify,
}

/// Opens both services and goes on with what an earlier host owed. Must be called on a tokio runtime; when the last
/// clone of either is dropped, nothing fires any more.
pub fn open(config: Config, lambda: Lambda) -> Result<(Bus, Scheduler), OpenError> {
    std::fs::create_dir_all(&config.directory)?;
    let schema = [bus::SCHEMA, scheduler::SCHEMA, outbox::SCHEMA].concat();
    let database = Database::open(&config.directory.join("events.db"), &schema, Durability::Power)?;
    let outbox = outbox::Outbox::new(database.clone(), lambda, config.retry, config.clock.clone());
    let inner = Arc::new(Inner {
        database,
        clock: config.clock,
        outbox: outbox.clone(),
        schedules_changed: Notify::new(),
    });
    let stop = CancellationToken::new();
    let let_go = Arc::new(stop.clone().drop_guard());
    let (sender, events) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(stop.clone().run_until_cancelled_owned(outbox.run()));
    tokio::spawn(
        stop.clone()
            .run_until_cancelled_owned(Arc::clone(&inner).run_bus(events)),
    );
    tokio::spawn(stop.run_until_cancelled_owned(Arc::clone(&inner).run_schedules()));
    let bus = Bus {
        inner: Arc::clone(&inner),
        sender,
        _let_go: Arc::clone(&let_go),
    };
    Ok((
        bus,
        Scheduler {
            inner,
            _let_go: let_go,
        },
    ))
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// A UUID of random bits, as EventBridge numbers events.
pub(crate) fn event_id() -> String {
    let bits: u128 = rand::random();
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}
