//! One run of a scenario, from the request to its end.

use serde::{Deserialize, Serialize};

use crate::{RunId, ScenarioId, Timestamp, field::Said, plan::Plan, scenario::Scenario};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted; nothing has been started.
    Queued,
    /// Workers are being started.
    Launching,
    /// Enough workers stand at the gate.
    Ready,
    /// The start instant is set.
    Running,
    /// A person or a rule asked for the end.
    Stopping,
    /// Results are being merged.
    Collecting,
    Completed,
    Failed,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Launching,
        Self::Ready,
        Self::Running,
        Self::Stopping,
        Self::Collecting,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether a run may go from here to `next`. Every write that moves a run carries this as its condition.
    pub fn may_become(self, next: Self) -> bool {
        use Status::{Cancelled, Collecting, Completed, Failed, Launching, Queued, Ready, Running, Stopping};
        match (self, next) {
            (from, Failed) => !from.is_terminal(),
            (Queued, Launching)
            | (Launching, Ready)
            | (Ready, Running)
            | (Running | Stopping, Collecting)
            | (Collecting, Completed | Cancelled)
            | (Queued | Launching | Ready | Running, Stopping) => true,
            _ => false,
        }
    }

    /// The statuses from which a run may go to this one.
    pub fn predecessors(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |from| from.may_become(self))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Launching => "launching",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Collecting => "collecting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| format!("must be one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// Who started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// Someone in the console.
    Person,
    /// An API token.
    Api,
    Schedule,
    /// A try-out of one user and one iteration; not in histories.
    Validation,
}

/// Why a run failed or was cancelled, for a person to act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    pub code: ReasonCode,
    /// What happened and what to do.
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

impl Reason {
    pub fn new(code: ReasonCode, said: impl Into<Said>) -> Self {
        let said = said.into();
        Self {
            code,
            detail: said.detail,
            words: said.code,
            values: said.values,
        }
    }

    /// What it says, without the code of the reason.
    pub fn said(&self) -> Said {
        Said {
            detail: self.detail.clone(),
            code: self.words.clone(),
            values: self.values.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    /// A person asked for it.
    Cancelled,
    /// The account's quotas do not allow the load.
    QuotaExceeded,
    /// ECS refused tasks for good.
    LaunchRefused,
    /// Too few workers were ready in time.
    StartTimeout,
    /// Fewer workers than the quorum delivered their load.
    WorkersLost,
    /// Every engine died.
    EngineFailed,
    /// A setUp thread group stopped the test.
    SetupFailed,
    /// The load ended without a single request.
    NoSamples,
    /// The state machine could not go on.
    ControlPlaneFailed,
}

impl ReasonCode {
    pub const ALL: [Self; 9] = [
        Self::Cancelled,
        Self::QuotaExceeded,
        Self::LaunchRefused,
        Self::StartTimeout,
        Self::WorkersLost,
        Self::EngineFailed,
        Self::SetupFailed,
        Self::NoSamples,
        Self::ControlPlaneFailed,
    ];

    /// As it is written, such as `LAUNCH_REFUSED`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "CANCELLED",
            Self::QuotaExceeded => "QUOTA_EXCEEDED",
            Self::LaunchRefused => "LAUNCH_REFUSED",
            Self::StartTimeout => "START_TIMEOUT",
            Self::WorkersLost => "WORKERS_LOST",
            Self::EngineFailed => "ENGINE_FAILED",
            Self::SetupFailed => "SETUP_FAILED",
            Self::NoSamples => "NO_SAMPLES",
            Self::ControlPlaneFailed => "CONTROL_PLANE_FAILED",
        }
    }
}

/// Something that a reader of the results must know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Warning {
    /// Such as `TOO_MANY_LABELS`.
    pub code: String,
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

/// A run keeps its warnings in one item, beside much else.
const MOST_WARNINGS: usize = 50;
/// In characters.
const LONGEST_WARNING: usize = 500;

impl Warning {
    /// As many as a run keeps, none of them too long; how many more there were is said by the last.
    pub fn few(mut warnings: Vec<Self>) -> Vec<Self> {
        let more = warnings.len().saturating_sub(MOST_WARNINGS);
        warnings.truncate(MOST_WARNINGS);
        if more > 0 {
            let said = crate::said!("MORE_WARNINGS_NOT_SHOWN", "{} more warnings are not shown", more);
            warnings.push(Self::new("MORE_WARNINGS", said));
        }
        for warning in &mut warnings {
            shorten(&mut warning.detail);
            warning.values.iter_mut().for_each(shorten);
        }
        warnings
    }

    pub fn new(code: impl Into<String>, said: impl Into<Said>) -> Self {
        let said = said.into();
        Self {
            code: code.into(),
            detail: said.detail,
            words: said.code,
            values: said.values,
        }
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_WARNING) {
        text.truncate(end);
        text.push('…');
    }
}

/// A step of a run on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum StageName {
    Plan,
    Launch,
    AwaitReady,
    Release,
    Watch,
    Collect,
    CleanUp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    pub name: StageName,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// How many workers stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorkerCounts {
    pub planned: u32,
    /// Got to the gate, whatever became of them.
    pub ready: u32,
    pub running: u32,
    pub done: u32,
    pub lost: u32,
}

impl WorkerCounts {
    /// The counts of several regions as one.
    pub fn plus(self, other: Self) -> Self {
        Self {
            planned: self.planned + other.planned,
            ready: self.ready + other.ready,
            running: self.running + other.running,
            done: self.done + other.done,
            lost: self.lost + other.lost,
        }
    }
}

/// Whether a run met its criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed,
}

/// The headline figures of a run, for histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub requests: u64,
    /// Failures / requests; null when there was no request.
    #[schema(required)]
    pub failure_rate: Option<f64>,
    /// Requests per second over the load phase; null when there was none.
    #[schema(required)]
    pub throughput: Option<f64>,
    /// Milliseconds; null when there was no request.
    #[schema(required)]
    pub p95: Option<f64>,
    /// Of the load phase, drain excluded. Absent in results of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duration_ms: Option<u64>,
    pub verdict: Outcome,
}

/// A run as a history lists it: without the snapshot of its scenario and without its plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub run_id: RunId,
    pub scenario_id: ScenarioId,
    /// The scenario's name as it was.
    pub scenario_name: String,
    pub status: Status,
    pub trigger: Trigger,
    pub note: Option<String>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub reason: Option<Reason>,
    pub degraded: bool,
    pub pinned: bool,
    pub created_at: Timestamp,
    pub start_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub workers: WorkerCounts,
    pub summary: Option<Summary>,
}

/// A run as it is kept. Big things (results, samples, logs) lie in S3 under its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub run_id: RunId,
    pub scenario_id: ScenarioId,
    pub status: Status,
    pub trigger: Trigger,
    pub note: Option<String>,
    /// The caller's own reference, such as a commit.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub reason: Option<Reason>,
    pub degraded: bool,
    pub warnings: Vec<Warning>,
    pub pinned: bool,
    pub created_at: Timestamp,
    /// When the gates opened, or will.
    pub start_at: Option<Timestamp>,
    /// When the run got its terminal status.
    pub ended_at: Option<Timestamp>,
    pub stages: Vec<Stage>,
    pub workers: WorkerCounts,
    /// The scenario as it was, with the overrides of this run applied.
    pub scenario: Scenario,
    pub scenario_version: u64,
    pub plan: Option<Plan>,
    /// Set together with the terminal status, when there are results.
    pub summary: Option<Summary>,
}

impl Run {
    /// A run that was just asked for.
    pub fn queued(
        run_id: RunId,
        scenario_id: ScenarioId,
        scenario: Scenario,
        scenario_version: u64,
        trigger: Trigger,
        created_at: Timestamp,
    ) -> Self {
        Self {
            run_id,
            scenario_id,
            status: Status::Queued,
            trigger,
            note: None,
            reference: None,
            reason: None,
            degraded: false,
            warnings: Vec::new(),
            pinned: false,
            created_at,
            start_at: None,
            ended_at: None,
            stages: Vec::new(),
            workers: WorkerCounts {
                planned: scenario.workers(),
                ..WorkerCounts::default()
            },
            scenario,
            scenario_version,
            plan: None,
            summary: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_run_never_moves() {
        for from in Status::ALL.into_iter().filter(|status| status.is_terminal()) {
            assert!(
                Status::ALL.into_iter().all(|next| !from.may_become(next)),
                "{from:?}"
            );
        }
    }

    #[test]
    fn every_run_can_reach_an_end() {
        for from in Status::ALL.into_iter().filter(|status| !status.is_terminal()) {
            assert!(from.may_become(Status::Failed), "{from:?}");
        }
    }

    #[test]
    fn a_reason_is_written_as_it_is_named() {
        for code in ReasonCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_status_reads_back() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
