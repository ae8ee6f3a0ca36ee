//! The agent in the load container: it fetches what to run, starts the engine up to the gate, opens it at the instant
//! that all workers share, counts what the engine does, ends the load, and uploads all it has seen.
//!
//! [`agent`] tells the story, [`seated`] what follows once the worker has its place in a run, [`load`] the part of it in
//! which an engine lives, by the phases of [`phase`].

pub mod agent;
pub mod config;
pub mod control;
pub mod cpu;
pub mod engine;
pub mod engine_log;
pub mod exchanges;
pub mod gate;
pub mod identity;
pub mod ingest;
pub mod last_words;
pub mod lease;
pub mod lines;
pub mod load;
pub mod notices;
pub mod patience;
pub mod phase;
pub mod process;
pub mod raw;
pub mod seated;
pub mod shutdown;
pub mod standing;
pub mod tail;
pub mod transcript;
pub mod upload;
pub mod verdict;

pub use config::Config;
