//! A state machine as the interpreter runs it: parsed once, valid by construction.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    choice::Condition,
    data_flow::{ResultPath, Selection, Template},
    expression::Expression,
    path::Path,
    retry::{Catcher, Retrier},
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    pub scope: Scope,
    pub timeout_seconds: Option<u64>,
}

/// States that refer to one another by name: the machine's own, or those of a branch or of a Map's processor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scope {
    pub start_at: String,
    pub states: BTreeMap<String, State>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub kind: Kind,
    pub input: Selection,
    pub output: Selection,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Pass {
        result: Option<Value>,
        parameters: Option<Template>,
        result_path: ResultPath,
        next: Next,
    },
    Choice {
        rules: Vec<(Condition, String)>,
        default: Option<String>,
    },
    Wait {
        until: Until,
        next: Next,
    },
    Succeed,
    Fail {
        error: Option<Text>,
        cause: Option<Text>,
    },
    Work {
        job: Job,
        work: Work,
    },
}

/// What can fail and be tried again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Job {
    Task {
        action: Action,
        timeout: Option<Whole>,
    },
    Parallel {
        branches: Vec<Scope>,
    },
    Map {
        items: Selection,
        item_selector: Option<Template>,
        processor: Scope,
        limit: Option<Whole>,
    },
}

/// What Task, Parallel and Map have in common. A Map's `Parameters` are its item selector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Work {
    pub parameters: Option<Template>,
    pub result_selector: Option<Template>,
    pub result_path: ResultPath,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    pub next: Next,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    State(String),
    End,
}

/// How a Task's resource reaches its function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The resource is the function's ARN; the input is the payload.
    Function(String),
    /// `arn:aws:states:::lambda:invoke`; the input names the function and holds the payload.
    Invoke,
}

/// A whole number, given or looked up in the input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Whole {
    Given(u64),
    At(Path),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Until {
    Seconds(Whole),
    Timestamp(jiff::Timestamp),
    TimestampAt(Path),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    Given(String),
    Computed(Expression),
}

impl State {
    /// The type as it is written in the definition.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Pass { .. } => "Pass",
            Kind::Choice { .. } => "Choice",
            Kind::Wait { .. } => "Wait",
            Kind::Succeed => "Succeed",
            Kind::Fail { .. } => "Fail",
            Kind::Work {
                job: Job::Task { .. },
                ..
            } => "Task",
            Kind::Work {
                job: Job::Parallel { .. },
                ..
            } => "Parallel",
            Kind::Work {
                job: Job::Map { .. }, ..
            } => "Map",
        }
    }

    /// The states that may come next, in no particular order.
    pub fn targets(&self) -> Vec<&str> {
        let mut targets = Vec::new();
        let next = match &self.kind {
            Kind::Pass { next, .. } | Kind::Wait { next, .. } => Some(next),
            Kind::Work { work, .. } => {
                targets.extend(work.catch.iter().map(|catcher| catcher.next.as_str()));
                Some(&work.next)
            }
            Kind::Choice { rules, default } => {
                targets.extend(rules.iter().map(|(_, next)| next.as_str()));
                targets.extend(default.as_deref());
                None
            }
            Kind::Succeed | Kind::Fail { .. } => None,
        };
        if let Some(Next::State(name)) = next {
            targets.push(name);
        }
        targets
    }

    /// The scopes within a Parallel or a Map, each with its place below the state.
    pub fn scopes(&self) -> Vec<(String, &Scope)> {
        match &self.kind {
            Kind::Work {
                job: Job::Parallel { branches },
                ..
            } => branches
                .iter()
                .enumerate()
                .map(|(index, scope)| (format!("Branches[{index}]"), scope))
                .collect(),
            Kind::Work {
                job: Job::Map { processor, .. },
                ..
            } => vec![("ItemProcessor".to_owned(), processor)],
            _ => Vec::new(),
        }
    }
}
