//! Starts tasks for indices: assigned first, then launched, then named.
//!
//! The assignment is stored before RunTask and is the launch's memory: a launch that broke off is repeated from it, with
//! the same client token, so that ECS answers the tasks that it started the first time.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use aws::{Gateways, fleet::Launch, settings::Site, workers};
use futures::{StreamExt, future::try_join_all, stream::FuturesUnordered};
use model::{
    Region, RunId, disk,
    field::Said,
    plan::RegionPlan,
    run::{ReasonCode, Run},
    said,
    worker::{Exit, Loss, State, Worker},
};
use tokio::{sync::Mutex, time::sleep};

use crate::{Clock, Error, bucket::Bucket, event::OfRegion, lease::Lease};

/// A region of a planned run.
pub(crate) struct Place {
    pub run_id: RunId,
    pub region: RegionPlan,
    pub site: Site,
    pub run: Run,
}

/// With so many dead tasks an index is lost.
const MOST_DEATHS: u32 = 3;
/// RunTask calls that are under way at the same time.
const CALLS_AT_ONCE: usize = 4;
/// How often an index that finds no room is tried again before it is left for later.
const MOST_RETRIES: u32 = 6;
/// Before the first of these tries; each further one waits twice as long.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

impl Place {
    pub async fn of(gateways: &Gateways, event: OfRegion) -> Result<Self, Error> {
        let OfRegion { run_id, region } = event;
        let run = gateways.runs.get(run_id).await?;
        let plan = run.plan.as_ref().and_then(|plan| plan.region(&region));
        let plan = plan.ok_or_else(|| Error::Event(format!("{run_id} has no plan for {region}")))?;
        Ok(Self {
            run_id,
            region: plan.clone(),
            site: gateways.settings.site(&region).await?,
            run,
        })
    }

    pub fn name(&self) -> &Region {
        &self.region.region
    }
}

/// Whether nobody will get to the gate for this index any more.
pub(crate) fn is_given_up(worker: &Worker) -> bool {
    let died_too_often = worker.deaths >= MOST_DEATHS;
    worker.state == State::Lost
        && worker
            .loss
            .is_none_or(|loss| !loss.is_worth_a_relaunch() || died_too_often)
}

/// The failure of a run that cannot start without this worker, in the words of what happened to it.
pub(crate) fn start_failure(worker: &Worker, lost: usize) -> Error {
    let code = match worker.loss {
        Some(Loss::EngineFailed) => ReasonCode::EngineFailed,
        Some(Loss::SetupFailed) => ReasonCode::SetupFailed,
        _ => ReasonCode::LaunchRefused,
    };
    let exit = match &worker.exit {
        Some(exit) => exit.said(),
        None => said!("WORKER_WAS_LOST", "it was lost"),
    };
    let (index, region) = (worker.index, &worker.region);
    let said = if lost > 1 {
        said!(
            "WORKERS_CANNOT_START",
            "worker {} in {} (and {} more): {}",
            index,
            region,
            lost - 1,
            exit.detail
        )
    } else {
        said!(
            "WORKER_CANNOT_START",
            "worker {} in {}: {}",
            index,
            region,
            exit.detail
        )
    }
    .ending_in(&exit);
    Error::failed(code, said)
}

/// A launch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Batch {
    attempt: u32,
    indices: Vec<u32>,
}

/// A launch that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    batch: Batch,
    /// Whether it is stored already.
    assigned: bool,
    /// How often in a row there was no room for its indices.
    retries: u32,
}

pub(crate) struct Placing<'a> {
    gateways: &'a Gateways,
    clock: Clock,
    place: &'a Place,
    lease: &'a Lease<'a>,
    bucket: Mutex<Bucket>,
}

impl<'a> Placing<'a> {
    pub fn new(
        gateways: &'a Gateways,
        clock: Clock,
        place: &'a Place,
        lease: &'a Lease<'a>,
        bucket: Bucket,
    ) -> Self {
        Self {
            gateways,
            clock,
            place,
            lease,
            bucket: Mutex::new(bucket),
        }
    }

    /// Starts what was never started, and what was begun and broke off.
    pub async fn place_missing(&self, workers: &[Worker]) -> Result<(), Error> {
        let begun = broken_off(workers).into_iter().map(|batch| Call {
            assigned: true,
            ..Call::new(batch)
        });
        let known: BTreeSet<u32> = workers.iter().map(|worker| worker.index).collect();
        let indices = self.place.region.indices();
        let missing: Vec<u32> = indices.filter(|index| !known.contains(index)).collect();
        self.start(begun.chain(in_batches(&missing, 0).map(Call::new)).collect())
            .await
    }

    /// Starts another task for the indices that were lost and may have one.
    pub async fn relaunch(&self, workers: &[Worker]) -> Result<(), Error> {
        let mut by_attempt: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for worker in workers
            .iter()
            .filter(|worker| worker.state == State::Lost && !is_given_up(worker))
        {
            by_attempt
                .entry(worker.attempt + 1)
                .or_default()
                .push(worker.index);
        }
        let batches = by_attempt
            .iter()
            .flat_map(|(attempt, indices)| in_batches(indices, *attempt));
        self.start(batches.map(Call::new).collect()).await
    }

    /// Makes the calls. An index for which there is no room goes to the end of the queue, where others of its kind join it:
    /// what is short at one moment is there at the next, and a launch of its own would waste a call.
    async fn start(&self, mut queue: VecDeque<Call>) -> Result<(), Error> {
        let mut under_way = FuturesUnordered::new();
        let mut homeless: Vec<Call> = Vec::new();
        loop {
            if queue.is_empty() {
                queue.extend(homeless.drain(..));
            }
            while under_way.len() < CALLS_AT_ONCE
                && let Some(call) = queue.pop_front()
            {
                under_way.push(self.start_one(call));
            }
            let Some(outcome) = under_way.next().await else {
                return Ok(());
            };
            if let Some(again) = outcome? {
                queue.extend(join(&mut homeless, again));
            }
        }
    }

    /// Makes one call, and answers that which is to be made for the indices that found no room.
    async fn start_one(&self, call: Call) -> Result<Option<Call>, Error> {
        let (workers, run_id, region) = (&self.gateways.workers, self.place.run_id, self.place.name());
        sleep(call.pause()).await;
        if self.lease.look().await?.stop.is_some() {
            return Ok(None);
        }
        let batch = &call.batch;
        if !call.assigned {
            match workers
                .assign(run_id, region, &batch.indices, batch.attempt, self.clock.now())
                .await
            {
                // Another invocation was quicker, and launches them.
                Err(aws::Error::Conflict(_)) => return Ok(None),
                outcome => outcome?,
            }
        }
        self.bucket.lock().await.take(batch.indices.len()).await;
        let launch = Launch {
            run_id,
            site: &self.place.site,
            indices: &batch.indices,
            attempt: batch.attempt,
            size: &self.place.run.scenario.worker,
            disk_gb: disk::gb(&self.place.run.scenario),
        };
        match self.gateways.fleet.launch(launch).await {
            Ok(launched) => {
                let nameless = self.name(batch, launched.tasks).await?;
                let mut failures = launched.failures.iter().cycle();
                let mut unplaced = Vec::new();
                for index in nameless {
                    let (loss, said) = match failures.next() {
                        Some(failure) if failure.is_passing() => {
                            (Loss::NotPlaced, failure.to_string().into())
                        }
                        Some(failure) => (Loss::Refused, failure.to_string().into()),
                        None => {
                            let said = said!("PLACED_FEWER", "ECS placed fewer tasks than were asked for");
                            (Loss::NotPlaced, said)
                        }
                    };
                    self.give_up(index, batch.attempt, loss, said).await?;
                    if loss.is_worth_a_relaunch() {
                        unplaced.push(index);
                    }
                }
                Ok(call.again(unplaced))
            }
            Err(aws::Error::Refused { code, message }) => {
                tracing::warn!(%run_id, %region, code, message, "ECS refused a launch");
                let detail = format!("{code}: {message}");
                for index in &batch.indices {
                    self.give_up(*index, batch.attempt, Loss::Refused, detail.clone().into())
                        .await?;
                }
                Ok(None)
            }
            // The batch stays assigned; it is launched again from its assignment.
            Err(error) if error.is_passing() => {
                tracing::warn!(%run_id, %region, %error, "a launch is tried again later");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the tasks to the indices, and answers the indices that are left without. ECS answers a repeated launch in
    /// any order, and another invocation may be here too: sorted, each task always falls to the same index.
    async fn name(&self, batch: &Batch, mut tasks: Vec<String>) -> Result<Vec<u32>, Error> {
        tasks.sort();
        let named = batch
            .indices
            .iter()
            .zip(&tasks)
            .map(|(index, task)| self.name_one(*index, batch.attempt, task));
        try_join_all(named).await?;
        Ok(batch.indices.iter().skip(tasks.len()).copied().collect())
    }

    async fn name_one(&self, index: u32, attempt: u32, task: &str) -> Result<(), Error> {
        let (workers, run_id, region) = (&self.gateways.workers, self.place.run_id, self.place.name());
        match workers.name_task(run_id, region, index, attempt, task).await {
            // It has been relaunched since; this task finds no seat and leaves.
            Err(aws::Error::Conflict(_)) => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    async fn give_up(&self, index: u32, attempt: u32, loss: Loss, said: Said) -> Result<(), Error> {
        let exit = Exit::new(-1, said);
        let workers = &self.gateways.workers;
        workers
            .give_up(self.place.run_id, self.place.name(), index, attempt, loss, &exit)
            .await?;
        Ok(())
    }
}

impl Call {
    fn new(batch: Batch) -> Self {
        Self {
            batch,
            assigned: false,
            retries: 0,
        }
    }

    /// The next launch of those of its indices that found no room, unless that was tried often enough.
    fn again(&self, unplaced: Vec<u32>) -> Option<Self> {
        let batch = Batch {
            attempt: self.batch.attempt + 1,
            indices: unplaced,
        };
        let retries = self.retries + 1;
        (!batch.indices.is_empty() && retries <= MOST_RETRIES).then(|| Self {
            retries,
            ..Self::new(batch)
        })
    }

    fn pause(&self) -> Duration {
        match self.retries {
            0 => Duration::ZERO,
            retries => RETRY_PAUSE * 2_u32.pow(retries - 1),
        }
    }
}

/// Puts the indices of a call to those that wait for the same launch, and takes out what fills a call.
fn join(waiting: &mut Vec<Call>, call: Call) -> Option<Call> {
    let alike = |other: &Call| (other.batch.attempt, other.retries) == (call.batch.attempt, call.retries);
    let Some(place) = waiting.iter().position(alike) else {
        waiting.push(call);
        return None;
    };
    let indices = &mut waiting[place].batch.indices;
    indices.extend(&call.batch.indices);
    if indices.len() < workers::BATCH {
        return None;
    }
    let left = indices.split_off(workers::BATCH);
    let full = waiting.swap_remove(place);
    if !left.is_empty() {
        let mut rest = full.clone();
        rest.batch.indices = left;
        waiting.push(rest);
    }
    Some(full)
}

fn in_batches(indices: &[u32], attempt: u32) -> impl Iterator<Item = Batch> {
    indices.chunks(workers::BATCH).map(move |indices| Batch {
        attempt,
        indices: indices.to_vec(),
    })
}

/// The launches of which some index still waits for its task.
fn broken_off(workers: &[Worker]) -> Vec<Batch> {
    let mut batches: BTreeMap<(u32, u32), (Vec<u32>, bool)> = BTreeMap::new();
    for worker in workers {
        let (indices, waits) = batches.entry((worker.batch, worker.attempt)).or_default();
        indices.push(worker.index);
        *waits |= worker.state == State::Assigned && worker.assignment.is_none();
    }
    let waiting = batches.into_iter().filter(|(_, (_, waits))| *waits);
    waiting
        .map(|((_, attempt), (indices, _))| Batch { attempt, indices })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::worker;

    #[test]
    fn a_launch_that_broke_off_is_found_whole() {
        let named = Worker {
            batch: 0,
            ..worker(0, State::Ready)
        };
        let waiting = Worker {
            batch: 0,
            assignment: None,
            ..worker(1, State::Assigned)
        };
        let other = Worker {
            batch: 10,
            ..worker(10, State::Assigned)
        };
        let relaunched = Worker {
            batch: 2,
            attempt: 1,
            assignment: None,
            ..worker(2, State::Assigned)
        };
        let batches = broken_off(&[named, waiting, relaunched, other]);
        assert_eq!(
            batches,
            [
                Batch {
                    attempt: 0,
                    indices: vec![0, 1]
                },
                Batch {
                    attempt: 1,
                    indices: vec![2]
                }
            ]
        );
    }

    #[test]
    fn a_task_may_die_twice_and_capacity_is_waited_for() {
        let lost = |loss, deaths, attempt| Worker {
            loss: Some(loss),
            deaths,
            attempt,
            ..worker(0, State::Lost)
        };
        // However often there was no room before.
        assert!(!is_given_up(&lost(Loss::TaskStopped, 2, 7)));
        assert!(is_given_up(&lost(Loss::TaskStopped, 3, 2)));
        assert!(is_given_up(&lost(Loss::EngineFailed, 1, 0)));
        assert!(is_given_up(&lost(Loss::Refused, 0, 0)));
        assert!(!is_given_up(&lost(Loss::NotPlaced, 0, 50)));
        assert!(!is_given_up(&worker(0, State::Ready)));
    }

    #[test]
    fn indices_without_room_share_a_call() {
        let call = |indices: std::ops::Range<u32>| Call {
            retries: 1,
            ..Call::new(Batch {
                attempt: 1,
                indices: indices.collect(),
            })
        };
        let mut waiting = Vec::new();
        assert_eq!(join(&mut waiting, call(0..6)), None);
        let later = call(90..91).again(vec![90]).unwrap();
        assert_eq!((later.batch.attempt, later.retries), (2, 2));
        assert_eq!(join(&mut waiting, later.clone()), None);
        assert_eq!(join(&mut waiting, call(6..13)), Some(call(0..10)));
        assert_eq!(waiting, [later, call(10..13)]);
        assert_eq!(join(&mut waiting, call(13..20)), Some(call(10..20)));
        assert_eq!(waiting.len(), 1);
    }

    #[test]
    fn the_want_of_room_is_left_for_later_after_some_tries() {
        let mut call = Call::new(Batch {
            attempt: 0,
            indices: vec![3],
        });
        let mut pauses = vec![call.pause()];
        while let Some(again) = call.again(vec![3]) {
            pauses.push(again.pause());
            call = again;
        }
        let ms: Vec<u128> = pauses.iter().map(Duration::as_millis).collect();
        assert_eq!(ms, [0, 100, 200, 400, 800, 1_600, 3_200]);
        assert_eq!(call.again(Vec::new()), None);
    }
}
