//! What the machine hands to its functions, and gets back: ids and decisions, never data.

use model::{Region, RunId, field::Said, run::Status};
use serde::{Deserialize, Serialize};

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfRun {
    pub run_id: RunId,
}

/// One region of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfRegion {
    pub run_id: RunId,
    pub region: Region,
}

/// A run, and the error that ended its way through the machine, if one did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    pub run_id: RunId,
    pub error: Option<Caught>,
}

/// What Catch makes of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    pub error: String,
    #[serde(default)]
    pub cause: String,
}

/// What Plan answers: the state of the machine from there on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    pub run_id: RunId,
    pub regions: Vec<Region>,
}

/// What AwaitReady and Watch answer: whether they are through, or are to be entered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Through {
    pub through: bool,
}

/// What Release answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Released {
    pub released: bool,
}

/// What Collect and CleanUp answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    pub status: Status,
}

impl Caught {
    /// What the function itself said; Lambda wraps it into JSON.
    pub fn said(&self) -> Said {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Lambda {
            error_message: String,
        }
        let message = serde_json::from_str::<Lambda>(&self.cause)
            .map_or_else(|_| self.cause.clone(), |lambda| lambda.error_message);
        serde_json::from_str(&message).unwrap_or_else(|_| message.into())
    }
}
