//! What to say of a worker whose engine has gone.

use model::worker::{Exit, Loss};

use crate::phase::{End, Why};

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
    pub stop: Option<String>,
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
        let stop = stop.unwrap_or_default();
        let died = |what: &str| {
            let words = last_words();
            if words.is_empty() {
                what.to_owned()
            } else {
                format!("{what}: {words}")
            }
        };
        let (loss, ended_early, detail) = match end {
            End::Planned => (None, false, String::new()),
            End::Early if finished => (None, true, "the engine had no more to do".to_owned()),
            End::Early => (
                Some(Loss::EngineFailed),
                false,
                died("the engine died under load"),
            ),
            End::Surplus => (
                None,
                false,
                "came to the gate after the others had been released".to_owned(),
            ),
            End::Stopped(why) => (self::loss(why), false, stop),
            End::SetupFailed => (
                Some(Loss::SetupFailed),
                false,
                died("a setUp thread group stopped the test"),
            ),
            End::Failed(what) => (Some(Loss::EngineFailed), false, died(what)),
        };
        Self {
            loss,
            ended_early,
            exit: Exit { code, detail },
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
        let verdict = verdict(End::Failed("the engine died"), 1, false);
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
