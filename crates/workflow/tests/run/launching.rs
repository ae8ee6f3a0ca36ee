//! Tasks that are refused, started twice, or called off.

use aws::runs::{Created, NewRun};
use local_cloud::ecs::Refusal;
use model::{
    Timestamp,
    quota::FargateVcpu,
    run::{ReasonCode, Status},
    worker::State,
};
use workflow::{Error, event::OfRun, launch, plan};

use crate::{
    machine::{Machine, clock, timing},
    support::run_of,
};

#[tokio::test]
async fn two_launches_at_once_start_each_index_once() {
    let machine = Machine::planned([12, 0]).await;
    let region = &machine.regions[0];
    let timing = timing();
    let gateways = machine.function("launch");
    let launch = || launch::run(&gateways, clock(), &timing, machine.of(region));
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
async fn a_load_beyond_the_quota_is_refused_before_anything_is_launched() {
    let machine = Machine::queued_with([1, 0], |scenario| {
        scenario.traffic[0].workers = 1_000;
        scenario.worker.vcpu = 16;
        scenario.worker.memory_gb = 32;
    })
    .await;
    let event = OfRun { run_id: machine.id() };
    let error = plan::run(&machine.function("plan"), clock(), event)
        .await
        .unwrap_err();
    assert_eq!(error.name(), "QUOTA_EXCEEDED");
    assert_eq!(machine.collect(Some(&error)).await, Status::Failed);
    let (code, detail) = machine.reason().await;
    assert_eq!(code, ReasonCode::QuotaExceeded);
    for word in ["us-east-1: 16000 needed", "Fargate On-Demand vCPU", "L-3032A538"] {
        assert!(detail.contains(word), "{detail}");
    }
}

#[tokio::test]
async fn where_the_account_never_changed_its_quota_the_default_is_the_limit() {
    let machine = Machine::queued_with([1, 0], |scenario| scenario.traffic[0].workers = 10_000).await;
    machine.test.cloud.quotas().leave_unchanged("us-east-1");
    let event = OfRun { run_id: machine.id() };
    let refused = plan::run(&machine.function("plan"), clock(), event).await;
    let error = refused.unwrap_err();
    assert_eq!(error.name(), "QUOTA_EXCEEDED", "{}", error.chain());
}

#[tokio::test]
async fn a_load_that_fills_a_region_is_refused_while_another_run_is_there() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    let (gateways, region) = (machine.gateways(), &machine.regions[0]);
    machine.seat(region, 0, 0).await;
    let quota = gateways.quotas.fargate_vcpu(region, FargateVcpu::OnDemand);
    let quota = quota.await.unwrap().unwrap();
    let mut run = run_of(&machine.test.scenario([1, 0]).await);
    run.scenario.traffic[0].workers = u32::try_from(quota).unwrap();
    let event = OfRun { run_id: run.run_id };
    let new = NewRun {
        run,
        idempotency: None,
    };
    assert_eq!(gateways.runs.create(&new).await.unwrap(), Created::Created);
    let function = machine.function("plan");
    let plan = || plan::run(&function, clock(), event.clone());
    let error = plan().await.unwrap_err();
    assert_eq!(error.name(), "QUOTA_EXCEEDED");
    let detail = error.chain();
    for words in [
        &format!("which is {quota} with 1 in use"),
        "wait for the end of other runs",
    ] {
        assert!(detail.contains(words), "{detail}");
    }
    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.clean_up().await;
    assert_eq!(plan().await.unwrap().regions, machine.regions);
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
async fn a_cancel_between_two_batches_starts_no_more() {
    let machine = Machine::planned([12, 0]).await;
    let region = &machine.regions[0];
    // Every batch is assigned, and none is placed: the launch goes on in AwaitReady.
    machine.test.cloud.ecs().inject(Refusal::Throttling, 1_000);
    machine.launch().await;
    let workers = machine.workers(region).await;
    assert_eq!(workers.len(), 12);
    assert!(workers.iter().all(|worker| worker.assignment.is_none()));
    machine.test.cloud.ecs().relent();

    machine.cancel("Ana asked for it").await;
    assert!(machine.ready(region).await.unwrap());
    let site = machine.gateways().settings.site(region).await.unwrap();
    let running = machine
        .gateways()
        .fleet
        .running(&site, machine.id())
        .await
        .unwrap();
    assert!(running.is_empty(), "{running:?}");
    assert!(!machine.release().await.unwrap());
    assert_eq!(machine.collect(None).await, Status::Cancelled);
    assert_eq!(machine.clean_up().await, Status::Cancelled);
}

#[tokio::test]
async fn a_repeated_release_says_the_same_again() {
    let machine = Machine::planned_with([2, 0], |scenario| scenario.start.quorum = 0.5).await;
    let (gateways, region) = (machine.gateways(), &machine.regions[0]);
    machine.launch().await;
    let first = machine.seat(region, 0, 0).await;
    let ready = |seat| gateways.workers.report_ready(seat, Timestamp::now());
    ready(&first).await.unwrap();
    assert!(machine.ready(region).await.unwrap(), "start.timeout is over");
    let (one, other) = tokio::join!(machine.release(), machine.release());
    assert!(one.unwrap() && other.unwrap());
    let said = gateways.workers.control(machine.id(), region).await.unwrap();
    let start_at = gateways.runs.get(machine.id()).await.unwrap().start_at;
    assert_eq!(said.start_at, start_at);

    // A worker that has come in between changes nothing of what was said.
    let late = machine.seat(region, 1, 0).await;
    ready(&late).await.unwrap();
    assert!(machine.release().await.unwrap());
    let repeated = gateways.workers.control(machine.id(), region).await.unwrap();
    assert_eq!(
        (repeated.start_at, &repeated.released),
        (said.start_at, &said.released)
    );
    let released = repeated.released.unwrap();
    assert!(released.contains(0) && !released.contains(1));
    assert_eq!(gateways.runs.get(machine.id()).await.unwrap().start_at, start_at);
    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.clean_up().await;
}
