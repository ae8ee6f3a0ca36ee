//! From samples to exact results: histograms, live ticks, segments, merging, summaries. Pure.
//!
//! The way of a sample: the engine writes a row, [`jtl::Reader`] reads it, [`recorder::Recorder`] counts it into a cell
//! of its second and label. Closed seconds go out twice: as [`live::Tick`]s, a view, and in [`segment`]s, the source of
//! every result. [`merge::Merger`] adds the segments of all workers up into a [`store`], which answers the whole run,
//! any window of it ([`store::Query`]) and [`series`] with the same exact figures.

mod cell;
pub mod compare;
pub mod cpu;
pub mod exchange;
pub mod histogram;
pub mod jtl;
pub mod live;
pub mod merge;
pub mod names;
pub mod recorder;
pub mod results;
pub mod sample;
pub mod segment;
pub mod series;
pub mod store;
mod varint;

/// What takes the place of every name beyond a limit.
pub const OTHER: &str = "(other)";
