//! Starts tasks for indices: assigned first, then launched, then named.
//!
//! The assignment is stored before RunTask and is the launch's memory: a launch that broke off is repeated from it, with
//! the same client token, so that ECS answers the tasks that it started the first time.

use std::{collections::BTreeMap, time::Duration};

use aws::{Gateways, fleet::Launch, settings::Site, workers};
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use model::{
    Region, RunId, disk,
    plan::RegionPlan,
    run::{ReasonCode, Run},
    worker::{Exit, Loss, State, Worker},
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use crate::{Clock, Error};

/// A region of a planned run.
pub(crate) struct Place {
    pub run_id: RunId,
    pub region: RegionPlan,
    pub site: Site,
    pub run: Run,
}

/// How often a task may die for an index before the index is lost.
const MOST_ATTEMPTS: u32 = 3;
/// RunTask calls that are under way at the same time.
const CALLS_AT_ONCE: usize = 4;

impl Place {
    pub async fn of(gateways: &Gateways, run: &Run, region: &Region) -> Result<Self, Error> {
        let plan = run.plan.as_ref().and_then(|plan| plan.region(region));
        let plan = plan.ok_or_else(|| Error::Event(format!("{} has no plan for {region}", run.run_id)))?;
        let site = gateways.settings.site(region).await?;
        Ok(Self {
            run_id: run.run_id,
            region: plan.clone(),
            site,
            run: run.clone(),
        })
    }

    pub fn name(&self) -> &Region {
        &self.region.region
    }
}

/// Whether nobody will get to the gate for this index any more.
pub(crate) fn is_given_up(worker: &Worker) -> bool {
    let died_too_often = worker.assignment.is_some() && worker.attempt + 1 >= MOST_ATTEMPTS;
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
    let detail = worker
        .exit
        .as_ref()
        .map_or("it was lost", |exit| exit.detail.as_str());
    let others = if lost > 1 {
        format!(" (and {} more)", lost - 1)
    } else {
        String::new()
    };
    Error::failed(
        code,
        format!("worker {} in {}{others}: {detail}", worker.index, worker.region),
    )
}

/// A launch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Batch {
    attempt: u32,
    indices: Vec<u32>,
}

pub(crate) struct Placing<'a> {
    gateways: &'a Gateways,
    clock: Clock,
    place: &'a Place,
    bucket: Mutex<Bucket>,
}

impl<'a> Placing<'a> {
    pub fn new(gateways: &'a Gateways, clock: Clock, place: &'a Place) -> Self {
        Self {
            gateways,
            clock,
            place,
            bucket: Mutex::new(Bucket::full()),
        }
    }

    /// Starts what was never started, and what was begun and broke off.
    pub async fn place_missing(&self, workers: &[Worker]) -> Result<(), Error> {
        let mut batches: Vec<(Batch, bool)> = broken_off(workers)
            .into_iter()
            .map(|batch| (batch, true))
            .collect();
        let missing: Vec<u32> = self
            .place
            .region
            .indices()
            .filter(|index| workers.iter().all(|worker| worker.index != *index))
            .collect();
        batches.extend(in_batches(&missing, 0).map(|batch| (batch, false)));
        self.start(batches).await
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
        self.start(batches.map(|batch| (batch, false)).collect()).await
    }

    async fn start(&self, batches: Vec<(Batch, bool)>) -> Result<(), Error> {
        stream::iter(batches)
            .map(|(batch, assigned)| async move { self.start_one(&batch, assigned).await })
            .buffer_unordered(CALLS_AT_ONCE)
            .try_collect()
            .await
    }

    async fn start_one(&self, batch: &Batch, assigned: bool) -> Result<(), Error> {
        let (workers, run_id, region) = (&self.gateways.workers, self.place.run_id, self.place.name());
        if workers.control(run_id, region).await?.stop.is_some() {
            return Ok(());
        }
        if !assigned {
            match workers
                .assign(run_id, region, &batch.indices, batch.attempt, self.clock.now())
                .await
            {
                // Another invocation was quicker, and launches them.
                Err(aws::Error::Conflict(_)) => return Ok(()),
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
                for index in nameless {
                    let (loss, detail) = match failures.next() {
                        Some(failure) if failure.is_passing() => (Loss::NotPlaced, failure.to_string()),
                        Some(failure) => (Loss::Refused, failure.to_string()),
                        None => (
                            Loss::NotPlaced,
                            "ECS placed fewer tasks than were asked for".to_owned(),
                        ),
                    };
                    self.give_up(index, batch.attempt, loss, detail).await?;
                }
                Ok(())
            }
            Err(aws::Error::Refused { code, message }) => {
                tracing::warn!(%run_id, %region, code, message, "ECS refused a launch");
                let detail = format!("{code}: {message}");
                for index in &batch.indices {
                    self.give_up(*index, batch.attempt, Loss::Refused, detail.clone())
                        .await?;
                }
                Ok(())
            }
            // The batch stays assigned; it is launched again from its assignment.
            Err(error) if error.is_passing() => {
                tracing::warn!(%run_id, %region, %error, "a launch is tried again later");
                Ok(())
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

    async fn give_up(&self, index: u32, attempt: u32, loss: Loss, detail: String) -> Result<(), Error> {
        let exit = Exit { code: -1, detail };
        let workers = &self.gateways.workers;
        workers
            .give_up(self.place.run_id, self.place.name(), index, attempt, loss, &exit)
            .await?;
        Ok(())
    }
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

/// Fargate starts 100 tasks at once and then 20 a second, in 20 calls a second:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html>
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

const BURST: f64 = 100.0;
const REFILL_PER_SECOND: f64 = 20.0;
const BETWEEN_CALLS: Duration = Duration::from_millis(50);

impl Bucket {
    fn full() -> Self {
        Self {
            tokens: BURST,
            filled_at: Instant::now(),
        }
    }

    async fn take(&mut self, tasks: usize) {
        let wanted = tasks as f64;
        self.refill();
        if self.tokens < wanted {
            sleep(Duration::from_secs_f64(
                (wanted - self.tokens) / REFILL_PER_SECOND,
            ))
            .await;
            self.refill();
        }
        self.tokens -= wanted;
        if tasks > 1 {
            sleep(BETWEEN_CALLS).await;
        }
    }

    fn refill(&mut self) {
        let now = Instant::now();
        let fresh = now.duration_since(self.filled_at).as_secs_f64() * REFILL_PER_SECOND;
        self.tokens = (self.tokens + fresh).min(BURST);
        self.filled_at = now;
    }
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
        let lost = |loss, attempt| Worker {
            loss: Some(loss),
            attempt,
            ..worker(0, State::Lost)
        };
        assert!(!is_given_up(&lost(Loss::TaskStopped, 1)));
        assert!(is_given_up(&lost(Loss::TaskStopped, 2)));
        assert!(is_given_up(&lost(Loss::EngineFailed, 0)));
        assert!(is_given_up(&lost(Loss::Refused, 0)));
        assert!(!is_given_up(&Worker {
            assignment: None,
            ..lost(Loss::NotPlaced, 50)
        }));
        assert!(!is_given_up(&worker(0, State::Ready)));
    }

    #[tokio::test(start_paused = true)]
    async fn launches_keep_to_the_quota() {
        let mut bucket = Bucket::full();
        let begun = Instant::now();
        for _ in 0..30 {
            bucket.take(10).await;
        }
        // 300 tasks: 100 at once, the rest at 20 a second.
        let took = begun.elapsed().as_secs_f64();
        assert!((9.9..10.6).contains(&took), "{took}");
    }
}
