//! The list of what was folded of a run that goes on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which parts of a result there are by now; together they are all that was folded. It is written after the parts that
/// it names, and before those that it no longer names are deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    /// Each is a folder below the live results, with an index and two data files.
    pub parts: Vec<String>,
    /// Seconds from `startAt` up to which every live worker's samples are in the parts.
    pub complete_until: u32,
    /// By worker: the sequence number of its first segment that is in none of the parts. It stands in the same object as
    /// the list of parts, so that no segment is folded twice.
    #[serde(default)]
    pub folded: BTreeMap<u32, u32>,
}
