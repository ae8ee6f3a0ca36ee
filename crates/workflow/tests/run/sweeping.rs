//! What the sweep finds: runs that were never started, runs that nobody watches, tasks without a run.

use std::time::Duration;

use aws::{executions::Execution, objects::keys};
use local_cloud::call::{self, Call};
use model::{
    Timestamp,
    run::{ReasonCode, Status},
};
use serde_json::json;
use tokio::time::{sleep, timeout};
use workflow::{Clock, Error, sweep};

use crate::{
    machine::{Machine, PATIENCE, timing},
    support,
};

impl Machine {
    /// A state machine in the place of the run's: of one state.
    async fn with_executions_of(&self, state: &serde_json::Value) {
        let definition = json!({"StartAt": "Only", "States": {"Only": state}}).to_string();
        let role = "arn:aws:iam::000000000000:role/run";
        let create = json!({"name": support::STATE_MACHINE, "definition": definition, "roleArn": role});
        let create = Call::internal("us-east-1", "CreateStateMachine", &create);
        call::outcome(self.test.cloud.states().call(create).await)
            .await
            .unwrap();
    }

    async fn execution(&self) -> Execution {
        self.gateways().executions.state(self.id()).await.unwrap()
    }

    /// Sweeps so long after the run was created.
    async fn swept_after(&self, age: Duration) {
        let at = self.run.created_at.as_ms() + i64::try_from(age.as_millis()).unwrap();
        let clock = Clock::starting_at(Timestamp::from_ms(at));
        sweep::run(&self.function("sweep"), clock, &timing())
            .await
            .unwrap();
    }

    async fn status(&self) -> Status {
        self.gateways().runs.get(self.id()).await.unwrap().status
    }

    async fn running(&self) -> usize {
        let site = self.gateways().settings.site(&self.regions[0]).await.unwrap();
        self.gateways()
            .fleet
            .running(&site, self.id())
            .await
            .unwrap()
            .len()
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

#[tokio::test]
async fn a_run_that_was_never_started_is_started() {
    let machine = Machine::queued([1, 0]).await;
    machine
        .with_executions_of(&json!({"Type": "Wait", "Seconds": 600, "End": true}))
        .await;
    machine.swept_after(Duration::from_secs(55)).await;
    assert_eq!(
        machine.execution().await,
        Execution::Unknown,
        "it may still be on its way"
    );
    machine.swept_after(Duration::from_secs(65)).await;
    assert_eq!(machine.execution().await, Execution::Running);
    assert_eq!(
        machine.status().await,
        Status::Queued,
        "the rest is for the state machine"
    );
}

/// A run whose workers were launched, and whose execution goes on without a look at them.
async fn launched(workers: [u32; 2]) -> Machine {
    let machine = Machine::planned(workers).await;
    machine
        .with_executions_of(&json!({"Type": "Wait", "Seconds": 600, "End": true}))
        .await;
    machine.gateways().executions.start(machine.id()).await.unwrap();
    machine.launch().await;
    machine
}

#[tokio::test]
async fn a_run_that_nobody_watches_is_ended_and_what_is_left_of_it_stopped() {
    let machine = launched([2, 0]).await;
    machine.seat(&machine.regions[0], 0, 0).await;
    machine.swept_after(minutes(14)).await;
    assert_eq!(
        (machine.status().await, machine.running().await),
        (Status::Launching, 2)
    );
    machine.swept_after(minutes(17)).await;
    assert_eq!(
        (machine.status().await, machine.running().await),
        (Status::Failed, 0)
    );
    assert_eq!(machine.reason().await.0, ReasonCode::ControlPlaneFailed);
    let scenario = machine
        .gateways()
        .scenarios
        .get(machine.run.scenario_id)
        .await
        .unwrap();
    assert_eq!(scenario.active_run_id, None);
}

#[tokio::test]
async fn the_raw_samples_of_a_run_that_nobody_watches_are_saved() {
    let machine = launched([2, 0]).await;
    // Both workers die while they upload, one before the first part is there.
    let objects = &machine.gateways().objects;
    let [raw, begun] = [0, 1].map(|index| {
        let region = &machine.regions[0];
        keys::artifact(machine.id(), region, index, "kpi.jtl.gz")
    });
    let upload = objects.begin(&raw).await.unwrap();
    objects.upload_part(&upload, 1, "raw".into()).await.unwrap();
    objects.begin(&begun).await.unwrap();
    machine.swept_after(minutes(17)).await;
    assert_eq!(machine.status().await, Status::Failed);
    assert_eq!(objects.get(&raw).await.unwrap(), "raw");
    assert_eq!(objects.size(&begun).await.unwrap(), None);
    let unfinished = objects.unfinished(&keys::workers(machine.id())).await;
    assert_eq!(unfinished.unwrap(), []);
}

#[tokio::test]
async fn a_run_whose_execution_is_over_is_ended_at_once() {
    let machine = Machine::planned([1, 0]).await;
    machine
        .with_executions_of(&json!({"Type": "Pass", "End": true}))
        .await;
    machine.gateways().executions.start(machine.id()).await.unwrap();
    let over = async {
        while machine.execution().await != Execution::Ended {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, over).await.expect("one state is soon over");
    machine.launch().await;
    machine.swept_after(minutes(2)).await;
    assert_eq!(
        (machine.status().await, machine.running().await),
        (Status::Failed, 0)
    );
}

#[tokio::test]
async fn a_task_that_outlived_its_run_is_stopped_and_no_other() {
    let machine = launched([1, 0]).await;
    machine.seat(&machine.regions[0], 0, 0).await;
    let ecs = aws_sdk_ecs::Client::new(&machine.test.config);
    let of_others = ecs
        .run_task()
        .cluster(support::NAME)
        .task_definition(support::FAMILY)
        .started_by("somebody else");
    of_others.send().await.unwrap();
    machine.swept_after(minutes(2)).await;
    assert_eq!(machine.running().await, 1, "the run goes on");

    machine.collect(Some(&Error::Event("over".into()))).await;
    machine.swept_after(minutes(4)).await;
    assert_eq!(machine.running().await, 1, "its own clean-up may be at it");
    machine.swept_after(minutes(7)).await;
    assert_eq!(machine.running().await, 0);
    let left = ecs
        .list_tasks()
        .cluster(support::NAME)
        .started_by("somebody else");
    let left = left.send().await.unwrap();
    let [theirs] = left.task_arns() else {
        panic!("{left:?}")
    };
    // Nobody else will.
    ecs.stop_task()
        .cluster(support::NAME)
        .task(theirs)
        .send()
        .await
        .unwrap();
}
