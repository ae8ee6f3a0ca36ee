//! How long a worker goes on without a sign of the control plane.

use std::time::{Duration, Instant};

use model::control::LEASE;

/// Times the lease on the monotonic clock, which no correction of the wall clock can stretch.
#[derive(Debug, Clone)]
pub struct Lease {
    seen: Option<u64>,
    changed: Instant,
}

impl Lease {
    /// A lease that counts from `now`, as if it had just been renewed.
    pub fn new(now: Instant) -> Self {
        Self {
            seen: None,
            changed: now,
        }
    }

    /// Notes the value that was read. Only a change renews: an item that can still be read proves nothing about whoever
    /// is meant to write it.
    pub fn observe(&mut self, value: u64, now: Instant) {
        if self.seen != Some(value) {
            self.seen = Some(value);
            self.changed = now;
        }
    }

    /// When the lease is lost unless it changes before.
    pub fn ends(&self) -> Instant {
        self.changed + Duration::from(LEASE)
    }

    pub fn is_lost(&self, now: Instant) -> bool {
        now >= self.ends()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn only_a_change_renews_it() {
        let start = Instant::now();
        let mut lease = Lease::new(start);
        lease.observe(7, after(start, 50));
        lease.observe(7, after(start, 100));
        assert!(!lease.is_lost(after(start, 109)));
        assert!(lease.is_lost(after(start, 110)));
        lease.observe(8, after(start, 109));
        assert!(!lease.is_lost(after(start, 168)));
    }

    #[test]
    fn it_is_lost_without_any_sign() {
        let start = Instant::now();
        let lease = Lease::new(start);
        assert!(!lease.is_lost(after(start, 59)));
        assert!(lease.is_lost(after(start, 60)));
    }
}
