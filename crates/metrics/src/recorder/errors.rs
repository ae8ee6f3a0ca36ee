//! Groups failures that are alike.

use std::collections::HashMap;

use crate::{
    names::{ErrorKey, MOST_ERRORS, Names},
    sample::Sample,
};

/// Failed exchanges that are kept of one group.
const EXCHANGES: u8 = 5;
/// Raw texts that are remembered with their group, so that a storm of equal failures is normalised once.
const REMEMBERED: usize = 1_000;
/// Longer messages tell no more.
const MESSAGE_CHARS: usize = 300;

#[derive(Debug)]
pub(super) struct Errors {
    groups: Names<ErrorKey>,
    remembered: HashMap<Vec<u8>, u32>,
    /// The raw text of the failure at hand.
    raw: Vec<u8>,
    exchanges: HashMap<u32, u8>,
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
        let key = ErrorKey {
            label: text(sample.label).into_owned(),
            code: text(sample.code).into_owned(),
            message: normalised(&text(sample.message)),
            assertion: (!sample.assertion.is_empty()).then(|| normalised(&text(sample.assertion))),
        };
        let number = self.groups.number(&key);
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(self.raw.clone(), number);
        }
        number
    }

    pub(super) fn keys(&self) -> &[ErrorKey] {
        self.groups.as_slice()
    }

    /// The group's number, if it is known and still wants exchanges.
    pub(super) fn take_exchange(&mut self, key: &ErrorKey) -> Option<u32> {
        let number = self.groups.known(key)?;
        let taken = self.exchanges.entry(number).or_default();
        (*taken < EXCHANGES).then(|| {
            *taken += 1;
            number
        })
    }
}

/// Replaces what differs between failures of one kind by `#`: numbers, and words of hexadecimal digits such as ids.
pub(super) fn normalised(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        if length == 0 {
            out.push(if first.is_control() { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, tail) = rest.split_at(length);
        rest = tail;
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_id = digits > 0 && word.len() >= 4 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if is_id || digits == word.len() {
            // A UUID is five such words, and says no more than one.
            let after_id = out.ends_with("#-");
            if after_id {
                out.pop();
            } else {
                out.push('#');
            }
        } else {
            push_without_numbers(&mut out, word);
        }
    }
    match out.char_indices().nth(MESSAGE_CHARS) {
        Some((cut, _)) => format!("{}…", &out[..cut]),
        None => out,
    }
}

fn push_without_numbers(out: &mut String, word: &str) {
    let mut in_number = false;
    for c in word.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !in_number {
            out.push('#');
        }
        in_number = c.is_ascii_digit();
    }
}
