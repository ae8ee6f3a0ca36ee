//! The lease of a region: it moves for as long as somebody is at work there.

use std::sync::Mutex;

use aws::Gateways;
use model::{Region, RunId, control::Control, run::StageName};
use tokio::time::{Instant, sleep};

use crate::{Clock, Error, Timing, event::Through, placing::Place, timing::Every};

/// What a region's workers are told, and the duty to tell them that somebody watches.
pub(crate) struct Lease<'a> {
    gateways: &'a Gateways,
    clock: Clock,
    timing: &'a Timing,
    run_id: RunId,
    region: &'a Region,
    due: Mutex<Every>,
}

impl<'a> Lease<'a> {
    pub fn new(gateways: &'a Gateways, clock: Clock, timing: &'a Timing, place: &'a Place) -> Self {
        Self {
            gateways,
            clock,
            timing,
            run_id: place.run_id,
            region: place.name(),
            due: Mutex::new(Every::new(timing.lease)),
        }
    }

    /// The control item as it is now. The lease moves with it when that is due.
    pub async fn look(&self) -> Result<Control, Error> {
        let is_due = self.due.lock().expect("no holder panics").is_due();
        let workers = &self.gateways.workers;
        Ok(if is_due {
            let now = self.clock.now();
            workers.renew_lease(self.run_id, self.region, now).await?
        } else {
            workers.control(self.run_id, self.region).await?
        })
    }

    /// Begins a stage in which the region is looked at again and again.
    pub async fn vigil(&self, stage: StageName) -> Result<Vigil<'_>, Error> {
        let runs = &self.gateways.runs;
        runs.begin_stage(self.run_id, stage, self.clock.now()).await?;
        Ok(Vigil {
            lease: self,
            stage,
            begun: Instant::now(),
            has_looked: false,
        })
    }
}

/// One invocation's part of a stage.
pub(crate) struct Vigil<'a> {
    lease: &'a Lease<'a>,
    stage: StageName,
    begun: Instant,
    has_looked: bool,
}

impl Vigil<'_> {
    /// The next look, a tick after the one before; none when the invocation has worked for as long as it may.
    pub async fn next(&mut self) -> Result<Option<Control>, Error> {
        if self.has_looked {
            if self.begun.elapsed() >= self.lease.timing.working {
                return Ok(None);
            }
            sleep(self.lease.timing.tick).await;
        }
        self.has_looked = true;
        self.lease.look().await.map(Some)
    }

    /// The stage is over.
    pub async fn end(self) -> Result<Through, Error> {
        let Lease {
            gateways,
            clock,
            run_id,
            ..
        } = self.lease;
        gateways.runs.end_stage(*run_id, self.stage, clock.now()).await?;
        Ok(Through { through: true })
    }
}
