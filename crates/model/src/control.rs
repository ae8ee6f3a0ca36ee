//! The word of the control plane to the workers of one region: one small item that they read every two seconds.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de};

use crate::{Timestamp, field::Said};

/// What the workers of one region must know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// Set once, together with [`Control::start_at`].
    pub released: Option<Released>,
    pub start_at: Option<Timestamp>,
    /// Grows while somebody watches the run. A worker that sees no change for [`LEASE`] stops its load by itself.
    pub lease: u64,
    /// When the lease last moved, by the control plane's clock; workers do not look at it.
    pub renewed_at: Option<Timestamp>,
    /// When the region's launch was over: all its workers are ready, or those that are not will not be.
    pub settled_at: Option<Timestamp>,
    /// Set once; the load ends.
    pub stop: Option<Stop>,
}

/// How long a worker goes on without seeing the lease move, by its monotonic clock.
pub const LEASE: crate::Duration = crate::Duration::from_secs(60);

/// What a worker may take to be gone after a stop, with everything uploaded. The control plane gives it up then, so that
/// nothing of a cancelled run is left half a minute after the word.
pub const FAREWELL: crate::Duration = crate::Duration::from_secs(27);

/// Why the load is to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub at: Timestamp,
    pub cause: StopCause,
    #[serde(flatten)]
    pub said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopCause {
    /// A person asked for it, and the run ends as cancelled.
    Cancel,
    /// The run has failed and its workers are sent home.
    Failure,
}

/// The workers that may open their gates: one bit for each position in the region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Released(Vec<u8>);

impl Released {
    pub fn contains(&self, position: u32) -> bool {
        let (byte, bit) = place(position);
        self.0.get(byte).is_some_and(|bits| bits & bit != 0)
    }

    pub fn len(&self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FromIterator<u32> for Released {
    fn from_iter<I: IntoIterator<Item = u32>>(positions: I) -> Self {
        let mut bits = Vec::new();
        for position in positions {
            let (byte, bit) = place(position);
            if bits.len() <= byte {
                bits.resize(byte + 1, 0);
            }
            bits[byte] |= bit;
        }
        Self(bits)
    }
}

fn place(position: u32) -> (usize, u8) {
    (position as usize / 8, 1 << (position % 8))
}

impl Serialize for Released {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Released {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_released_are_those_that_were_put_in(positions in prop::collection::btree_set(0u32..1_000, 0..200)) {
            let released: Released = positions.iter().copied().collect();
            let text = serde_json::to_string(&released).unwrap();
            prop_assert!(text.len() < 200);
            let released: Released = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(released.len() as usize, positions.len());
            for position in 0..1_010 {
                prop_assert_eq!(released.contains(position), positions.contains(&position));
            }
        }
    }
}
