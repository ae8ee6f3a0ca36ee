//! Processes: the engine under its guard, and whatever descends from them.

pub mod guard;
pub mod supervised;
pub mod tree;
