//! What each state of the run state machine, and each event, does.
//!
//! The machine is `infra/workflow/run.asl.json`: Plan, then for each region Launch and AwaitReady, then Release, then for
//! each region Watch, then Collect and CleanUp. AwaitReady and Watch work for some minutes and are entered again until
//! they say that they are through. Step Functions repeats any of them, so each may run twice, or break off anywhere.

mod bucket;
pub mod clean_up;
pub mod clock;
pub mod collect;
mod counting;
mod emf;
mod error;
pub mod event;
mod folding;
pub mod launch;
mod lease;
mod merging;
mod outcome;
mod placing;
pub mod plan;
pub mod publish_live;
pub mod ready;
pub mod release;
mod results;
pub mod serve;
pub mod sweep;
#[cfg(test)]
mod testing;
pub mod timing;
mod verdict;
pub mod watch;

pub use clock::Clock;
pub use error::{Error, UNAVAILABLE};
pub use timing::Timing;
