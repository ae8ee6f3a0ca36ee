//! How a run ends, from what became of its workers: the table in `semantics.md`.

use model::{
    control::{Stop, StopCause},
    field::Said,
    run::{Reason, ReasonCode, Status},
    said,
    worker::{Loss, State, Worker},
};

use crate::event::Caught;

/// All that decides about the end of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub planned: u32,
    /// The least number of workers that must deliver.
    pub least: u32,
    pub workers: &'a [Worker],
    /// The first stop that was written in any region.
    pub stop: Option<&'a Stop>,
    /// What ended the run's way through the machine.
    pub error: Option<&'a Caught>,
    /// Requests in the results.
    pub requests: u64,
    /// Those that were under way when the drain ended.
    pub interrupted: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub status: Status,
    pub reason: Option<Reason>,
    pub degraded: bool,
}

pub(crate) fn decide(facts: Facts<'_>) -> Decision {
    if let Some(stop) = facts.stop.filter(|stop| stop.cause == StopCause::Cancel) {
        let reason = Reason::new(ReasonCode::Cancelled, stop.said.clone());
        return Decision {
            status: Status::Cancelled,
            reason: Some(reason),
            degraded: false,
        };
    }
    if let Some(error) = facts.error {
        return failed(reason_of(error));
    }
    let delivered = count(facts.workers, |worker| worker.state == State::Done);
    let lost: Vec<&Worker> = facts
        .workers
        .iter()
        .filter(|worker| worker.state != State::Done)
        .collect();
    let setup_failed = lost.iter().find(|worker| worker.loss == Some(Loss::SetupFailed));
    if delivered < facts.least
        && let Some(worker) = setup_failed
    {
        return failed(Reason::new(ReasonCode::SetupFailed, of_worker(worker)));
    }
    let engines_died = !lost.is_empty() && lost.iter().all(|worker| worker.loss == Some(Loss::EngineFailed));
    if delivered == 0 && engines_died {
        return failed(Reason::new(ReasonCode::EngineFailed, of_worker(lost[0])));
    }
    if delivered < facts.least {
        let (planned, least) = (facts.planned, facts.least);
        let said = said!(
            "TOO_FEW_DELIVERED",
            "{} of {} workers delivered their load, {} are needed: {}",
            delivered,
            planned,
            least,
            names(&lost)
        );
        return failed(Reason::new(ReasonCode::WorkersLost, naming(said, &lost)));
    }
    if facts.requests == 0 {
        let said = if facts.interrupted > 0 {
            said!(
                "NO_ANSWER_IN_TIME",
                "not one of {} requests had an answer when the drain ended: see whether the target answers at all, \
                 or give it longer",
                facts.interrupted
            )
        } else {
            said!(
                "LOAD_WITHOUT_REQUEST",
                "the load ended without a single request: look into the engine's log among the artifacts"
            )
        };
        return failed(Reason::new(ReasonCode::NoSamples, said));
    }
    let degraded = delivered < facts.planned;
    let reason = degraded.then(|| {
        let said = said!("RESULTS_WITHOUT", "the results are without {}", names(&lost));
        Reason::new(ReasonCode::WorkersLost, naming(said, &lost))
    });
    Decision {
        status: Status::Completed,
        reason,
        degraded,
    }
}

/// What Catch caught, as a reason.
pub(crate) fn reason_of(error: &Caught) -> Reason {
    let known = ReasonCode::ALL
        .into_iter()
        .find(|code| code.as_str() == error.error);
    match known {
        Some(code) => Reason::new(code, error.said()),
        None => Reason::new(
            ReasonCode::ControlPlaneFailed,
            format!("{}: {}", error.error, error.said().detail),
        ),
    }
}

fn failed(reason: Reason) -> Decision {
    Decision {
        status: Status::Failed,
        reason: Some(reason),
        degraded: false,
    }
}

fn count(workers: &[Worker], wanted: impl Fn(&Worker) -> bool) -> u32 {
    u32::try_from(workers.iter().filter(|worker| wanted(worker)).count()).unwrap_or(u32::MAX)
}

/// How many lost workers are named.
const NAMED: usize = 3;

/// The first few lost workers, each with what happened to it.
fn names(lost: &[&Worker]) -> String {
    let named = lost.iter().take(NAMED);
    let mut names: Vec<String> = named.map(|worker| of_worker(worker).detail).collect();
    if lost.len() > NAMED {
        names.push(format!("and {} more", lost.len() - NAMED));
    }
    names.join("; ")
}

/// The sentence with values in the place of the [`names`] that it ends in: how many more there are, and of each worker
/// its index, its region, and the number of values of its end before these.
fn naming(mut said: Said, lost: &[&Worker]) -> Said {
    said.values.pop();
    said.values.push(lost.len().saturating_sub(NAMED).to_string());
    for worker in lost.iter().take(NAMED) {
        let end = end(worker).nested();
        let place = [worker.index.to_string(), worker.region.to_string()];
        said.values.extend(place);
        said.values.push(end.len().to_string());
        said.values.extend(end);
    }
    said
}

fn of_worker(worker: &Worker) -> Said {
    let end = end(worker);
    let said = said!(
        "WORKER_WITH_END",
        "worker {} in {} ({})",
        worker.index,
        worker.region,
        end.detail
    );
    said.ending_in(&end)
}

fn end(worker: &Worker) -> Said {
    match &worker.exit {
        Some(exit) => exit.said(),
        None => said!("NOT_HEARD_AGAIN", "it was not heard of again"),
    }
}

#[cfg(test)]
mod tests {
    use model::worker::Exit;

    use super::*;
    use crate::testing::worker;

    fn lost(index: u32, loss: Loss, detail: &str) -> Worker {
        let exit = Exit::new(1, detail);
        Worker {
            loss: Some(loss),
            exit: Some(exit),
            ..worker(index, State::Lost)
        }
    }

    fn facts(workers: &[Worker], least: u32) -> Facts<'_> {
        let planned = u32::try_from(workers.len()).unwrap();
        Facts {
            planned,
            least,
            workers,
            stop: None,
            error: None,
            requests: 10,
            interrupted: 0,
        }
    }

    fn code(decision: &Decision) -> Option<ReasonCode> {
        decision.reason.as_ref().map(|reason| reason.code)
    }

    #[test]
    fn all_delivered_is_completed() {
        let workers = [worker(0, State::Done), worker(1, State::Done)];
        let decision = decide(facts(&workers, 2));
        assert_eq!(
            decision,
            Decision {
                status: Status::Completed,
                reason: None,
                degraded: false
            }
        );
    }

    #[test]
    fn the_quorum_tells_degraded_from_failed() {
        let workers = [worker(0, State::Done), lost(1, Loss::TaskStopped, "killed")];
        let decision = decide(facts(&workers, 1));
        assert_eq!((decision.status, decision.degraded), (Status::Completed, true));
        assert!(
            decision
                .reason
                .unwrap()
                .detail
                .contains("worker 1 in us-east-1 (killed)")
        );
        let decision = decide(facts(&workers, 2));
        assert_eq!(
            (decision.status, code(&decision)),
            (Status::Failed, Some(ReasonCode::WorkersLost))
        );
    }

    #[test]
    fn dead_engines_speak_for_themselves() {
        let workers = [
            lost(0, Loss::EngineFailed, "OutOfMemoryError"),
            lost(1, Loss::EngineFailed, "x"),
        ];
        let decision = decide(facts(&workers, 2));
        assert_eq!(code(&decision), Some(ReasonCode::EngineFailed));
        assert!(decision.reason.unwrap().detail.contains("OutOfMemoryError"));
        let one_was_killed = [lost(0, Loss::EngineFailed, "x"), lost(1, Loss::TaskStopped, "y")];
        assert_eq!(
            code(&decide(facts(&one_was_killed, 2))),
            Some(ReasonCode::WorkersLost)
        );
    }

    #[test]
    fn a_failed_setup_fails_the_run() {
        let workers = [lost(0, Loss::SetupFailed, "login failed"), worker(1, State::Done)];
        assert_eq!(code(&decide(facts(&workers, 2))), Some(ReasonCode::SetupFailed));
    }

    #[test]
    fn no_request_is_no_result() {
        let workers = [worker(0, State::Done)];
        let decision = decide(Facts {
            requests: 0,
            ..facts(&workers, 1)
        });
        assert_eq!(code(&decision), Some(ReasonCode::NoSamples));
        let mute = decide(Facts {
            requests: 0,
            interrupted: 3,
            ..facts(&workers, 1)
        });
        let detail = mute.reason.expect("a failed run has a reason").detail;
        assert!(
            detail.starts_with("not one of 3 requests had an answer"),
            "{detail}"
        );
    }

    #[test]
    fn a_cancel_goes_before_the_error_that_it_caused_and_a_failure_is_no_cancel() {
        let workers = [lost(0, Loss::Silent, "x")];
        let error = Caught {
            error: "START_TIMEOUT".into(),
            cause: r#"{"errorMessage":"0 of 1","errorType":"x"}"#.into(),
        };
        let stop = |cause| Stop {
            at: model::Timestamp::from_ms(0),
            cause,
            said: "Ana asked for it".into(),
        };
        let cancel = stop(StopCause::Cancel);
        let decision = decide(Facts {
            stop: Some(&cancel),
            error: Some(&error),
            ..facts(&workers, 1)
        });
        assert_eq!(
            (decision.status, code(&decision)),
            (Status::Cancelled, Some(ReasonCode::Cancelled))
        );
        let failure = stop(StopCause::Failure);
        let decision = decide(Facts {
            stop: Some(&failure),
            error: Some(&error),
            ..facts(&workers, 1)
        });
        assert_eq!(
            decision.reason,
            Some(Reason::new(ReasonCode::StartTimeout, "0 of 1"))
        );
    }

    #[test]
    fn a_reason_comes_out_of_the_machine_with_its_values() {
        let said = said!("REGION_NOT_SET_UP", "{} is not set up any more", "sa-east-1");
        let reason = Reason::new(ReasonCode::LaunchRefused, said);
        let reported = lambda_runtime::Diagnostic::from(crate::Error::Failed(reason.clone()));
        let cause =
            serde_json::json!({"errorType": reported.error_type, "errorMessage": reported.error_message});
        let caught = Caught {
            error: reported.error_type,
            cause: cause.to_string(),
        };
        assert_eq!(reason_of(&caught), reason);
    }

    #[test]
    fn lost_workers_are_values_too() {
        let mut workers: Vec<Worker> = (0..5).map(|i| lost(i, Loss::TaskStopped, "killed")).collect();
        workers[1].exit = None;
        let reason = decide(facts(&workers, 2)).reason.unwrap();
        assert_eq!(reason.words.as_deref(), Some("TOO_FEW_DELIVERED"));
        let figures = ["0", "5", "2", "2"];
        let killed = |worker| [worker, "us-east-1", "2", "", "killed"];
        let silent = ["1", "us-east-1", "1", "NOT_HEARD_AGAIN"];
        let expected = [&figures[..], &killed("0"), &silent, &killed("2")].concat();
        assert_eq!(reason.values, expected);
    }

    #[test]
    fn an_unknown_error_is_the_control_planes() {
        let error = Caught {
            error: "States.Timeout".into(),
            cause: String::new(),
        };
        assert_eq!(reason_of(&error).code, ReasonCode::ControlPlaneFailed);
    }
}
