//! How many workers of a region stand where, as the run's record shows it.

use std::time::Duration;

use aws::Gateways;
use model::{
    run::{Run, WorkerCounts},
    worker::{State, Worker},
};

use crate::{Error, placing::Place, timing::Every};

/// Notes what has changed, as often as the run's item bears it.
pub(crate) struct Counter<'a> {
    gateways: &'a Gateways,
    place: &'a Place,
    due: Every,
    noted: Option<WorkerCounts>,
}

impl<'a> Counter<'a> {
    pub fn new(gateways: &'a Gateways, place: &'a Place) -> Self {
        Self {
            gateways,
            place,
            due: Every::new(period(&place.run)),
            noted: None,
        }
    }

    /// Notes where these workers stand, at once if it is the last word.
    pub async fn note(&mut self, workers: &[Worker], is_last: bool) -> Result<(), Error> {
        let counts = counts(workers, self.place.region.workers);
        if self.noted == Some(counts) || !(is_last || self.due.is_due()) {
            return Ok(());
        }
        self.gateways
            .runs
            .count_workers(self.place.run_id, self.place.name(), counts)
            .await?;
        self.noted = Some(counts);
        Ok(())
    }
}

/// All regions note their counts on one item, which is written anew each time, the scenario in it too: a unit for each KB.
/// A partition takes 1,000 units a second, and half of that is for this.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
fn period(run: &Run) -> Duration {
    const UNITS_PER_SECOND: f64 = 500.0;
    /// What a run has besides its scenario.
    const REST_KB: f64 = 8.0;
    let scenario = serde_json::to_vec(&run.scenario).map_or(0, |document| document.len());
    let units = scenario as f64 / 1_024.0 + REST_KB;
    Duration::from_secs_f64(units * run.scenario.traffic.len() as f64 / UNITS_PER_SECOND)
}

fn counts(workers: &[Worker], planned: u32) -> WorkerCounts {
    let count = |wanted: &dyn Fn(&Worker) -> bool| {
        u32::try_from(workers.iter().filter(|worker| wanted(worker)).count()).unwrap_or(u32::MAX)
    };
    WorkerCounts {
        planned,
        ready: count(&|worker| worker.ready_at.is_some()),
        running: count(&|worker| worker.state == State::Running),
        done: count(&|worker| worker.state == State::Done),
        lost: count(&|worker| worker.state == State::Lost),
    }
}
