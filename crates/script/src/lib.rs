//! Load-test scripts: safe archives, JMeter plans read, checked and rewritten for execution.
//!
//! Pure: no async and no network, and the filesystem only where a function takes a directory. The API uses it to refuse
//! what can be known when a scenario is saved, the worker to prepare what it executes:
//!
//! 1. [`archive::Archive`] opens an upload and finds the plan in it;
//! 2. [`jmx::Plan`] reads the plan, tells what is in it and what is wrong with it; [`http::plan`] makes one from listed
//!    requests;
//! 3. [`jmx::execution::prepare`] makes the copy that is executed: load, gate, recorder;
//! 4. [`properties`] and [`taurus`] write the files that Taurus and JMeter are started with;
//! 5. [`control`] is the protocol between the worker and the part of Oleada inside the JVM.
//!
//! `docs/jmeter.md` tells the whole story.

pub mod archive;
pub mod control;
pub mod http;
pub mod jmx;
pub mod properties;
pub mod taurus;
pub mod xml;
