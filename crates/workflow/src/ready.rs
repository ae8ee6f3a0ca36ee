//! AwaitReady: until every worker of the region stands at its gate, or those that do not never will.

use aws::Gateways;
use model::{
    control::Control,
    run::StageName,
    worker::{Exit, Loss, State, Worker},
};

use crate::{
    Clock, Error, Timing,
    bucket::Bucket,
    counting::Counter,
    event::{OfRegion, Through},
    lease::Lease,
    placing::{Place, Placing, is_given_up, start_failure},
    timing::Every,
};

/// Waits for the region's workers and replaces those that die, for as long as `timing` lets it work; then, until all
/// regions are as far, keeps their lease. All gates open at one instant, so the quickest region waits for the slowest.
pub async fn run(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    event: OfRegion,
) -> Result<Through, Error> {
    let place = Place::of(gateways, event).await?;
    let lease = Lease::new(gateways, clock, timing, &place);
    let mut gathering = Gathering::new(gateways, clock, timing, &place, &lease);
    let mut vigil = lease.vigil(StageName::AwaitReady).await?;
    while let Some(control) = vigil.next().await? {
        if control.stop.is_some()
            || gathering.is_settled(&control).await? && all_settled(gateways, &place).await?
        {
            return vigil.end().await;
        }
    }
    Ok(Through { through: false })
}

/// Whether all regions are through, or told to stop.
async fn all_settled(gateways: &Gateways, place: &Place) -> Result<bool, Error> {
    for traffic in &place.run.scenario.traffic {
        let control = gateways.workers.control(place.run_id, &traffic.region).await?;
        if control.settled_at.is_none() && control.stop.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Gathering<'a> {
    gateways: &'a Gateways,
    clock: Clock,
    place: &'a Place,
    placing: Placing<'a>,
    task_check: Every,
    relaunch: Every,
    counter: Counter<'a>,
}

impl<'a> Gathering<'a> {
    fn new(
        gateways: &'a Gateways,
        clock: Clock,
        timing: &Timing,
        place: &'a Place,
        lease: &'a Lease<'a>,
    ) -> Self {
        Self {
            gateways,
            clock,
            place,
            // What Launch has left of the burst is not known here.
            placing: Placing::new(gateways, clock, place, lease, Bucket::empty()),
            task_check: Every::new(timing.task_check),
            relaunch: Every::new(timing.relaunch_pause),
            counter: Counter::new(gateways, place),
        }
    }

    /// One look at the region: replaces, counts, and decides.
    async fn is_settled(&mut self, control: &Control) -> Result<bool, Error> {
        if control.settled_at.is_some() {
            return Ok(true);
        }
        let (run_id, region) = (self.place.run_id, self.place.name());
        let workers = self.gateways.workers.of_region(run_id, region).await?;
        if self.task_check.is_due() {
            let waiting = workers.iter().filter(|worker| worker.state != State::Lost);
            give_up_stopped(self.gateways, self.place, waiting).await?;
        }
        let given_up: Vec<&Worker> = workers.iter().filter(|worker| is_given_up(worker)).collect();
        let planned = self.place.run.scenario.workers();
        let reachable = planned - u32::try_from(given_up.len()).unwrap_or(planned).min(planned);
        let is_hopeless = reachable < self.place.run.scenario.start.least(planned);
        let ready = workers
            .iter()
            .filter(|worker| worker.state == State::Ready)
            .count();
        let settled = ready + given_up.len() >= self.place.region.workers as usize || self.is_late();
        self.counter.note(&workers, is_hopeless || settled).await?;
        if is_hopeless && let Some(worker) = given_up.first() {
            return Err(start_failure(worker, given_up.len()));
        }
        if settled {
            self.gateways
                .workers
                .settle(run_id, region, self.clock.now())
                .await?;
            return Ok(true);
        }
        self.placing.place_missing(&workers).await?;
        if self.relaunch.is_due() {
            self.placing.relaunch(&workers).await?;
        }
        Ok(false)
    }

    fn is_late(&self) -> bool {
        let run = &self.place.run;
        let launched = run.stages.iter().find(|stage| stage.name == StageName::Launch);
        let launched_at = launched.map_or(run.created_at, |stage| stage.started_at);
        self.clock.now() >= launched_at.plus(run.scenario.start.timeout)
    }
}

/// Gives up those of the workers whose tasks have stopped, in ECS's own words, and answers how many.
pub(crate) async fn give_up_stopped<'w>(
    gateways: &Gateways,
    place: &Place,
    workers: impl Iterator<Item = &'w Worker>,
) -> Result<usize, Error> {
    let tasks: Vec<(&Worker, String)> = workers
        .filter_map(|worker| Some((worker, worker.assignment.as_ref()?.task_arn.clone())))
        .collect();
    let arns: Vec<String> = tasks.iter().map(|(_, arn)| arn.clone()).collect();
    let states = match gateways.fleet.states(&place.site, &arns).await {
        Ok(states) => states,
        // The next look will tell.
        Err(error) if error.is_passing() => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let mut given_up = 0;
    // They come in the order of the question.
    for ((worker, _), state) in tasks.iter().zip(states) {
        let Some(stopped) = state.stopped else {
            continue;
        };
        let exit = Exit::new(stopped.exit_code.unwrap_or(-1), stopped.reason);
        let workers = &gateways.workers;
        let lost = workers
            .give_up(
                place.run_id,
                place.name(),
                worker.index,
                worker.attempt,
                Loss::TaskStopped,
                &exit,
            )
            .await?;
        if lost {
            tracing::warn!(run_id = %place.run_id, region = %place.name(), worker = worker.index, exit = exit.code,
                reason = exit.detail, "a worker's task stopped before it was done");
            given_up += 1;
        }
    }
    Ok(given_up)
}
