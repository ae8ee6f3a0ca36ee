//! A worker of a run: what it was told, and what it says of itself.

use serde::{Deserialize, Serialize};

use crate::{Region, Timestamp, field::Said};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A task was launched for the index; nothing was heard yet.
    Assigned,
    /// Stands at the gate.
    Ready,
    /// Its gate has opened.
    Running,
    /// Delivered its load, and all it had to say is uploaded.
    Done,
    /// Will not deliver: it died, was fenced, or never came.
    Lost,
}

/// Which task stands for an index, and in which launch. A relaunch raises the generation, which fences the task before
/// it: every write of a worker carries both as its condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    pub task_arn: String,
    pub generation: u32,
}

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exit {
    /// The engine's exit code, or the worker's own when the engine never ran.
    pub code: i32,
    /// What a person needs to know; of a dead engine its own last words.
    pub detail: String,
    /// Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub words: Option<String>,
    /// What `detail` names besides, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub values: Vec<String>,
}

impl Exit {
    pub fn new(code: i32, said: impl Into<Said>) -> Self {
        let said = said.into();
        Self {
            code,
            detail: said.detail,
            words: said.code,
            values: said.values,
        }
    }

    /// What it says, without the code of the process.
    pub fn said(&self) -> Said {
        Said {
            detail: self.detail.clone(),
            code: self.words.clone(),
            values: self.values.clone(),
        }
    }
}

/// Why a worker will not deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Loss {
    /// ECS had no room for its task; it may have later.
    NotPlaced,
    /// ECS refuses its task for good.
    Refused,
    /// Its task stopped before it had said that it was done.
    TaskStopped,
    /// Nothing was heard of it any more, or it did not come to an end.
    Silent,
    /// Its engine died or would not start, or its script could not be had. The same again would end the same.
    EngineFailed,
    /// A setUp thread group stopped the test.
    SetupFailed,
}

impl Loss {
    /// Whether a task had been placed, and is gone.
    pub fn is_death(self) -> bool {
        !matches!(self, Self::NotPlaced | Self::Refused)
    }

    /// Whether another task for the index may do better.
    pub fn is_worth_a_relaunch(self) -> bool {
        matches!(self, Self::NotPlaced | Self::TaskStopped | Self::Silent)
    }
}

/// What a worker reports of itself, all of it cumulative: a lost report loses nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub virtual_users: u32,
    /// Of the worker's whole container, as a share of what it was given; may exceed 1 where nothing enforces it.
    pub cpu: Option<f64>,
    pub requests: u64,
    pub failures: u64,
    /// How many segments it has uploaded.
    pub segments: u32,
    /// Seconds from `startAt` that are uploaded, without a hole.
    pub complete_until: u32,
}

/// Everything known of one index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    pub region: Region,
    /// 0-based over the whole run.
    pub index: u32,
    /// Counts the launches for this index, from 0.
    pub attempt: u32,
    /// Counts the tasks that were placed for it and are gone.
    pub deaths: u32,
    /// Absent between the launch and the moment in which its task is known.
    pub assignment: Option<Assignment>,
    pub state: State,
    pub ready_at: Option<Timestamp>,
    pub heartbeat_at: Option<Timestamp>,
    /// Gate opened − `startAt`, in milliseconds.
    pub start_skew_ms: Option<i64>,
    /// The engine ended by itself before the load phase did.
    pub ended_early: bool,
    pub progress: Progress,
    pub exit: Option<Exit>,
    /// Set with [`State::Lost`].
    pub loss: Option<Loss>,
    /// The first index of the launch that it belongs to.
    pub batch: u32,
}
