//! AWS-shaped services on loopback for one machine: durable, honest about what it is not.
//!
//! Generic on purpose: nothing in this crate knows of load tests.

pub mod call;
pub mod lambda;

/// The account that every ARN of this host names.
pub const ACCOUNT: &str = "000000000000";
