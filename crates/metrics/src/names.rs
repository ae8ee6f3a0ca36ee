//! Names are written once and referred to by number.

mod normal;

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use serde::{Deserialize, Serialize};

use model::{run::Warning, said};

use crate::OTHER;

use self::normal::normalised;

/// Labels that a run keeps apart, of requests and of transactions each.
pub const MOST_LABELS: usize = 200;
/// Groups of errors that a run keeps apart.
pub const MOST_ERRORS: usize = 100;
/// Response codes that a run keeps apart.
pub const MOST_CODES: usize = 100;

/// What the numbers in a segment or a stored result stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dictionary {
    pub labels: Vec<String>,
    pub transactions: Vec<String>,
    pub codes: Vec<String>,
    pub errors: Vec<ErrorKey>,
}

/// What failures of one group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ErrorKey {
    pub label: String,
    pub code: String,
    pub message: String,
    pub assertion: Option<String>,
}

impl ErrorKey {
    /// The group of a failure with these texts, of which `assertion` may be empty.
    pub(crate) fn of(label: &str, code: &str, message: &str, assertion: &str) -> Self {
        Self {
            label: label.to_owned(),
            code: code.to_owned(),
            message: normalised(message),
            assertion: (!assertion.is_empty()).then(|| normalised(assertion)),
        }
    }

    /// The group of all failures beyond [`MOST_ERRORS`] groups.
    pub fn other() -> Self {
        Self {
            label: OTHER.into(),
            code: OTHER.into(),
            message: OTHER.into(),
            assertion: None,
        }
    }
}

/// Numbers names in the order in which they come, up to a limit; later ones share a number of their own.
#[derive(Debug)]
pub(crate) struct Names<T> {
    limit: usize,
    other: T,
    numbers: HashMap<T, u32, BuildHasherDefault<Words>>,
    in_order: Vec<T>,
    overflow: Option<u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Names<T> {
    pub(crate) fn new(limit: usize, other: T) -> Self {
        Self {
            limit,
            other,
            numbers: HashMap::default(),
            in_order: Vec::new(),
            overflow: None,
        }
    }

    /// The number of a name that is known already.
    #[inline]
    pub(crate) fn known<Q>(&self, name: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        self.numbers.get(name).copied()
    }

    /// The number of a name, new or known.
    pub(crate) fn number(&mut self, name: &T) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // The name of the rest is not one of those that the limit is for.
        let named = self.in_order.len() - usize::from(self.numbers.contains_key(&self.other));
        if named < self.limit || *name == self.other {
            return self.add(name.clone());
        }
        let number = self.numbers.get(&self.other).copied();
        let number = number.unwrap_or_else(|| self.add(self.other.clone()));
        self.overflow = Some(number);
        number
    }

    /// The numbers of names that another numbering has in this order.
    pub(crate) fn numbers(&mut self, names: &[T]) -> Vec<u32> {
        names.iter().map(|name| self.number(name)).collect()
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.overflow.is_some()
    }

    /// The number that names beyond the limit share, once there is one.
    pub(crate) fn overflow(&self) -> Option<u32> {
        self.overflow
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.in_order
    }

    fn add(&mut self, name: T) -> u32 {
        let number = self.in_order.len() as u32;
        self.in_order.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

/// A hash of eight bytes at a time. The keys are a few hundred names from a plan, looked up once a sample.
#[derive(Debug, Default)]
pub(crate) struct Words(u64);

impl Words {
    #[inline]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for Words {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.mix(byte.into());
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

/// Said once when a run has more labels than are kept apart.
pub(crate) fn too_many_labels() -> Warning {
    let said = said!(
        "MORE_LABELS_THAN_KEPT",
        "the plan has more than {} labels; those that came later are counted together as {}",
        MOST_LABELS,
        OTHER
    );
    Warning::new("TOO_MANY_LABELS", said)
}
