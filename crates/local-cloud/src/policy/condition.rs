//! Conditions of a statement: those operators and keys that policies here use. Any other is refused when a policy is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OneOrMany, need::Need, pattern::Pattern};

/// All must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Conditions(BTreeMap<Operator, BTreeMap<Key, OneOrMany<Pattern>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Operator {
    StringEquals,
    ArnLike,
    #[serde(rename = "ForAllValues:StringEquals")]
    EachStringEquals,
}

/// What a call may be asked about.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// The partition keys of all items that a call touches.
    #[serde(rename = "dynamodb:LeadingKeys")]
    LeadingKeys,
    #[serde(rename = "ecs:cluster")]
    Cluster,
    #[serde(rename = "iam:PassedToService")]
    PassedToService,
}

impl Conditions {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn hold(&self, need: &Need) -> bool {
        self.0.iter().all(|(operator, keys)| {
            keys.iter()
                .all(|(key, wanted)| operator.holds(need.values(*key), wanted.as_slice()))
        })
    }
}

impl Operator {
    /// `None` is a key that the call does not have.
    fn holds(self, values: Option<&[String]>, wanted: &[Pattern]) -> bool {
        let equals = |value: &String| wanted.iter().any(|pattern| pattern.as_str() == value);
        match self {
            Self::StringEquals => values.is_some_and(|values| values.iter().any(equals)),
            Self::ArnLike => values.is_some_and(|values| {
                values
                    .iter()
                    .any(|value| wanted.iter().any(|pattern| pattern.matches_arn(value)))
            }),
            // As IAM has it, this holds too where there is no value.
            Self::EachStringEquals => values.is_none_or(|values| values.iter().all(equals)),
        }
    }
}
