//! Cancelling a run: a word in the control item of each of its regions. The state machine does the rest.

use model::{
    Timestamp,
    control::{Stop, StopCause},
    field::Said,
    run::{Run, Status},
};

use crate::{Error, Gateways, runs::Changes};

impl Gateways {
    /// Asks for the end of a run, and answers the status that it then has: stopping, or the one in which it is too late.
    /// The workers are told first: a call that breaks off in between still ends the load.
    pub async fn cancel(&self, run: &Run, said: impl Into<Said>, now: Timestamp) -> Result<Status, Error> {
        // The load is over: a stop would only call a complete result cancelled.
        if run.status.is_terminal() || run.status == Status::Collecting {
            return Ok(run.status);
        }
        self.stop_everywhere(
            run,
            &Stop {
                at: now,
                cause: StopCause::Cancel,
                said: said.into(),
            },
        )
        .await?;
        self.runs
            .move_to(run.run_id, Status::Stopping, Changes::default())
            .await
    }

    /// Writes a stop for the workers of all regions; an earlier one stays.
    pub async fn stop_everywhere(&self, run: &Run, stop: &Stop) -> Result<(), Error> {
        for traffic in &run.scenario.traffic {
            self.workers.stop(run.run_id, &traffic.region, stop).await?;
        }
        Ok(())
    }
}
