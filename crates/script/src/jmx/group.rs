//! Thread groups: what a plan runs, and how many users each part of it has.

use std::{collections::BTreeMap, fmt};

use model::{field::Said, said};

use super::{
    Plan, element,
    expression::{Unknown, Values},
};
use crate::xml::Element;

/// An enabled thread group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub kind: Kind,
    /// Its own number of users, after properties are applied.
    pub users: Result<u32, CountError>,
}

/// What a thread group is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// JMeter's own Thread Group.
    Plain,
    Setup,
    TearDown,
    /// Another kind, by the simple name of its class: its users follow a course of its own.
    Other(String),
}

/// Why the number of users of a group is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    #[error(transparent)]
    Unknown(#[from] Unknown),
    #[error("`{0}` is not a whole number")]
    NotANumber(String),
}

impl Plan {
    /// The enabled thread groups in the order of the plan.
    pub fn groups(&self, properties: &BTreeMap<String, String>) -> Vec<Group> {
        let values = Values::new(properties, self.variables());
        self.items()
            .into_iter()
            .filter(|item| item.enabled)
            .filter_map(|item| {
                Some(Group {
                    name: element::name(item.element).to_owned(),
                    kind: kind(item.element)?,
                    users: users(item.element, &values),
                })
            })
            .collect()
    }

    /// For each group that generates load, in the order of the plan, whether it has users. A number that only the engine
    /// can tell counts as some.
    pub fn load_groups(&self, properties: &BTreeMap<String, String>) -> Vec<bool> {
        self.groups(properties)
            .into_iter()
            .filter_map(|group| match group.kind {
                Kind::Setup | Kind::TearDown => None,
                Kind::Plain => Some(group.users != Ok(0)),
                Kind::Other(_) => Some(true),
            })
            .collect()
    }

    /// The users of each group that generates load, in the order of the plan: what a region's users are shared out by.
    /// Every reason why the groups cannot be rewritten is named.
    pub fn user_counts(&self, properties: &BTreeMap<String, String>) -> Result<Vec<u32>, Vec<Refusal>> {
        let mut counts = Vec::new();
        let mut refusals = Vec::new();
        for group in self.groups(properties) {
            match (group.kind, group.users) {
                (Kind::Setup | Kind::TearDown, _) => {}
                (Kind::Other(class), _) => refusals.push(Refusal::OtherGroup {
                    name: group.name,
                    class,
                }),
                (Kind::Plain, Ok(users)) => counts.push(users),
                (Kind::Plain, Err(problem)) => refusals.push(Refusal::Count {
                    name: group.name,
                    problem,
                }),
            }
        }
        if refusals.is_empty() && counts.iter().all(|users| *users == 0) {
            refusals.push(Refusal::NoUsers);
        }
        if refusals.is_empty() {
            Ok(counts)
        } else {
            Err(refusals)
        }
    }
}

/// Why the users of a plan cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    OtherGroup { name: String, class: String },
    Count { name: String, problem: CountError },
    NoUsers,
}

impl Refusal {
    /// The message, and how to say it in another language.
    pub fn said(&self) -> Said {
        match self {
            Self::OtherGroup { name, class } => said!(
                "GROUP_OF_OTHER_KIND",
                "thread group `{}` is a {}, whose users follow a course of its own: use shape `script` to run it as it is",
                name,
                class
            ),
            Self::Count {
                name,
                problem: CountError::Unknown(Unknown(written)),
            } => said!(
                "GROUP_USERS_UNKNOWN",
                "the users of thread group `{}` cannot be set in proportion, because {} is only known when the plan runs: \
                 use a number or a property with a default, or shape `script`",
                name,
                written
            ),
            Self::Count {
                name,
                problem: CountError::NotANumber(text),
            } => said!(
                "GROUP_USERS_NOT_A_NUMBER",
                "the users of thread group `{}` cannot be set in proportion, because `{}` is not a whole number: use a \
                 number or a property with a default, or shape `script`",
                name,
                text
            ),
            Self::NoUsers => said!("PLAN_NO_USERS", "no enabled thread group has users"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().detail)
    }
}

/// The kind of a thread group, or `None` for everything else.
pub(super) fn kind(element: &Element) -> Option<Kind> {
    match element::class(element) {
        "ThreadGroup" => Some(Kind::Plain),
        "SetupThreadGroup" => Some(Kind::Setup),
        "PostThreadGroup" => Some(Kind::TearDown),
        class if class.ends_with("ThreadGroup") => Some(Kind::Other(class.to_owned())),
        _ => None,
    }
}

fn users(element: &Element, values: &Values) -> Result<u32, CountError> {
    let written = element::property(element, "ThreadGroup.num_threads").unwrap_or_default();
    let resolved = values.resolve(&written)?;
    resolved
        .trim()
        .parse()
        .map_err(|_| CountError::NotANumber(resolved))
}
