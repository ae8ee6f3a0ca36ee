//! How busy a worker is, small enough to be kept for every second of a run.

use serde::{Deserialize, Serialize};

/// What share of its processors a worker used, in whole percent. The least is not to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Cpu(u8);

/// A generator above this share of its processors measures itself rather than its target.
pub const BUSY: f64 = 0.9;

/// The seconds of a worker whose use of its processors was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuSeconds {
    pub measured: u32,
    /// Of them those in which it used more than [`BUSY`].
    pub busy: u32,
}

impl Cpu {
    /// 1 is all of what the worker was given; what is beyond 2.5 is cut.
    pub(crate) fn new(share: Option<f64>) -> Self {
        // Casts saturate.
        Self(share.map_or(0, |share| ((share * 100.0).round() as u8).min(250) + 1))
    }

    pub(crate) fn share(self) -> Option<f64> {
        self.0.checked_sub(1).map(|percent| f64::from(percent) / 100.0)
    }

    pub(crate) fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    pub(crate) fn byte(self) -> u8 {
        self.0
    }
}

impl CpuSeconds {
    /// Counts one more second.
    pub(crate) fn count(&mut self, cpu: Cpu) {
        let Some(share) = cpu.share() else { return };
        self.measured += 1;
        self.busy += u32::from(share > BUSY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_kept_in_whole_percent() {
        for (share, kept) in [
            (0.0, 0.0),
            (0.426, 0.43),
            (1.0, 1.0),
            (2.5, 2.5),
            (40.0, 2.5),
            (-1.0, 0.0),
        ] {
            assert_eq!(Cpu::new(Some(share)).share(), Some(kept));
        }
        assert_eq!(Cpu::new(None).share(), None);
        assert!(Cpu::new(None) < Cpu::new(Some(0.0)));
    }

    #[test]
    fn seconds_without_a_measurement_are_not_counted() {
        let mut seconds = CpuSeconds::default();
        for share in [None, Some(0.9), None, Some(0.91), Some(3.0)] {
            seconds.count(Cpu::new(share));
        }
        assert_eq!(seconds, CpuSeconds { measured: 3, busy: 2 });
    }
}
