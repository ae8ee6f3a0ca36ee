//! What reaches a worker from outside while it does something else, and how much time that leaves.

use std::time::Duration;

use model::{field::Said, said};
use tokio::sync::mpsc;

use crate::{control::Word, patience::Patience, phase::Why, shutdown::Signals};

/// For the last uploads once nobody watches: the host may just be coming back.
const AFTER_LEASE: Duration = Duration::from_secs(15);
/// Somebody waits for the worker to be gone.
const AFTER_CANCEL: Duration = Duration::from_secs(60);
/// ECS kills a task 120 s after it was told to stop; see `stopTimeout` of the task definition.
const AFTER_SIGNAL: Duration = Duration::from_secs(90);

/// All that may interrupt.
#[derive(Debug)]
pub struct Notices {
    words: mpsc::Receiver<Word>,
    signals: Signals,
    patience: Patience,
}

impl Notices {
    pub fn new(words: mpsc::Receiver<Word>, signals: Signals, patience: Patience) -> Self {
        Self {
            words,
            signals,
            patience,
        }
    }

    /// The next word. One that ends the worker's life also limits its patience. May be dropped and called again.
    pub async fn next(&mut self) -> Word {
        let word = tokio::select! {
            word = self.words.recv() => match word {
                Some(word) => word,
                // All who could say something have said that they will not.
                None => {
                    self.signals.next().await;
                    Word::Signal
                }
            },
            () = self.signals.next() => Word::Signal,
        };
        match word {
            Word::Released { .. } => {}
            Word::Stop { .. } => self.patience.end_in(AFTER_CANCEL),
            Word::LeaseLost => self.patience.end_in(AFTER_LEASE),
            Word::Signal => self.patience.end_in(AFTER_SIGNAL),
            // The place, and the keys under which it would upload, are another task's.
            Word::Fenced => self.patience.end_in(Duration::ZERO),
        }
        word
    }

    /// The next word that ends the worker's life.
    pub async fn stop(&mut self) -> (Why, Said) {
        loop {
            if let Some(stop) = stop(&self.next().await) {
                return stop;
            }
        }
    }
}

/// Why a word ends the load, and what a person should know of it; `None` when it does not.
pub fn stop(word: &Word) -> Option<(Why, Said)> {
    Some(match word {
        Word::Released { .. } => return None,
        Word::Stop { said } => (Why::Cancelled, said.clone()),
        Word::LeaseLost => (
            Why::LeaseLost,
            said!(
                "NOBODY_WATCHED",
                "nobody watched the run for 60 s, so the worker stopped its load"
            ),
        ),
        Word::Fenced => (
            Why::Fenced,
            said!("PLACE_TAKEN", "another task took the worker's place"),
        ),
        Word::Signal => (
            Why::Terminated,
            said!("TASK_TOLD_TO_STOP", "the task was told to stop"),
        ),
    })
}
