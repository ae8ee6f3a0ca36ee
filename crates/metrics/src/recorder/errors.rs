//! Groups failures that are alike.

use std::collections::HashMap;

use crate::{
    exchange::{Failure, MOST_OF_A_GROUP},
    names::{ErrorKey, MOST_ERRORS, Names},
    sample::Sample,
};

/// Raw texts that are remembered with their group, so that a storm of equal failures is normalised once.
const REMEMBERED: usize = 1_000;
#[derive(Debug)]
pub(super) struct Errors {
    groups: Names<ErrorKey>,
    remembered: HashMap<Vec<u8>, u32>,
    /// The raw text of the failure at hand.
    raw: Vec<u8>,
    exchanges: HashMap<u32, usize>,
}

impl Default for Errors {
    fn default() -> Self {
        Self {
            groups: Names::new(MOST_ERRORS, ErrorKey::other()),
            remembered: HashMap::new(),
            raw: Vec::new(),
            exchanges: HashMap::new(),
        }
    }
}

impl Errors {
    pub(super) fn number(&mut self, sample: &Sample<'_>) -> u32 {
        self.raw.clear();
        for part in [sample.label, sample.code, sample.message, sample.assertion] {
            self.raw.extend_from_slice(part);
            self.raw.push(0);
        }
        if let Some(number) = self.remembered.get(&self.raw) {
            return *number;
        }
        let text = |bytes| String::from_utf8_lossy(bytes);
        let key = ErrorKey::of(
            &text(sample.label),
            &text(sample.code),
            &text(sample.message),
            &text(sample.assertion),
        );
        let number = self.groups.number(&key);
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(self.raw.clone(), number);
        }
        number
    }

    pub(super) fn keys(&self) -> &[ErrorKey] {
        self.groups.as_slice()
    }

    /// The number of the group that such a failure was counted in; `None` while there was none.
    pub(super) fn known(&self, failure: &Failure) -> Option<u32> {
        let of_the_rest = || self.groups.overflow();
        self.groups.known(&failure.key()).or_else(of_the_rest)
    }

    /// Counts an exchange of a group; false once it has enough.
    pub(super) fn wants_exchange(&mut self, number: u32) -> bool {
        let taken = self.exchanges.entry(number).or_default();
        let wants = *taken < MOST_OF_A_GROUP;
        *taken += usize::from(wants);
        wants
    }
}
