//! Black-box tests of the running product, and of the rules of the workspace.
//!
//! [`product::Product`] is a whole `oleada up` of its own, in an empty data directory; [`target::Target`] is the API
//! under load, which counts what reaches it. Everything else goes over HTTP, as a user would. The benchmarks are examples.

pub mod client;
pub mod feed;
pub mod figures;
pub mod processes;
pub mod product;
pub mod samples;
pub mod target;
