//! What to say of a worker whose engine has gone.

use model::{
    field::Said,
    said,
    worker::{Exit, Loss},
};

use crate::phase::{End, Fault, Why};

/// How a worker ended, for the control plane and for the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Why it did not deliver; `None` when it did.
    pub loss: Option<Loss>,
    pub ended_early: bool,
    pub exit: Exit,
}

/// The engine as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    pub end: End,
    /// The exit code of its processes.
    pub code: i32,
    /// It said that the test was over, and did not just vanish.
    pub finished: bool,
    /// Why it was stopped, in words for a person.
    pub stop: Option<Said>,
}

impl Fault {
    /// What happened; the engine's last words follow.
    fn said(self) -> Said {
        match self {
            Self::EndedBeforeReady => said!("ENGINE_ENDED_EARLY", "the engine ended before it was ready"),
            Self::EndedAtGate => said!("ENGINE_ENDED_AT_GATE", "the engine ended at the gate"),
            Self::GateNotOpened => said!("ENGINE_GATE_SHUT", "the engine did not open its gate"),
            Self::DiedUnderLoad => said!("ENGINE_DIED_UNDER_LOAD", "the engine died under load"),
            Self::Died => said!("ENGINE_DIED", "the engine died"),
            Self::SetupStopped => said!("SETUP_STOPPED", "a setUp thread group stopped the test"),
            Self::CouldNotGoOn => said!("WORKER_COULD_NOT_GO_ON", "the worker could not go on"),
        }
    }
}

impl Verdict {
    /// `last_words` is called when a person needs to know what the engine said.
    pub fn new(departure: Departure, last_words: impl FnOnce() -> String) -> Self {
        let Departure {
            end,
            code,
            finished,
            stop,
        } = departure;
        let nothing = || Said::from("");
        let died = |fault: Fault| {
            let mut said = fault.said();
            let words = last_words();
            if !words.is_empty() {
                said.detail = format!("{}: {words}", said.detail);
                said.values.push(words);
            }
            said
        };
        let (loss, ended_early, said) = match end {
            End::Planned => (None, false, nothing()),
            End::Early if finished => {
                let said = said!("ENGINE_HAD_NO_MORE", "the engine had no more to do");
                (None, true, said)
            }
            End::Early => (Some(Loss::EngineFailed), false, died(Fault::DiedUnderLoad)),
            End::Surplus => {
                let said = said!(
                    "CAME_AFTER_RELEASE",
                    "came to the gate after the others had been released"
                );
                (None, false, said)
            }
            End::Stopped(why) => (self::loss(why), false, stop.unwrap_or_else(nothing)),
            End::SetupFailed => (Some(Loss::SetupFailed), false, died(Fault::SetupStopped)),
            End::Failed(fault) => (Some(Loss::EngineFailed), false, died(fault)),
        };
        Self {
            loss,
            ended_early,
            exit: Exit::new(code, said),
        }
    }
}

/// What a stop makes of a worker: a cancel is no loss.
pub fn loss(why: Why) -> Option<Loss> {
    match why {
        Why::Cancelled => None,
        Why::LeaseLost | Why::Fenced => Some(Loss::Silent),
        Why::Terminated => Some(Loss::TaskStopped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(end: End, code: i32, finished: bool) -> Verdict {
        let departure = Departure {
            end,
            code,
            finished,
            stop: Some("enough".into()),
        };
        Verdict::new(departure, || "JMeter exited with code 137".into())
    }

    #[test]
    fn a_dead_engine_speaks_for_itself() {
        let verdict = verdict(End::Failed(Fault::Died), 1, false);
        assert_eq!(verdict.loss, Some(Loss::EngineFailed));
        assert_eq!(
            verdict.exit.detail,
            "the engine died: JMeter exited with code 137"
        );
    }

    #[test]
    fn an_early_end_is_in_order_only_if_the_engine_says_so() {
        let in_order = verdict(End::Early, 1, true);
        assert_eq!((in_order.loss, in_order.ended_early), (None, true));
        assert_eq!(verdict(End::Early, 3, false).loss, Some(Loss::EngineFailed));
    }

    #[test]
    fn a_cancel_is_no_loss_and_a_lost_lease_is() {
        assert_eq!(verdict(End::Stopped(Why::Cancelled), 2, true).loss, None);
        let lost = verdict(End::Stopped(Why::LeaseLost), 2, true);
        assert_eq!(
            (lost.loss, lost.exit.detail.as_str()),
            (Some(Loss::Silent), "enough")
        );
    }
}
