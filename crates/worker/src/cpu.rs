//! What share of its CPU the worker uses, with all that it started.

use std::{collections::HashMap, time::Instant};

use crate::process::tree::{self, Process};

/// Adds up the CPU time of a tree of processes between two readings.
///
/// From `/proc` rather than from a control group: on one machine several workers share the machine's own.
#[derive(Debug)]
pub struct Meter {
    root: i32,
    vcpu: f64,
    ticks_per_second: f64,
    seen: HashMap<Process, u64>,
    at: Instant,
}

impl Meter {
    /// Measures `root` and its descendants against `vcpu` processors, from `now` on.
    pub fn new(root: i32, vcpu: u32, now: Instant) -> Self {
        let mut meter = Self {
            root,
            vcpu: f64::from(vcpu.max(1)),
            ticks_per_second: procfs::ticks_per_second() as f64,
            seen: HashMap::new(),
            at: now,
        };
        meter.read(now);
        meter
    }

    /// The share used since the last reading: 1 is all of what the worker was given. `None` when no time has passed.
    ///
    /// A process that ended in between takes its last ticks with it, which makes the figure a little low, never high.
    pub fn read(&mut self, now: Instant) -> Option<f64> {
        let mut living = tree::descendants(self.root);
        living.extend(tree::find(self.root));
        let current: HashMap<Process, u64> =
            living.iter().map(|living| (living.process, living.cpu)).collect();
        let used: u64 = current
            .iter()
            .map(|(process, cpu)| cpu.saturating_sub(self.seen.get(process).copied().unwrap_or(0)))
            .sum();
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.seen = current;
        self.at = now;
        (elapsed > 0.0).then(|| used as f64 / self.ticks_per_second / elapsed / self.vcpu)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_busy_thread_takes_a_share() {
        let start = Instant::now();
        let mut meter = Meter::new(std::process::id() as i32, 2, start);
        assert_eq!(meter.read(start), None);
        let mut spun = 0u64;
        while start.elapsed() < Duration::from_millis(300) {
            spun = std::hint::black_box(spun + 1);
        }
        let share = meter.read(Instant::now()).unwrap();
        // Other tests run beside this one, and other processes may have the processors; it is a share all the same.
        assert!(share > 0.02, "{share}");
        assert!(share < 64.0, "{share}");
    }
}
