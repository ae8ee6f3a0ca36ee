//! What fits on this machine, and what tests want refused.

use std::{collections::HashMap, io, sync::Mutex};

use procfs::{Current, Meminfo};

/// What a Fargate launch answers when there is no room, as a failure without an ARN.
/// <https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity>
pub(super) const FARGATE_FULL: &str =
    "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/// What a Fargate launch answers beyond the region's vCPU quota, as a failure without an ARN.
pub(super) const FARGATE_QUOTA: &str =
    "You've reached the limit on the number of vCPUs you can run concurrently";

/// How much all tasks together may reserve.
#[derive(Debug, Clone, Copy)]
pub struct Capacity {
    /// CPU units, 1,024 a core.
    pub cpu_units: u64,
    /// MiB.
    pub memory_mib: u64,
    /// What must really be free, beside the reservations, for a task to start; MiB.
    pub spare_memory_mib: u64,
    /// The quota of one region, in vCPUs.
    pub region_vcpus: u64,
}

impl Capacity {
    /// The machine's cores and memory, each times its over-commit factor. Tasks rarely use what they reserve.
    pub fn of_machine(cpu_overcommit: f64, memory_overcommit: f64) -> io::Result<Self> {
        let memory = Meminfo::current().map_err(io::Error::other)?;
        let cores = std::thread::available_parallelism()?.get();
        Ok(Self {
            cpu_units: (cores as f64 * 1_024.0 * cpu_overcommit) as u64,
            memory_mib: (memory.mem_total as f64 / 1_048_576.0 * memory_overcommit) as u64,
            spare_memory_mib: 256,
            region_vcpus: 4_000,
        })
    }

    /// Why a task of this size does not fit beside what is reserved already.
    pub(super) fn check(&self, wanted: Size, reserved: Size, in_region: Size) -> Option<Shortage> {
        if in_region.cpu + wanted.cpu > self.region_vcpus * 1_024 {
            return Some(Shortage::Quota {
                vcpus: self.region_vcpus,
            });
        }
        if reserved.cpu + wanted.cpu > self.cpu_units {
            return Some(Shortage::Cpu {
                wanted: wanted.cpu,
                free: self.cpu_units.saturating_sub(reserved.cpu),
            });
        }
        let free = self.memory_mib.saturating_sub(reserved.memory);
        if wanted.memory > free {
            return Some(Shortage::Memory {
                wanted: wanted.memory,
                free,
            });
        }
        let available = Meminfo::current().ok()?.mem_available? / 1_048_576;
        (available < self.spare_memory_mib).then_some(Shortage::Memory {
            wanted: wanted.memory,
            free: available,
        })
    }
}

/// CPU units and MiB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub cpu: u64,
    pub memory: u64,
}

/// What there is too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortage {
    Cpu {
        wanted: u64,
        free: u64,
    },
    Memory {
        wanted: u64,
        free: u64,
    },
    Quota {
        vcpus: u64,
    },
    /// A test said so.
    Injected,
}

impl Shortage {
    /// The reason in a RunTask failure. Fargate does not name the resource.
    pub(super) fn reason(self, fargate: bool) -> &'static str {
        match self {
            Self::Quota { .. } => FARGATE_QUOTA,
            _ if fargate => FARGATE_FULL,
            Self::Cpu { .. } => "RESOURCE:CPU",
            Self::Memory { .. } | Self::Injected => "RESOURCE:MEMORY",
        }
    }

    /// What a person at this machine wants to know.
    pub(super) fn detail(self) -> String {
        match self {
            Self::Cpu { wanted, free } => format!("{wanted} CPU units wanted, {free} free on this machine"),
            Self::Memory { wanted, free } => format!("{wanted} MiB wanted, {free} MiB free on this machine"),
            Self::Quota { vcpus } => format!("the quota of the region on this machine is {vcpus} vCPUs"),
            Self::Injected => "refused on purpose".to_owned(),
        }
    }
}

/// A refusal that ECS makes now and then and that a test can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A task finds no room: a failure in the answer of RunTask.
    Capacity,
    /// A RunTask call is one too many: `ThrottlingException`.
    Throttling,
    /// A RunTask call fails on the side of the service: `ServerException`.
    Server,
    /// A task's image cannot be pulled: the task stops before it started.
    Image,
}

/// The refusals still to be made.
#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<Refusal, u32>>);

impl Refusals {
    pub(super) fn add(&self, refusal: Refusal, times: u32) {
        *self
            .0
            .lock()
            .expect("no holder panics")
            .entry(refusal)
            .or_default() += times;
    }

    pub(super) fn clear(&self) {
        self.0.lock().expect("no holder panics").clear();
    }

    /// Uses up one, if there is one.
    pub(super) fn take(&self, refusal: Refusal) -> bool {
        let mut left = self.0.lock().expect("no holder panics");
        match left.get_mut(&refusal) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shortage_is_told_apart() {
        let capacity = Capacity {
            cpu_units: 2_048,
            memory_mib: 1_000,
            spare_memory_mib: 0,
            region_vcpus: 1,
        };
        let wanted = |cpu, memory| Size { cpu, memory };
        let none = Size::default();
        assert_eq!(capacity.check(wanted(1_024, 1_000), none, none), None);
        assert_eq!(
            capacity.check(wanted(2_048, 1), none, none),
            Some(Shortage::Quota { vcpus: 1 })
        );
        assert_eq!(
            capacity.check(wanted(1_024, 1), wanted(1_536, 0), none),
            Some(Shortage::Cpu {
                wanted: 1_024,
                free: 512
            })
        );
        assert_eq!(
            capacity.check(wanted(0, 600), wanted(0, 500), none),
            Some(Shortage::Memory {
                wanted: 600,
                free: 500
            })
        );
    }
}
