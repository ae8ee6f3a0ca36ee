//! A run through its functions, called as the state machine calls them, with the test playing the workers.

#[path = "../../aws/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use aws::{
    Gateways,
    objects::{Parts, keys},
    runs::{Created, NewRun},
    workers::{Ended, Seat},
};
use local_cloud::ecs::Refusal;
use metrics::{
    recorder::{Ending, Recorder, Settings},
    results::Results,
    sample::{Kind, Sample},
    segment::Encoded,
    store::{Index, Query},
};
use model::{
    Region, RunId, Timestamp,
    run::{ReasonCode, Run, Status},
    scenario::Scenario,
    worker::{Exit, Loss, Progress, State, Worker},
};
use support::{TestCloud, run_of};
use tokio::time::{sleep, timeout};
use workflow::{
    Clock, Error, Timing, clean_up, collect,
    event::{Caught, Ended as RunEnded, OfRegion, OfRun, Outcome},
    launch, plan, ready, release, watch,
};

/// Whatever is waited for must come within this.
const PATIENCE: Duration = Duration::from_secs(30);

fn timing() -> Timing {
    let ms = Duration::from_millis;
    Timing {
        working: ms(40_000),
        tick: ms(50),
        lease: ms(500),
        task_check: ms(100),
        fold: ms(200),
        relaunch_pause: ms(300),
        start_lead: ms(200),
        silence: ms(30_000),
        end_grace: ms(20_000),
        stop_grace: ms(1_000),
        straggler_grace: ms(100),
        listing_pause: ms(100),
    }
}

fn clock() -> Clock {
    Clock::starting_at(Timestamp::now())
}

fn request(end_ms: i64, elapsed: u64) -> Sample<'static> {
    Sample {
        end_ms,
        label: b"GET /",
        elapsed,
        ttfb: None,
        connect: None,
        success: true,
        code: b"200",
        message: b"OK",
        assertion: b"",
        bytes_received: 1,
        bytes_sent: 1,
        virtual_users: Some(2),
        thread: b"",
        kind: Kind::Request,
    }
}

/// A run on its way, and the functions of its machine.
struct Machine {
    test: TestCloud,
    run: Run,
    regions: Vec<Region>,
}

impl Machine {
    /// A run that was created and planned.
    async fn planned(workers: [u32; 2]) -> Self {
        let machine = Self::queued(workers).await;
        machine.plan().await;
        machine
    }

    async fn planned_with(workers: [u32; 2], change: impl FnOnce(&mut Scenario)) -> Self {
        let machine = Self::queued_with(workers, change).await;
        machine.plan().await;
        machine
    }

    /// A run that was created.
    async fn queued(workers: [u32; 2]) -> Self {
        Self::queued_with(workers, |_| {}).await
    }

    async fn queued_with(workers: [u32; 2], change: impl FnOnce(&mut Scenario)) -> Self {
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

    async fn plan(&self) {
        let planned = plan::run(self.gateways(), clock(), OfRun { run_id: self.id() })
            .await
            .unwrap();
        assert_eq!(planned.regions, self.regions);
    }

    fn gateways(&self) -> &Gateways {
        &self.test.gateways
    }

    fn id(&self) -> RunId {
        self.run.run_id
    }

    fn of(&self, region: &Region) -> OfRegion {
        OfRegion {
            run_id: self.id(),
            region: region.clone(),
        }
    }

    async fn launch(&self) {
        for region in &self.regions {
            launch::run(self.gateways(), clock(), self.of(region))
                .await
                .unwrap();
        }
    }

    async fn ready(&self, region: &Region) -> Result<bool, Error> {
        ready::run(self.gateways(), clock(), &timing(), self.of(region))
            .await
            .map(|answer| answer.through)
    }

    async fn release(&self) -> Result<bool, Error> {
        let event = OfRun { run_id: self.id() };
        release::run(self.gateways(), clock(), &timing(), event)
            .await
            .map(|answer| answer.released)
    }

    async fn watch(&self) {
        for region in &self.regions {
            let answer = watch::run(self.gateways(), clock(), &timing(), self.of(region))
                .await
                .unwrap();
            assert!(answer.through);
        }
    }

    async fn collect(&self, error: Option<&Error>) -> Status {
        let error = error.map(|error| Caught {
            error: error.name().into(),
            cause: error.chain(),
        });
        let event = Outcome {
            run_id: self.id(),
            error,
        };
        let RunEnded { status } = collect::run(self.gateways(), clock(), &timing(), event)
            .await
            .unwrap();
        status
    }

    /// Cleans up and makes sure that nothing is left.
    async fn clean_up(&self) -> Status {
        let event = clean_up::Event::State(Outcome {
            run_id: self.id(),
            error: None,
        });
        let RunEnded { status } = clean_up::run(self.gateways(), clock(), &timing(), event)
            .await
            .unwrap();
        for site in self.gateways().settings.sites().await.unwrap() {
            let left = self.gateways().fleet.running(&site, self.id()).await.unwrap();
            assert!(left.is_empty(), "{left:?}");
        }
        let scenario = self.gateways().scenarios.get(self.run.scenario_id).await.unwrap();
        assert_eq!(scenario.active_run_id, None);
        status
    }

    async fn workers(&self, region: &Region) -> Vec<Worker> {
        self.gateways()
            .workers
            .of_region(self.id(), region)
            .await
            .unwrap()
    }

    /// The seat of an index, once its launch of this attempt has a task.
    async fn seat(&self, region: &Region, index: u32, attempt: u32) -> Seat {
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
    async fn all_ready(&self) -> Vec<Seat> {
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
        for region in &self.regions {
            assert!(self.ready(region).await.unwrap() || self.regions.len() > 1);
        }
        seats
    }

    async fn recorder(&self, seat: &Seat) -> (Recorder, i64) {
        let start_at = self
            .gateways()
            .runs
            .get(self.id())
            .await
            .unwrap()
            .start_at
            .unwrap();
        let recorder = Recorder::new(Settings {
            run_id: self.id(),
            region: seat.region.clone(),
            worker: seat.index,
            start_at_ms: start_at.as_ms(),
            close_after_ms: 0,
            tick_seconds: 1,
            line_bytes: 12_000,
            watched: Vec::new(),
        });
        (recorder, start_at.as_ms())
    }

    async fn upload(&self, seat: &Seat, segment: Encoded) {
        let key = keys::segment(seat.run_id, &seat.region, seat.index, segment.name);
        self.gateways().objects.put(&key, segment.bytes).await.unwrap();
    }

    /// One worker's load: so many requests in one segment.
    async fn load(&self, seat: &Seat, requests: u64) {
        self.gateways()
            .workers
            .report_running(seat, Timestamp::now(), 4)
            .await
            .unwrap();
        let (mut recorder, start_ms) = self.recorder(seat).await;
        for number in 0..requests {
            recorder.record(&request(start_ms + 500, (number + 1) * 1_000));
        }
        let (_, segment) = recorder.finish(Ending::default(), None);
        self.upload(seat, segment).await;
    }

    fn ended(&self) -> Ended {
        let exit = Exit {
            code: 0,
            detail: "done".into(),
        };
        Ended {
            at: Timestamp::now(),
            progress: Progress::default(),
            ended_early: false,
            exit,
        }
    }

    async fn done(&self, seat: &Seat) {
        self.gateways()
            .workers
            .report_done(seat, &self.ended())
            .await
            .unwrap();
    }

    async fn results(&self) -> Results {
        let results = self
            .gateways()
            .objects
            .get(&keys::result(self.id(), keys::RESULTS))
            .await
            .unwrap();
        serde_json::from_slice(&results).unwrap()
    }

    async fn reason(&self) -> (ReasonCode, String) {
        let reason = self.gateways().runs.get(self.id()).await.unwrap().reason.unwrap();
        (reason.code, reason.detail)
    }
}

#[tokio::test]
async fn a_run_of_two_regions_counts_everything_once() {
    let machine = Machine::planned([2, 1]).await;
    let gateways = machine.gateways();
    machine.launch().await;
    // Step Functions repeats a state whose answer was lost.
    machine.launch().await;
    for (region, count) in machine.regions.iter().zip([2, 1]) {
        let site = gateways.settings.site(region).await.unwrap();
        assert_eq!(
            gateways.fleet.running(&site, machine.id()).await.unwrap().len(),
            count
        );
    }
    let plan = gateways.runs.get(machine.id()).await.unwrap().plan.unwrap();
    let mut seats = Vec::new();
    for part in &plan.regions {
        for index in part.indices() {
            let seat = machine.seat(&part.region, index, 0).await;
            gateways
                .workers
                .report_ready(&seat, Timestamp::now())
                .await
                .unwrap();
            seats.push(seat);
        }
    }
    // The quickest region waits for the slowest.
    let (first, second) = tokio::join!(
        machine.ready(&machine.regions[0]),
        machine.ready(&machine.regions[1])
    );
    assert!(first.unwrap() && second.unwrap());
    assert!(machine.release().await.unwrap());
    let start_at = gateways.runs.get(machine.id()).await.unwrap().start_at;
    assert!(machine.release().await.unwrap(), "a repeated release");
    for region in &machine.regions {
        assert_eq!(
            gateways
                .workers
                .control(machine.id(), region)
                .await
                .unwrap()
                .start_at,
            start_at
        );
    }
    for seat in &seats {
        machine.load(seat, 10).await;
    }
    let raw = keys::artifact(machine.id(), &seats[0].region, 0, "kpi.jtl.gz");
    let upload = gateways.objects.begin(&raw).await.unwrap();
    gateways
        .objects
        .upload_part(&upload, 1, "raw".into())
        .await
        .unwrap();
    for seat in &seats {
        machine.done(seat).await;
    }
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Completed);
    assert_eq!(
        machine.collect(None).await,
        Status::Completed,
        "a repeated collect"
    );
    let results = machine.results().await;
    assert_eq!(
        (results.total.requests, results.by_region["sa-east-1"].requests),
        (30, 10)
    );
    assert_eq!((results.workers.included, results.workers.partial.len()), (3, 0));
    assert_eq!(results.total.throughput, Some(15.0));
    let run = gateways.runs.get(machine.id()).await.unwrap();
    assert_eq!(
        (run.summary.unwrap().requests, run.workers.done, run.reason),
        (30, 3, None)
    );
    assert_eq!(machine.clean_up().await, Status::Completed);
    assert_eq!(
        gateways.objects.size(&raw).await.unwrap(),
        Some(3),
        "the raw samples of a dead worker are saved"
    );
}

#[tokio::test]
async fn two_launches_at_once_start_each_index_once() {
    let machine = Machine::planned([12, 0]).await;
    let region = &machine.regions[0];
    let launch = || launch::run(machine.gateways(), clock(), machine.of(region));
    let (first, second) = tokio::join!(launch(), launch());
    first.unwrap();
    second.unwrap();
    let site = machine.gateways().settings.site(region).await.unwrap();
    assert_eq!(
        machine
            .gateways()
            .fleet
            .running(&site, machine.id())
            .await
            .unwrap()
            .len(),
        12
    );
    let mut arns: Vec<String> = Vec::new();
    for index in 0..12 {
        arns.push(machine.seat(region, index, 0).await.assignment.task_arn);
    }
    arns.sort();
    arns.dedup();
    assert_eq!(arns.len(), 12);
    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.clean_up().await;
}

#[tokio::test]
async fn a_worker_that_dies_at_the_gate_is_lost_and_named() {
    let machine = Machine::planned([2, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    let region = &machine.regions[0];
    let site = machine.gateways().settings.site(region).await.unwrap();
    machine
        .gateways()
        .fleet
        .stop(&site, &seats[1].assignment.task_arn, "the host was lost")
        .await
        .unwrap();
    assert!(machine.release().await.unwrap());
    machine.load(&seats[0], 5).await;
    machine.done(&seats[0]).await;
    machine.watch().await;
    let lost = &machine.workers(region).await[1];
    assert_eq!((lost.state, lost.loss), (State::Lost, Some(Loss::TaskStopped)));
    assert_eq!(machine.collect(None).await, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::WorkersLost);
    assert!(
        detail.contains("worker 1 in us-east-1 (the host was lost"),
        "{detail}"
    );
    // Results exist in every case in which one segment exists.
    assert_eq!(machine.results().await.total.requests, 5);
    assert_eq!(machine.clean_up().await, Status::Failed);
}

#[tokio::test]
async fn a_cancel_while_queued_starts_nothing() {
    let machine = Machine::queued([2, 0]).await;
    let run = machine.gateways().runs.get(machine.id()).await.unwrap();
    let status = machine
        .gateways()
        .cancel(&run, "Ana asked for it", Timestamp::now())
        .await
        .unwrap();
    assert_eq!(status, Status::Stopping);
    machine.plan().await;
    machine.launch().await;
    assert!(machine.workers(&machine.regions[0]).await.is_empty());
    assert!(machine.ready(&machine.regions[0]).await.unwrap());
    assert!(!machine.release().await.unwrap());
    assert_eq!(machine.collect(None).await, Status::Cancelled);
    assert_eq!(
        machine.reason().await,
        (ReasonCode::Cancelled, "Ana asked for it".into())
    );
    assert_eq!(machine.clean_up().await, Status::Cancelled);
}

#[tokio::test]
async fn a_cancel_under_load_keeps_the_results_so_far() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    assert!(machine.release().await.unwrap());
    machine.load(&seats[0], 3).await;
    let run = machine.gateways().runs.get(machine.id()).await.unwrap();
    machine
        .gateways()
        .cancel(&run, "enough", Timestamp::now())
        .await
        .unwrap();
    // The worker hangs: it is given up, and its task stopped.
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Cancelled);
    assert_eq!(machine.results().await.total.requests, 3);
    assert_eq!(machine.clean_up().await, Status::Cancelled);
    let fenced = machine
        .gateways()
        .workers
        .heartbeat(&seats[0], Timestamp::now(), &Progress::default())
        .await;
    assert!(matches!(fenced, Err(aws::Error::Fenced)));
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_once_is_pulled_again() {
    let machine = Machine::planned([1, 0]).await;
    let region = &machine.regions[0];
    machine.test.cloud.ecs().inject(Refusal::Image, 1);
    machine.launch().await;
    let late = async {
        let seat = machine.seat(region, 0, 1).await;
        machine
            .gateways()
            .workers
            .report_ready(&seat, Timestamp::now())
            .await
            .unwrap();
    };
    let (through, ()) = tokio::join!(machine.ready(region), late);
    assert!(through.unwrap());
    assert_eq!(machine.workers(region).await[0].state, State::Ready);
    assert!(machine.release().await.unwrap());
    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.clean_up().await;
}

#[tokio::test]
async fn an_image_that_is_not_there_fails_the_run_in_ecs_own_words() {
    let machine = Machine::planned([1, 0]).await;
    machine.test.cloud.ecs().inject(Refusal::Image, 100);
    machine.launch().await;
    let error = machine.ready(&machine.regions[0]).await.unwrap_err();
    assert_eq!(error.name(), "LAUNCH_REFUSED");
    assert_eq!(machine.collect(Some(&error)).await, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::LaunchRefused);
    assert!(detail.contains("CannotPullContainer"), "{detail}");
    assert_eq!(machine.clean_up().await, Status::Failed);
}

#[tokio::test]
async fn throttled_launches_are_repeated_until_they_are_through() {
    let machine = Machine::planned([1, 0]).await;
    let region = &machine.regions[0];
    machine.test.cloud.ecs().inject(Refusal::Throttling, 6);
    machine.launch().await;
    let late = async {
        let seat = machine.seat(region, 0, 0).await;
        machine
            .gateways()
            .workers
            .report_ready(&seat, Timestamp::now())
            .await
            .unwrap();
    };
    let (through, ()) = tokio::join!(machine.ready(region), late);
    assert!(through.unwrap());
    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.clean_up().await;
}

#[tokio::test]
async fn an_execution_that_was_aborted_leaves_nothing() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    machine.seat(&machine.regions[0], 0, 0).await;
    let event = serde_json::json!({"detail": {"name": machine.id(), "status": "ABORTED"}});
    let event = serde_json::from_value(event).unwrap();
    let ended = clean_up::run(machine.gateways(), clock(), &timing(), event)
        .await
        .unwrap();
    assert_eq!(ended.status, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::ControlPlaneFailed);
    assert!(detail.contains("ABORTED"), "{detail}");
    machine.clean_up().await;
}

#[tokio::test]
async fn a_page_that_is_opened_meanwhile_has_the_past() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    assert!(machine.release().await.unwrap());
    let (seat, workers) = (&seats[0], &machine.gateways().workers);
    workers.report_running(seat, Timestamp::now(), 0).await.unwrap();
    let parts = async || {
        let parts = machine
            .gateways()
            .objects
            .get(&keys::live(machine.id(), keys::PARTS))
            .await;
        parts.map_or_else(
            |_| Parts::default(),
            |parts| serde_json::from_slice(&parts).unwrap(),
        )
    };
    let load = async {
        let (mut recorder, start_ms) = machine.recorder(seat).await;
        for second in 0..10 {
            let end_ms = start_ms + i64::from(second) * 1_000 + 500;
            recorder.record(&request(end_ms, 5_000));
            recorder.close(end_ms + 500, None);
            machine.upload(seat, recorder.segment().unwrap()).await;
            let progress = Progress {
                segments: second + 1,
                complete_until: second + 1,
                ..Progress::default()
            };
            workers
                .heartbeat(seat, Timestamp::now(), &progress)
                .await
                .unwrap();
            let folded = async {
                while parts().await.complete_until < second + 1 {
                    sleep(Duration::from_millis(20)).await;
                }
            };
            timeout(PATIENCE, folded).await.expect("the segment is folded");
        }
    };
    let event = machine.of(&machine.regions[0]);
    let timing = timing();
    let watching = watch::run(machine.gateways(), clock(), &timing, event);
    tokio::select! {
        () = load => {}
        over = watching => panic!("the watch ended: {over:?}"),
    }
    let parts = parts().await;
    assert_eq!((parts.complete_until, parts.folded[&0]), (10, 10));
    let mut query = Query::whole(1);
    for part in &parts.parts {
        let object = |name: &str| keys::live(machine.id(), &format!("{part}/{name}"));
        let index = machine
            .gateways()
            .objects
            .get(&object(keys::INDEX))
            .await
            .unwrap();
        let index = Index::decode(&index).unwrap();
        for fetch in query.fetches(&index) {
            let bytes = machine
                .gateways()
                .objects
                .get_range(&object(keys::LABELS), fetch.bytes.clone())
                .await;
            query.add(&index, &fetch, &bytes.unwrap()).unwrap();
        }
    }
    let measured = query.finish(Timestamp::from_ms(0), 10_000);
    assert_eq!(
        (measured.total.requests, measured.total.response_time_ms.all.max),
        (10, Some(5.0))
    );
    machine.done(seat).await;
    machine.watch().await;
    machine.collect(None).await;
    machine.clean_up().await;
}

#[tokio::test]
async fn a_worker_that_comes_too_late_does_not_count() {
    let machine = Machine::planned_with([2, 0], |scenario| scenario.start.quorum = 0.5).await;
    let gateways = machine.gateways();
    machine.launch().await;
    let region = &machine.regions[0];
    let first = machine.seat(region, 0, 0).await;
    gateways
        .workers
        .report_ready(&first, Timestamp::now())
        .await
        .unwrap();
    let ready = machine.ready(region).await;
    assert!(ready.unwrap(), "start.timeout is over");
    assert!(machine.release().await.unwrap());
    let late = machine.seat(region, 1, 0).await;
    gateways
        .workers
        .report_ready(&late, Timestamp::now())
        .await
        .unwrap();
    machine.done(&late).await;
    machine.load(&first, 4).await;
    machine.done(&first).await;
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Completed);
    let results = machine.results().await;
    assert!(results.degraded);
    assert_eq!((results.total.requests, results.workers.included), (4, 1));
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::WorkersLost);
    assert!(
        detail.contains("worker 1 in us-east-1 (it was ready too late"),
        "{detail}"
    );
    machine.clean_up().await;
}
