//! Workers without a process: they make the calls that a worker makes, when it makes them (`crates/worker`: `agent`,
//! `control`, `standing`), and nothing of a load.
//!
//! What they say of their own state is written by each of them. What ten thousand read and say over and over is counted for
//! each of them, at its moment, but made for some only: a read answers for all of a region in the same moment, and one
//! worker of ten writes its heartbeats.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws::{
    Error, Gateways,
    fleet::{INDICES, REGION, RUN_ID},
    objects::keys,
    workers::{Ended, Seat},
};
use metrics::recorder::Ending;
use model::{
    Region, RunId, Timestamp,
    control::{Control, LEASE},
    plan::{Plan, RegionPlan},
    run::Run,
    worker::{Exit, Progress},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    time::{Instant, sleep},
};
use workflow::Clock;

use crate::{
    cloud::Cloud,
    fleet::{Fleet, Started},
    meter::Meter,
    samples::{recorder, request},
};

/// How a worker left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Left {
    Done,
    /// Nobody gave its task an index.
    NotNeeded,
    LeaseLost,
    Fenced,
}

/// All workers of a run.
pub struct Crew {
    gateways: Gateways,
    fleet: Fleet,
    meter: Meter,
    clock: Clock,
    random: Mutex<StdRng>,
    looks: Mutex<HashMap<Region, (Instant, Control)>>,
    run: Mutex<Option<(Instant, Run)>>,
    left: Mutex<HashMap<Left, usize>>,
}

/// What the control item says of the gates: when they open, and whether this worker's does.
type Release = Option<(Timestamp, bool)>;

/// Fargate brings a task up, and the worker its engine.
const TASK: Range<u64> = 8_000..20_000;
const ENGINE: Range<u64> = 3_000..6_000;
/// tearDown, the engine's own end, the last uploads.
const CLOSING: Range<u64> = 500..4_000;
/// Of so many workers one writes its heartbeats, and uploads a segment of one request: what is merged is not measured here.
pub const ONE_OF: u32 = 10;
/// A read that is not older answers for another worker.
const FRESH: Duration = Duration::from_millis(200);

impl Crew {
    pub fn of(cloud: &Cloud, clock: Clock, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            gateways: cloud.gateways.clone(),
            fleet: cloud.fleet.clone(),
            meter: cloud.meter.clone(),
            clock,
            random: Mutex::new(StdRng::seed_from_u64(seed)),
            looks: Mutex::default(),
            run: Mutex::default(),
            left: Mutex::default(),
        })
    }

    /// Plays the worker of every task.
    pub async fn play(self: Arc<Self>, mut started: UnboundedReceiver<Started>) {
        while let Some(task) = started.recv().await {
            let crew = Arc::clone(&self);
            tokio::spawn(async move {
                let left = crew.live(&task).await;
                crew.fleet.exited(&task.environment[REGION], &task.arn);
                *crew.left.lock().unwrap().entry(left).or_default() += 1;
            });
        }
    }

    pub fn left(&self) -> HashMap<Left, usize> {
        self.left.lock().unwrap().clone()
    }

    async fn live(&self, task: &Started) -> Left {
        let region: Region = task.environment[REGION].parse().unwrap();
        let run_id: RunId = task.environment[RUN_ID].parse().unwrap();
        let indices = task.environment[INDICES].split(',');
        let indices: Vec<u32> = indices.map(|index| index.parse().unwrap()).collect();
        sleep(self.some(TASK)).await;
        let begun = Instant::now();
        let workers = &self.gateways.workers;
        let seat = loop {
            if let Some(seat) = workers.seat(run_id, &region, &indices, &task.arn).await.unwrap() {
                break seat;
            }
            if begun.elapsed() > Duration::from(LEASE) {
                return Left::NotNeeded;
            }
            sleep(self.some(800..1_000)).await;
        };
        let run = self.run(run_id).await;
        let plan = run.plan.clone().unwrap();
        let part = plan.region(&region).unwrap();
        let (said, release) = watch::channel(None);
        let (at_gate, is_at_gate) = watch::channel(false);
        let outcome = tokio::select! {
            // What it says last must not be followed by a heartbeat.
            outcome = self.work(&seat, &run, part, at_gate, release) => match outcome {
                Ok(ended) => workers.report_done(&seat, &ended).await.map(|()| Left::Done),
                Err(error) => Err(error),
            },
            outcome = self.beat(&seat, &plan) => outcome,
            () = self.look(&seat, part, begun, is_at_gate, said) => Ok(Left::LeaseLost),
        };
        match outcome {
            Ok(left) => left,
            Err(Error::Fenced) => Left::Fenced,
            Err(error) => panic!("a worker could not speak: {error:?}"),
        }
    }

    async fn work(
        &self,
        seat: &Seat,
        run: &Run,
        part: &RegionPlan,
        at_gate: watch::Sender<bool>,
        mut release: watch::Receiver<Release>,
    ) -> Result<Ended, Error> {
        let workers = &self.gateways.workers;
        sleep(self.some(ENGINE)).await;
        at_gate.send_replace(true);
        workers.report_ready(seat, self.clock.now()).await?;
        let released = release.wait_for(Option::is_some).await.map(|release| *release);
        let (start_at, mine) = released.unwrap().expect("it was waited for");
        let mut ended = Ended {
            at: self.clock.now(),
            progress: Progress::default(),
            start_skew_ms: None,
            ended_early: false,
            exit: Exit::new(0, "the load was delivered"),
        };
        if mine {
            self.until(start_at).await;
            let skew = self.some(5..30);
            sleep(skew).await;
            ended.start_skew_ms = Some(skew.as_millis() as i64);
            self.take_turn(part).await;
            workers
                .report_running(seat, self.clock.now(), skew.as_millis() as i64)
                .await?;
            self.until(start_at.plus(run.scenario.shape.load())).await;
            if seat.index.is_multiple_of(ONE_OF) {
                self.upload(seat, start_at).await?;
            }
            sleep(self.some(CLOSING)).await;
            self.take_turn(part).await;
            ended.progress = progress();
        }
        ended.at = self.clock.now();
        Ok(ended)
    }

    /// Says that it lives, until it is fenced.
    async fn beat(&self, seat: &Seat, plan: &Plan) -> Result<Left, Error> {
        let period = plan.heartbeat_interval.as_ms();
        loop {
            sleep(self.some(period * 9 / 10..period * 11 / 10)).await;
            if seat.index.is_multiple_of(ONE_OF) {
                let workers = &self.gateways.workers;
                workers.heartbeat(seat, self.clock.now(), &progress()).await?;
            } else {
                self.meter.spoke("oleada-workers", &shard(seat));
            }
        }
    }

    /// Looks at the control item, until the lease is lost.
    async fn look(
        &self,
        seat: &Seat,
        part: &RegionPlan,
        begun: Instant,
        is_at_gate: watch::Receiver<bool>,
        said: watch::Sender<Release>,
    ) {
        let position = part.position(seat.index).unwrap();
        let (mut seen, mut moved) = (None, begun);
        while moved.elapsed() < Duration::from(LEASE) {
            let control = self.control(seat).await;
            if seen != Some(control.lease) {
                (seen, moved) = (Some(control.lease), Instant::now());
            }
            if let (Some(start_at), Some(released)) = (control.start_at, control.released) {
                said.send_replace(Some((start_at, released.contains(position))));
            }
            let period = if *is_at_gate.borrow() { 1_000 } else { 2_000 };
            sleep(self.some(period * 9 / 10..period)).await;
        }
    }

    async fn control(&self, seat: &Seat) -> Control {
        let known = self.looks.lock().unwrap().get(&seat.region).cloned();
        if let Some((at, control)) = known
            && at.elapsed() < FRESH
        {
            self.meter.looked("oleada-workers", &shard(seat), "control");
            return control;
        }
        let control = self
            .gateways
            .workers
            .control(seat.run_id, &seat.region)
            .await
            .unwrap();
        let look = (Instant::now(), control.clone());
        self.looks.lock().unwrap().insert(seat.region.clone(), look);
        control
    }

    async fn run(&self, run_id: RunId) -> Run {
        let known = self.run.lock().unwrap().clone();
        if let Some((at, run)) = known
            && at.elapsed() < FRESH
        {
            self.meter.looked("oleada-runs", &run_id.to_string(), "run");
            return run;
        }
        let run = self.gateways.runs.get(run_id).await.unwrap();
        *self.run.lock().unwrap() = Some((Instant::now(), run.clone()));
        run
    }

    async fn upload(&self, seat: &Seat, start_at: Timestamp) -> Result<(), Error> {
        let start_ms = start_at.as_ms();
        let mut recorder = recorder(seat, start_ms);
        recorder.record(&request(start_ms + 500, 1_000));
        let (_, segment) = recorder.finish(Ending::default(), None);
        let key = keys::segment(seat.run_id, &seat.region, seat.index, segment.name);
        self.gateways.objects.put(&key, segment.bytes).await
    }

    async fn until(&self, at: Timestamp) {
        sleep(at.since(self.clock.now()).into()).await;
    }

    async fn take_turn(&self, part: &RegionPlan) {
        let spread = part.spread().as_ms();
        sleep(self.some(0..spread.max(1))).await;
    }

    /// A time within a range of milliseconds.
    fn some(&self, ms: Range<u64>) -> Duration {
        Duration::from_millis(self.random.lock().unwrap().random_range(ms))
    }
}

fn shard(seat: &Seat) -> String {
    format!("{}#{}", seat.run_id, seat.region)
}

/// What a worker says at the end of a day, so that items have the size that they have then.
fn progress() -> Progress {
    Progress {
        virtual_users: 2_000,
        cpu: Some(0.812_345_678_9),
        requests: 8_640_000_000,
        failures: 8_640_000_000,
        segments: 2_880,
        complete_until: 86_400,
    }
}
