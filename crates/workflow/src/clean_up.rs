//! CleanUp: nothing of a run is left running, and the run has an end.
//!
//! It is the machine's last state. It is also invoked by a rule when an execution itself has failed, timed out or was
//! aborted, which no Catch sees, and by the sweep for runs that nobody watches any more.

use std::time::Duration;

use aws::{Gateways, objects::keys, runs::Ending, settings::Site};
use futures::future::try_join_all;
use model::{
    RunId,
    run::{Reason, ReasonCode, Run, StageName, Status},
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{
    Clock, Error, Timing, collect,
    event::{Caught, Ended, Outcome},
    outcome::reason_of,
};

/// What invokes the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// Its state in the machine.
    State(Outcome),
    /// EventBridge's `Step Functions Execution Status Change`.
    Execution { detail: Execution },
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// An execution bears the name of its run.
    pub name: RunId,
    pub status: String,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub cause: Option<String>,
}

/// Ends the run if nobody has, stops what is left of it, and saves the raw samples of workers that died.
pub async fn run(gateways: &Gateways, clock: Clock, timing: &Timing, event: Event) -> Result<Ended, Error> {
    let outcome = match event {
        Event::State(outcome) => outcome,
        Event::Execution { detail } => detail.outcome(),
    };
    let run = gateways.runs.get(outcome.run_id).await?;
    gateways
        .runs
        .begin_stage(run.run_id, StageName::CleanUp, clock.now())
        .await?;
    let run = if run.status.is_terminal() {
        run
    } else {
        end(gateways, clock, timing, &run, &outcome).await?
    };
    let sites = gateways.settings.sites().await?;
    let of_run = sites
        .iter()
        .filter(|site| run.scenario.traffic.iter().any(|part| part.region == site.region));
    try_join_all(of_run.map(|site| empty(gateways, timing, &run, site))).await?;
    save_raw_samples(gateways, run.run_id).await?;
    gateways
        .runs
        .end_stage(run.run_id, StageName::CleanUp, clock.now())
        .await?;
    Ok(Ended { status: run.status })
}

/// Ends a run that came here without an end: with its results if they can still be had, else without.
async fn end(
    gateways: &Gateways,
    clock: Clock,
    timing: &Timing,
    run: &Run,
    outcome: &Outcome,
) -> Result<Run, Error> {
    let lost_its_way = || Caught {
        error: ReasonCode::ControlPlaneFailed.as_str().to_owned(),
        cause: "the state machine ended before the run did; start the run again".to_owned(),
    };
    let error = outcome.error.clone().unwrap_or_else(lost_its_way);
    let collected = collect::run(
        gateways,
        clock,
        timing,
        Outcome {
            run_id: run.run_id,
            error: Some(error.clone()),
        },
    );
    if let Err(failure) = collected.await {
        tracing::error!(run_id = %run.run_id, error = failure.chain(), "a run ends without its results");
        let reason: Reason = reason_of(&error);
        let ended_at = clock.now();
        let ending = Ending {
            status: Status::Failed,
            reason: Some(reason),
            degraded: false,
            summary: None,
            ended_at,
        };
        gateways.runs.finish(run.run_id, &ending).await?;
    }
    Ok(gateways.runs.get(run.run_id).await?)
}

/// What a container may take between the word and its kill is 120 s, see the `stopTimeout` of the task definition.
const LONGEST_STOP: Duration = Duration::from_secs(150);

/// Waits until no task of the run is left in a region; workers leave by themselves, stragglers are stopped.
async fn empty(gateways: &Gateways, timing: &Timing, run: &Run, site: &Site) -> Result<(), Error> {
    // The workers of a run that ended otherwise have had their time.
    let grace = if run.status == Status::Completed {
        timing.straggler_grace
    } else {
        Duration::ZERO
    };
    let begun = Instant::now();
    let mut empty_listings = 0;
    loop {
        let tasks = gateways.fleet.running(site, run.run_id).await?;
        if tasks.is_empty() {
            empty_listings += 1;
            if empty_listings == 2 {
                return come_to_rest(gateways, timing, run, site).await;
            }
            sleep(timing.listing_pause).await;
            continue;
        }
        empty_listings = 0;
        if begun.elapsed() >= grace {
            for task in &tasks {
                gateways.fleet.stop(site, task, "its run is over").await?;
            }
        }
        sleep(timing.tick).await;
    }
}

/// Waits for containers that were told to stop: they may still upload, and what they upload is not to be completed yet.
async fn come_to_rest(gateways: &Gateways, timing: &Timing, run: &Run, site: &Site) -> Result<(), Error> {
    let begun = Instant::now();
    while gateways.fleet.is_stopping(site, run.run_id).await? {
        if begun.elapsed() >= LONGEST_STOP {
            tracing::warn!(run_id = %run.run_id, region = %site.region, "ECS does not end what it was told to stop");
            break;
        }
        sleep(timing.tick).await;
    }
    Ok(())
}

/// Completes the uploads that dead workers left behind.
async fn save_raw_samples(gateways: &Gateways, run_id: RunId) -> Result<(), Error> {
    let objects = &gateways.objects;
    for upload in objects.unfinished(&keys::workers(run_id)).await? {
        let parts = objects.parts(&upload).await?;
        let outcome = if parts.is_empty() {
            objects.abort(&upload).await
        } else {
            objects.complete(&upload, &parts).await
        };
        match outcome {
            // Its worker was quicker, or another invocation.
            Err(aws::Error::NotFound(_)) => {}
            outcome => outcome?,
        }
    }
    Ok(())
}

impl Execution {
    fn outcome(self) -> Outcome {
        let ended = format!("the state machine ended as {}; start the run again", self.status);
        let error = self
            .error
            .unwrap_or_else(|| ReasonCode::ControlPlaneFailed.as_str().to_owned());
        let cause = self.cause.filter(|cause| !cause.is_empty()).unwrap_or(ended);
        Outcome {
            run_id: self.name,
            error: Some(Caught { error, cause }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_events_are_read() {
        let state = r#"{"runId":"run_01KAR8Z6VBN6E1CT9W2QK0H3FM","regions":["us-east-1"]}"#;
        assert!(matches!(
            serde_json::from_str(state).unwrap(),
            Event::State(Outcome { error: None, .. })
        ));
        let rule = r#"{"source":"aws.states","detail-type":"Step Functions Execution Status Change",
            "detail":{"executionArn":"arn:x","name":"run_01KAR8Z6VBN6E1CT9W2QK0H3FM","status":"ABORTED",
            "error":null,"cause":null,"input":"{}"}}"#;
        let Event::Execution { detail } = serde_json::from_str(rule).unwrap() else {
            panic!("read as a state")
        };
        let error = detail.outcome().error.unwrap();
        assert_eq!(error.error, "CONTROL_PLANE_FAILED");
        assert!(error.said().detail.contains("ABORTED"));
    }
}
