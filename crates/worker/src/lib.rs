//! The agent in the load container: fetch, engine, gate, tail, report, upload.
