//! The words of the product as types: ids, scenarios, plans, runs.
//!
//! Pure: no async, no IO, no AWS. Input is parsed into these types once ([`scenario::Scenario::parse`]); inside the
//! product nobody checks again.

pub mod control;
pub mod criterion;
pub mod disk;
pub mod estimate;
pub mod field;
pub mod id;
pub mod plan;
pub mod price;
pub mod quota;
pub mod region;
pub mod role;
pub mod run;
pub mod scenario;
pub mod shape;
mod text;
pub mod time;
pub mod traffic;
pub mod validation;
pub mod worker;
pub mod workload;

pub use field::{Problem, Problems};
pub use id::{RunId, ScenarioId, ScriptId, TokenId};
pub use region::Region;
pub use time::{Duration, Timestamp};
