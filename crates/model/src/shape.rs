//! How load develops over time.

use serde::{Deserialize, Serialize};

use crate::{Duration, field::Node};

/// The longest load phase of a run.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The course of the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Shape {
    Users(Users),
    Script(Plan),
}

/// A closed model: so many virtual users, each sending when its last answer has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// How long the users take to start, evenly.
    pub ramp_up: Duration,
    /// How long all of them stay, from the end of the ramp.
    pub hold: Duration,
    /// How long requests that are under way at the end may take to finish.
    pub drain: Duration,
}

/// The plan's own thread groups, untouched, on every worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// When the load is ended if the plan has not ended by itself.
    pub max_duration: Duration,
    /// How long requests that are under way at that end may take to finish.
    pub drain: Duration,
}

impl Shape {
    /// From `startAt` to the end of the load phase, at the longest.
    pub fn load(&self) -> Duration {
        match self {
            Self::Users(users) => users.ramp_up.plus(users.hold),
            Self::Script(plan) => plan.max_duration,
        }
    }

    pub fn drain(&self) -> Duration {
        match self {
            Self::Users(users) => users.drain,
            Self::Script(plan) => plan.drain,
        }
    }

    /// When the hold begins; the plan's own shape has none.
    pub fn hold_from(&self) -> Option<Duration> {
        match self {
            Self::Users(users) => Some(users.ramp_up),
            Self::Script(_) => None,
        }
    }

    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let kind = fields.required("kind", |node| node.line(1..=20))?;
        let drain = || {
            let (default, most) = (Duration::from_secs(30), Duration::from_secs(600));
            fields.or("drain", default, |node| node.duration(Duration::ZERO..=most))
        };
        let shape = match kind.as_str() {
            "users" => {
                let ramp_up = fields.or("rampUp", Duration::ZERO, |node| {
                    node.duration(Duration::ZERO..=LONGEST)
                });
                let hold = fields.required("hold", |node| node.duration(Duration::from_secs(1)..=LONGEST));
                let drain = drain();
                fields.finish();
                Self::Users(Users {
                    ramp_up: ramp_up?,
                    hold: hold?,
                    drain: drain?,
                })
            }
            "script" => {
                let default = Duration::from_secs(3600);
                let max_duration = fields.or("maxDuration", default, |node| {
                    node.duration(Duration::from_secs(1)..=LONGEST)
                });
                let drain = drain();
                fields.finish();
                Self::Script(Plan {
                    max_duration: max_duration?,
                    drain: drain?,
                })
            }
            _ => return fields.problem("kind", crate::said!("NOT_SHAPE_KIND", "must be users or script")),
        };
        if shape.load() > LONGEST {
            return node.problem(crate::said!(
                "TOO_LONG",
                "rampUp and hold together must be at most {}",
                LONGEST
            ));
        }
        Some(shape)
    }
}
