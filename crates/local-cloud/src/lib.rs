//! AWS-shaped services on loopback for one machine: durable, honest about what it is not.
//!
//! Generic on purpose: nothing in this crate knows of load tests.

pub mod access;
pub mod call;
pub mod clock;
mod cloud;
pub mod credentials;
pub mod data_dir;
pub mod dynamodb;
pub mod ecs;
pub mod events;
pub mod gateway;
mod host;
mod invocation;
pub mod iot;
pub mod lambda;
pub mod logs;
mod loopback;
pub mod policy;
pub mod quotas;
pub mod s3;
pub mod signature;
mod sqlite;
pub mod states;
pub mod sts;
mod text;

pub use cloud::{AlreadyOpen, Config, LocalCloud, StartError, Surroundings, Tasks};

/// The account that every ARN of this host names.
pub const ACCOUNT: &str = "000000000000";
