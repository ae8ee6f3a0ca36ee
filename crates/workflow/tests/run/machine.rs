//! A run on its way, and the functions of its machine, with the test playing the workers.

use std::time::Duration;

use aws::{
    Gateways,
    objects::keys,
    runs::{Created, NewRun},
    workers::{Ended, Seat},
};
use futures::future::join_all;
use metrics::{
    recorder::{Ending, Recorder},
    results::Results,
    segment::Encoded,
};
use model::{
    Region, RunId, Timestamp,
    run::{ReasonCode, Run, Status},
    scenario::Scenario,
    worker::{Exit, Progress, Worker},
};
use tokio::time::{sleep, timeout};
use workflow::{
    Clock, Error, Timing, clean_up, collect,
    event::{Caught, Ended as RunEnded, OfRegion, OfRun, Outcome},
    launch, plan, ready, release, watch,
};

use crate::{
    samples::{recorder, request},
    support::{TestCloud, run_of},
};

/// Whatever is waited for must come within this.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn timing() -> Timing {
    let ms = Duration::from_millis;
    Timing {
        working: ms(40_000),
        tick: ms(50),
        lease: ms(500),
        task_check: ms(100),
        // What is new is folded because it is new.
        fold: Duration::from_secs(600),
        fold_pause: Duration::from_millis(10),
        relaunch_pause: ms(300),
        start_lead: ms(200),
        silence: ms(30_000),
        end_grace: ms(20_000),
        stop_grace: ms(1_000),
        straggler_grace: ms(100),
        listing_pause: ms(100),
    }
}

pub fn clock() -> Clock {
    Clock::starting_at(Timestamp::now())
}

/// A run on its way, and the functions of its machine.
pub struct Machine {
    pub test: TestCloud,
    pub run: Run,
    pub regions: Vec<Region>,
}

impl Machine {
    /// A run that was created and planned.
    pub async fn planned(workers: [u32; 2]) -> Self {
        let machine = Self::queued(workers).await;
        machine.plan().await;
        machine
    }

    pub async fn planned_with(workers: [u32; 2], change: impl FnOnce(&mut Scenario)) -> Self {
        let machine = Self::queued_with(workers, change).await;
        machine.plan().await;
        machine
    }

    /// A run that was created.
    pub async fn queued(workers: [u32; 2]) -> Self {
        Self::queued_with(workers, |_| {}).await
    }

    pub async fn queued_with(workers: [u32; 2], change: impl FnOnce(&mut Scenario)) -> Self {
        let test = TestCloud::start().await;
        let mut regions = Vec::new();
        for (region, workers) in ["us-east-1", "sa-east-1"].into_iter().zip(workers) {
            if workers > 0 {
                regions.push(test.offer(region).await.region);
            }
        }
        let stored = test.scenario(workers).await;
        let mut run = run_of(&stored);
        change(&mut run.scenario);
        let created = test
            .gateways
            .runs
            .create(&NewRun {
                run: run.clone(),
                idempotency: None,
            })
            .await
            .unwrap();
        assert_eq!(created, Created::Created);
        Self { test, run, regions }
    }

    pub async fn plan(&self) {
        let planned = plan::run(&self.function("plan"), clock(), OfRun { run_id: self.id() })
            .await
            .unwrap();
        assert_eq!(planned.regions, self.regions);
    }

    /// The test's own.
    pub fn gateways(&self) -> &Gateways {
        &self.test.gateways
    }

    /// Those of a function, in its role.
    pub fn function(&self, name: &str) -> Gateways {
        self.test.of_function(name)
    }

    pub fn id(&self) -> RunId {
        self.run.run_id
    }

    pub fn of(&self, region: &Region) -> OfRegion {
        OfRegion {
            run_id: self.id(),
            region: region.clone(),
        }
    }

    pub async fn launch(&self) {
        for region in &self.regions {
            launch::run(&self.function("launch"), clock(), &timing(), self.of(region))
                .await
                .unwrap();
        }
    }

    pub async fn ready(&self, region: &Region) -> Result<bool, Error> {
        ready::run(&self.function("ready"), clock(), &timing(), self.of(region))
            .await
            .map(|answer| answer.through)
    }

    pub async fn release(&self) -> Result<bool, Error> {
        let event = OfRun { run_id: self.id() };
        release::run(&self.function("release"), clock(), &timing(), event)
            .await
            .map(|answer| answer.released)
    }

    pub async fn watch(&self) {
        for region in &self.regions {
            let answer = watch::run(&self.function("watch"), clock(), &timing(), self.of(region))
                .await
                .unwrap();
            assert!(answer.through);
        }
    }

    pub async fn collect(&self, error: Option<&Error>) -> Status {
        let error = error.map(|error| Caught {
            error: error.name().into(),
            cause: error.chain(),
        });
        let event = Outcome {
            run_id: self.id(),
            error,
        };
        let RunEnded { status } = collect::run(&self.function("collect"), clock(), &timing(), event)
            .await
            .unwrap();
        status
    }

    /// Cleans up and makes sure that nothing is left.
    pub async fn clean_up(&self) -> Status {
        let event = clean_up::Event::State(Outcome {
            run_id: self.id(),
            error: None,
        });
        let RunEnded { status } = clean_up::run(&self.function("clean-up"), clock(), &timing(), event)
            .await
            .unwrap();
        for site in self.gateways().settings.sites().await.unwrap() {
            let left = self.gateways().fleet.running(&site, self.id()).await.unwrap();
            assert!(left.is_empty(), "{left:?}");
            let fleet = &self.gateways().fleet;
            assert!(!fleet.is_stopping(&site, self.id()).await.unwrap());
        }
        let scenario = self.gateways().scenarios.get(self.run.scenario_id).await.unwrap();
        assert_eq!(scenario.active_run_id, None);
        status
    }

    /// What a person does in the middle of it.
    pub async fn cancel(&self, detail: &str) -> Status {
        let run = self.gateways().runs.get(self.id()).await.unwrap();
        let cancel = self.gateways().cancel(&run, detail, Timestamp::now());
        cancel.await.unwrap()
    }

    pub async fn workers(&self, region: &Region) -> Vec<Worker> {
        self.gateways()
            .workers
            .of_region(self.id(), region)
            .await
            .unwrap()
    }

    /// The seat of an index, once its launch of this attempt has a task.
    pub async fn seat(&self, region: &Region, index: u32, attempt: u32) -> Seat {
        let seat = async {
            loop {
                let worker = self.gateways().workers.get(self.id(), region, index).await;
                if let Ok(Worker {
                    attempt: at,
                    assignment: Some(assignment),
                    ..
                }) = worker
                    && at == attempt
                {
                    return Seat {
                        run_id: self.id(),
                        region: region.clone(),
                        index,
                        assignment,
                    };
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, seat).await.expect("the index gets a task")
    }

    /// All workers get to the gate.
    pub async fn all_ready(&self) -> Vec<Seat> {
        let plan = self.gateways().runs.get(self.id()).await.unwrap().plan.unwrap();
        let mut seats = Vec::new();
        for part in &plan.regions {
            for index in part.indices() {
                let seat = self.seat(&part.region, index, 0).await;
                self.gateways()
                    .workers
                    .report_ready(&seat, Timestamp::now())
                    .await
                    .unwrap();
                seats.push(seat);
            }
        }
        // At once, as the machine's Map does: a region waits for the others.
        let ready = self.regions.iter().map(|region| self.ready(region));
        for through in join_all(ready).await {
            assert!(through.unwrap());
        }
        seats
    }

    pub async fn recorder(&self, seat: &Seat) -> (Recorder, i64) {
        let start_at = self
            .gateways()
            .runs
            .get(self.id())
            .await
            .unwrap()
            .start_at
            .unwrap();
        (recorder(seat, start_at.as_ms()), start_at.as_ms())
    }

    pub async fn upload(&self, seat: &Seat, segment: Encoded) {
        let key = keys::segment(seat.run_id, &seat.region, seat.index, segment.name);
        self.gateways().objects.put(&key, segment.bytes).await.unwrap();
    }

    /// One worker's load: so many requests in one segment.
    pub async fn load(&self, seat: &Seat, requests: u64) {
        self.gateways()
            .workers
            .report_running(seat, Timestamp::now(), 4)
            .await
            .unwrap();
        self.upload_requests(seat, requests).await;
    }

    pub async fn upload_requests(&self, seat: &Seat, requests: u64) {
        let (mut recorder, start_ms) = self.recorder(seat).await;
        for number in 0..requests {
            recorder.record(&request(start_ms + 500, (number + 1) * 1_000));
        }
        let (_, segment) = recorder.finish(Ending::default(), None);
        self.upload(seat, segment).await;
    }

    pub fn ended(&self) -> Ended {
        let exit = Exit::new(0, "done");
        Ended {
            at: Timestamp::now(),
            progress: Progress::default(),
            start_skew_ms: Some(4),
            ended_early: false,
            exit,
        }
    }

    pub async fn done(&self, seat: &Seat) {
        self.gateways()
            .workers
            .report_done(seat, &self.ended())
            .await
            .unwrap();
    }

    pub async fn results(&self) -> Results {
        let results = self
            .gateways()
            .objects
            .get(&keys::result(self.id(), keys::RESULTS))
            .await
            .unwrap();
        serde_json::from_slice(&results).unwrap()
    }

    pub async fn reason(&self) -> (ReasonCode, String) {
        let reason = self.gateways().runs.get(self.id()).await.unwrap().reason.unwrap();
        (reason.code, reason.detail)
    }
}
