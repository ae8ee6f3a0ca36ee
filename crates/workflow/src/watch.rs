//! Watch: keeps the lease while the load runs, and sees the workers through to their end.

use aws::{Gateways, runs::Changes};
use model::{
    Duration, Timestamp,
    control::{Control, StopCause},
    field::Said,
    run::{StageName, Status},
    said,
    worker::{Exit, Loss, State, Worker},
};
use tokio::task::JoinSet;

use crate::{
    Clock, Error, Timing,
    counting::Counter,
    event::{OfRegion, Through},
    folding::fold,
    lease::Lease,
    placing::Place,
    ready::give_up_stopped,
    timing::Every,
};

/// Watches the region's released workers until each is done or lost, for as long as `timing` lets it work.
pub async fn run(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    event: OfRegion,
) -> Result<Through, Error> {
    let place = Place::of(gateways, event).await?;
    let mut folds = Folds::new(timing, &place);
    let mut watching = Watching {
        gateways,
        clock,
        timing,
        place: &place,
        task_check: Every::new(timing.task_check),
        counter: Counter::new(gateways, &place),
        stopping: false,
        uploaded: 0,
    };
    let lease = Lease::new(gateways, clock, timing, &place);
    let mut vigil = lease.vigil(StageName::Watch).await?;
    while let Some(control) = vigil.next().await? {
        if watching.is_over(&control).await? {
            return vigil.end().await;
        }
        folds.start_if_due(gateways, &place, clock, watching.uploaded);
    }
    Ok(Through { through: false })
}

/// Folds beside the watch, so that a slow one delays neither the lease nor a stop. One that is under way when the watch
/// returns is dropped, which loses nothing.
struct Folds {
    /// Also when this region has nothing new: others may.
    due: Every,
    /// Between two that follow what is new. Regions are heard of at different moments: what a fold was too early for comes
    /// with the next.
    pause: Every,
    /// One region's watch folds for all.
    ours: bool,
    /// The second up to which all is folded.
    folded: u32,
    running: JoinSet<Option<u32>>,
}

impl Folds {
    fn new(timing: &Timing, place: &Place) -> Self {
        let mut due = Every::new(timing.fold);
        // Nothing is uploaded before the load begins.
        due.is_due();
        let first = place.run.scenario.traffic.first();
        Self {
            due,
            pause: Every::new(timing.fold_pause),
            folded: 0,
            ours: first.is_some_and(|first| first.region == *place.name()),
            running: JoinSet::new(),
        }
    }

    /// `uploaded` is the second up to which the workers of this region have uploaded everything.
    fn start_if_due(&mut self, gateways: &Gateways, place: &Place, clock: Clock, uploaded: u32) {
        while let Some(outcome) = self.running.try_join_next() {
            self.folded = outcome.ok().flatten().unwrap_or(0).max(self.folded);
        }
        if !self.ours || !self.running.is_empty() {
            return;
        }
        let is_new = uploaded > self.folded && self.pause.is_due();
        if !is_new && !self.due.is_due() {
            return;
        }
        let (gateways, run) = (gateways.clone(), place.run.clone());
        self.running.spawn(async move {
            let folded = fold(&gateways, &run, clock.now()).await;
            if let Err(error) = &folded {
                tracing::warn!(run_id = %run.run_id, error = error.chain(), "the results so far are not up to date");
            }
            folded.ok()
        });
    }
}

struct Watching<'a> {
    gateways: &'a Gateways,
    clock: Clock,
    timing: &'a Timing,
    place: &'a Place,
    task_check: Every,
    counter: Counter<'a>,
    stopping: bool,
    /// The second from `startAt` up to which every worker that is at work has uploaded.
    uploaded: u32,
}

impl Watching<'_> {
    /// One look at the region.
    async fn is_over(&mut self, control: &Control) -> Result<bool, Error> {
        let (Some(start_at), Some(released)) = (control.start_at, &control.released) else {
            return Ok(true);
        };
        let stop = control.stop.as_ref();
        if stop.is_some_and(|stop| stop.cause == StopCause::Cancel) && !self.stopping {
            self.gateways
                .runs
                .move_to(self.place.run_id, Status::Stopping, Changes::default())
                .await?;
            self.stopping = true;
        }
        let workers = self
            .gateways
            .workers
            .of_region(self.place.run_id, self.place.name())
            .await?;
        let is_out = |worker: &&Worker| {
            let position = self.place.region.position(worker.index);
            !matches!(worker.state, State::Done | State::Lost)
                && position.is_some_and(|position| released.contains(position))
        };
        let out: Vec<&Worker> = workers.iter().filter(is_out).collect();
        let uploaded = out.iter().map(|worker| worker.progress.complete_until).min();
        self.uploaded = uploaded.unwrap_or(self.uploaded);
        self.counter.note(&workers, out.is_empty()).await?;
        if out.is_empty() {
            return Ok(true);
        }
        if self.task_check.is_due() {
            give_up_stopped(self.gateways, self.place, out.iter().copied()).await?;
        }
        let now = self.clock.now();
        let last_moment = self.last_moment(start_at, stop.map(|stop| stop.at));
        for worker in out {
            let heard_at = worker.heartbeat_at.unwrap_or(start_at).max(start_at);
            let silence = now.since(heard_at);
            if now >= last_moment {
                self.give_up(
                    worker,
                    said!("NOT_ENDED_IN_TIME", "it had not come to its end in time"),
                )
                .await?;
            } else if silence > self.patience() {
                self.give_up(
                    worker,
                    said!("SILENT_FOR", "nothing was heard of it for {}", silence),
                )
                .await?;
            }
        }
        Ok(false)
    }

    /// When a worker that is still there is given up.
    fn last_moment(&self, start_at: Timestamp, stopped_at: Option<Timestamp>) -> Timestamp {
        let shape = &self.place.run.scenario.shape;
        let planned = start_at
            .plus(shape.load())
            .plus(shape.drain())
            .plus(whole(self.timing.end_grace));
        let stopped = stopped_at.map(|at| at.plus(whole(self.timing.stop_grace)));
        stopped.map_or(planned, |stopped| stopped.min(planned))
    }

    fn patience(&self) -> Duration {
        let heartbeat = self
            .place
            .run
            .plan
            .as_ref()
            .map_or(Duration::ZERO, |plan| plan.heartbeat_interval);
        whole(self.timing.silence).max(Duration::from_ms(heartbeat.as_ms() * 6))
    }

    async fn give_up(&self, worker: &Worker, said: Said) -> Result<(), Error> {
        let (run_id, region) = (self.place.run_id, self.place.name());
        tracing::warn!(%run_id, %region, worker = worker.index, said.detail, "a worker is given up");
        let exit = Exit::new(-1, said);
        self.gateways
            .workers
            .give_up(run_id, region, worker.index, worker.attempt, Loss::Silent, &exit)
            .await?;
        Ok(())
    }
}

fn whole(duration: std::time::Duration) -> Duration {
    Duration::from_ms(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
