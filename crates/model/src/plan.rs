//! How a run's load is split over regions, workers and thread groups.

use serde::{Deserialize, Serialize};

use crate::{Duration, Region, scenario::Scenario};

/// What was decided before the first worker was launched. It never changes, and every worker's share follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub regions: Vec<RegionPlan>,
    /// Between two live ticks of one worker.
    pub tick_interval: Duration,
    /// Between two heartbeats of one worker.
    pub heartbeat_interval: Duration,
    /// The step of the stored series: 1 s up to two hours, 10 s above.
    pub resolution: Duration,
}

/// One region's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionPlan {
    pub region: Region,
    /// The index, over the whole run, of the region's first worker.
    pub first: u32,
    pub workers: u32,
    /// The region's total; `None` where the plan's own groups set the users.
    pub virtual_users: Option<u32>,
}

/// A region's workers send their heartbeats to one partition, which takes 1,000 writes a second; see
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>. An item with its
/// histograms has some kilobytes, one write unit each, and 400 units a second leave room for the rest.
const HEARTBEAT_ITEM_KB: u64 = 4;
/// How many workers of a region may say at once what all of them have to say at one instant.
const SPOKEN_PER_SECOND: u64 = 500;
/// IoT Core takes 512 KB a second from one connection and gives a reader no more; half of it is ours.
const LIVE_BYTES_PER_SECOND: u64 = 250_000;
/// The largest live line of one worker; `metrics` packs to it.
pub const LIVE_LINE_BYTES: u64 = 12_000;

impl Plan {
    pub fn new(scenario: &Scenario) -> Self {
        let mut first = 0;
        let regions = scenario
            .traffic
            .iter()
            .map(|traffic| {
                let region = RegionPlan {
                    region: traffic.region.clone(),
                    first,
                    workers: traffic.workers,
                    virtual_users: traffic.virtual_users,
                };
                first += traffic.workers;
                region
            })
            .collect();
        let workers = u64::from(scenario.workers());
        let largest_region = scenario
            .traffic
            .iter()
            .map(|traffic| u64::from(traffic.workers))
            .max()
            .unwrap_or(0);
        let line = LIVE_LINE_BYTES / 4; // a typical line; a full one is rare
        let tick_ms = [
            1_000,
            workers * 1_000 / 50,
            workers * line * 1_000 / LIVE_BYTES_PER_SECOND,
        ];
        let heartbeat_ms = [5_000, largest_region * HEARTBEAT_ITEM_KB * 1_000 / 400];
        let long = scenario.shape.load() > Duration::from_secs(2 * 3600);
        Self {
            regions,
            tick_interval: whole_seconds(&tick_ms),
            heartbeat_interval: whole_seconds(&heartbeat_ms),
            resolution: Duration::from_secs(if long { 10 } else { 1 }),
        }
    }

    /// The planned workers of all regions.
    pub fn workers(&self) -> u32 {
        self.regions.iter().map(|region| region.workers).sum()
    }

    pub fn region(&self, region: &Region) -> Option<&RegionPlan> {
        self.regions.iter().find(|part| part.region == *region)
    }

    /// The region of a worker, by its index over the whole run.
    pub fn region_of(&self, worker: u32) -> Option<&RegionPlan> {
        self.regions.iter().find(|part| part.indices().contains(&worker))
    }
}

impl RegionPlan {
    /// The indices, over the whole run, of the region's workers.
    pub fn indices(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.workers
    }

    /// A worker's place within the region: its bit in the released set.
    pub fn position(&self, worker: u32) -> Option<u32> {
        self.indices().contains(&worker).then(|| worker - self.first)
    }

    /// Over how long the region's workers spread what all of them would say at one instant: that their gates have opened,
    /// and that they are done. Their partition takes 1,000 writes a second, heartbeats included.
    pub fn spread(&self) -> Duration {
        Duration::from_ms(u64::from(self.workers) * 1_000 / SPOKEN_PER_SECOND)
    }

    /// The virtual users of one worker in each thread group of the plan.
    ///
    /// The region's users are allotted to the groups by largest remainder, in proportion to each group's own count, and
    /// dealt to the workers in turn: over the region every group's sum is exact, and workers differ by at most one user.
    /// `None` when the worker is not of this region or the plan's own groups set the users.
    pub fn share(&self, worker: u32, group_counts: &[u32]) -> Option<Vec<u32>> {
        let position = u64::from(self.position(worker)?);
        let groups = largest_remainder(u64::from(self.virtual_users?), group_counts);
        let workers = u64::from(self.workers);
        let mut dealt = 0;
        let share = groups.into_iter().map(|users| {
            let (from, to) = (dealt, dealt + users);
            dealt = to;
            // How many of the users from..to fall to this worker when user k goes to worker k mod workers.
            let before = |end: u64| (end + workers - 1 - position) / workers;
            u32::try_from(before(to) - before(from)).unwrap_or(u32::MAX)
        });
        Some(share.collect())
    }
}

/// Splits `total` in proportion to `weights`, exactly; among equal remainders the earlier comes first. Weights that are
/// all zero count as equal.
pub fn largest_remainder(total: u64, weights: &[u32]) -> Vec<u64> {
    let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let (weights, sum): (Vec<u64>, u64) = if sum == 0 {
        (vec![1; weights.len()], weights.len() as u64)
    } else {
        (weights.iter().map(|weight| u64::from(*weight)).collect(), sum)
    };
    let mut shares: Vec<u64> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(total * weights[*i] % sum));
    let left = total - shares.iter().sum::<u64>();
    for i in order
        .into_iter()
        .take(usize::try_from(left).unwrap_or(usize::MAX))
    {
        shares[i] += 1;
    }
    shares
}

fn whole_seconds(candidates_ms: &[u64]) -> Duration {
    Duration::from_secs(candidates_ms.iter().max().unwrap_or(&1_000).div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(first: u32, workers: u32, users: u32) -> RegionPlan {
        RegionPlan {
            region: "us-east-1".parse().unwrap(),
            first,
            workers,
            virtual_users: Some(users),
        }
    }

    #[test]
    fn ten_users_on_twenty_groups_are_ten() {
        let share = region(0, 1, 10).share(0, &[1; 20]).unwrap();
        assert_eq!(share.iter().sum::<u32>(), 10);
        assert_eq!(share, [[1; 10], [0; 10]].concat());
    }

    #[test]
    fn a_worker_of_another_region_has_no_share() {
        assert_eq!(region(4, 2, 10).share(3, &[1]), None);
        assert_eq!(region(4, 2, 10).share(6, &[1]), None);
        assert_eq!(region(4, 2, 11).share(4, &[1]), Some(vec![6]));
        assert_eq!(region(4, 2, 11).share(5, &[1]), Some(vec![5]));
    }

    proptest! {
        #[test]
        fn the_union_of_the_shares_is_the_load(
            first in 0u32..5_000, workers in 1u32..300, users in 0u32..100_000,
            weights in prop::collection::vec(0u32..1_000, 1..30),
        ) {
            let region = region(first, workers, users);
            let shares: Vec<Vec<u32>> =
                region.indices().map(|worker| region.share(worker, &weights).unwrap()).collect();
            let of_group = |g: usize| shares.iter().map(|share| u64::from(share[g])).sum::<u64>();
            let groups: Vec<u64> = (0..weights.len()).map(of_group).collect();
            prop_assert_eq!(&groups, &largest_remainder(u64::from(users), &weights));
            prop_assert_eq!(groups.iter().sum::<u64>(), u64::from(users));
            let totals: Vec<u32> = shares.iter().map(|share| share.iter().sum()).collect();
            prop_assert!(totals.iter().max().unwrap() - totals.iter().min().unwrap() <= 1);
        }

        #[test]
        fn every_share_is_its_quota_rounded_down_or_up(
            total in 0u64..1_000_000, weights in prop::collection::vec(1u32..1_000, 1..50),
        ) {
            let sum: u64 = weights.iter().map(|w| u64::from(*w)).sum();
            for (share, weight) in largest_remainder(total, &weights).into_iter().zip(&weights) {
                let floor = total * u64::from(*weight) / sum;
                prop_assert!(share == floor || share == floor + 1);
            }
        }
    }
}
