//! Runs one execution from where its journal says it is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::{
    choice,
    data_flow::{check_size, look_up},
    definition::{Kind, Machine, Next, Scope, State, Text, Until, Whole},
    expression::{Random, Surroundings},
    failure::Failure,
    history::Event,
    journal::{self, Ending, Frame, Journal, Phase, Step},
    ledger::Execution,
    path::Documents,
    timestamp::{self, rfc3339},
};
use crate::{clock::Clock, lambda::Lambda};

/// What every execution of this service shares.
pub(super) struct Core {
    pub journal: Journal,
    pub lambda: Lambda,
    pub clock: Clock,
    pub random: Random,
}

/// One execution under way.
pub(super) struct Run {
    pub core: Arc<Core>,
    pub execution: Execution,
    pub machine: Machine,
    /// Lines that were under way when the journal was read and have not been taken up again.
    pub resumed: Mutex<HashMap<String, Frame>>,
}

/// Where a line is among the others, and the item that it works on.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub path: String,
    pub item: Option<Arc<(usize, Value)>>,
}

/// Why a line does not go on.
pub(super) enum Halt {
    /// It failed; the events say how and are yet to be written.
    Failed { failure: Failure, events: Vec<Event> },
    /// The journal took no more.
    Journal(journal::Error),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed {
            failure,
            events: Vec::new(),
        }
    }
}

impl From<journal::Error> for Halt {
    fn from(error: journal::Error) -> Self {
        match error {
            journal::Error::Full => Failure::history_full().into(),
            error => Self::Journal(error),
        }
    }
}

/// A state that is done; its events are written together with the entry of the next one.
pub(super) struct Done {
    pub events: Vec<Event>,
    pub output: Value,
    pub next: Next,
}

impl Run {
    /// Runs the execution to its end and writes that down.
    pub async fn drive(&self) -> Result<(), journal::Error> {
        let deadline = async {
            match self.machine.timeout_seconds {
                Some(seconds) => {
                    let at = self.execution.started_ms + seconds as i64 * 1000;
                    self.core.clock.sleep_until(timestamp::at(at)).await;
                }
                None => std::future::pending().await,
            }
        };
        let place = Place::default();
        let scope = &self.machine.scope;
        let mut frame = match self.take_resumed(&place.path) {
            Some(frame) => frame,
            None => self.start(scope, &place, self.execution.input_value(), 1, None)?,
        };
        let outcome = tokio::select! {
            outcome = self.scope(scope, &place, &mut frame) => Some(outcome),
            () = deadline => None,
        };
        match outcome {
            Some(Ok((mut events, output))) => {
                let output = output.to_string();
                events.push(Event::execution_succeeded(&output));
                self.end("SUCCEEDED", Some(&output), None, &events, Some(frame.previous))
            }
            Some(Err(Halt::Failed { failure, mut events })) => {
                events.push(Event::execution_ended("ExecutionFailed", &failure));
                self.end("FAILED", None, Some(&failure), &events, Some(frame.previous))
            }
            Some(Err(Halt::Journal(error))) => Err(error),
            None => {
                let nothing = Failure {
                    error: None,
                    cause: None,
                };
                self.end(
                    "TIMED_OUT",
                    None,
                    None,
                    &[Event::execution_ended("ExecutionTimedOut", &nothing)],
                    None,
                )
            }
        }
    }

    /// Enters the first state of a scope, after `before` and behind the event `previous`.
    pub fn start(
        &self,
        scope: &Scope,
        place: &Place,
        input: Value,
        previous: i64,
        before: Option<Event>,
    ) -> Result<Frame, journal::Error> {
        let mut frame = Frame::entering(&scope.start_at, input, self.core.clock.now_ms(), previous);
        let mut events: Vec<_> = before.into_iter().collect();
        events.push(entered(scope, &frame));
        self.record(place, &mut frame, &events, false)?;
        Ok(frame)
    }

    /// Runs a line to the end of its scope; answers with the last state's events and output.
    pub async fn scope(
        &self,
        scope: &Scope,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<(Vec<Event>, Value), Halt> {
        loop {
            let state = &scope.states[&frame.state];
            let mut done = self.state(state, place, frame).await?;
            let leaves_lines = matches!(frame.phase, Phase::Fanned);
            check_size(&frame.state, "result", &done.output)?;
            match done.next {
                Next::End => return Ok((done.events, done.output)),
                Next::State(name) => {
                    *frame = Frame::entering(&name, done.output, self.core.clock.now_ms(), frame.previous);
                    done.events.push(entered(scope, frame));
                    self.record(place, frame, &done.events, leaves_lines)?;
                }
            }
        }
    }

    async fn state(&self, state: &State, place: &Place, frame: &mut Frame) -> Result<Done, Halt> {
        let context = self.context(place, frame);
        let input = || state.input.apply(frame.input.clone(), &context);
        let (output, next) = match &state.kind {
            Kind::Work { job, work } => return self.work(state, job, work, place, frame).await,
            Kind::Pass {
                result,
                parameters,
                result_path,
                next,
            } => {
                let input = input()?;
                let result = match (result, parameters) {
                    (Some(result), _) => result.clone(),
                    (None, Some(template)) => template.render(self.around(&input, &context))?,
                    (None, None) => input,
                };
                (result_path.apply(frame.input.clone(), result)?, next.clone())
            }
            Kind::Choice { rules, default } => {
                let input = input()?;
                let next = choose(
                    rules,
                    default.as_deref(),
                    Documents {
                        input: &input,
                        context: &context,
                    },
                    frame,
                )?;
                (input, next)
            }
            Kind::Wait { until, next } => {
                let input = input()?;
                let until = wait_until(
                    until,
                    frame.entered_ms,
                    Documents {
                        input: &input,
                        context: &context,
                    },
                )?;
                self.core.clock.sleep_until(timestamp::at(until)).await;
                (input, next.clone())
            }
            Kind::Succeed => (input()?, Next::End),
            Kind::Fail { error, cause } => {
                let around = self.around(&frame.input, &context);
                let failure = Failure {
                    error: text(error.as_ref(), around)?,
                    cause: text(cause.as_ref(), around)?,
                };
                return Err(failure.into());
            }
        };
        let output = state.output.apply(output, &context)?;
        let events = vec![Event::exited(state.type_name(), &frame.state, &output)];
        Ok(Done { events, output, next })
    }

    /// Writes a step of the line at `place`; `drop_below` ends the lines that it had fanned out into.
    pub fn record(
        &self,
        place: &Place,
        frame: &mut Frame,
        events: &[Event],
        drop_below: bool,
    ) -> Result<(), journal::Error> {
        if drop_below {
            let below = format!("{}/", place.path);
            self.resumed
                .lock()
                .expect("no holder panics")
                .retain(|path, _| !path.starts_with(&below));
        }
        let now_ms = self.core.clock.now_ms();
        let step = Step {
            execution: self.execution.id,
            path: &place.path,
            events,
            now_ms,
            drop_below,
        };
        self.core.journal.record(&step, frame)
    }

    fn end(
        &self,
        status: &'static str,
        output: Option<&str>,
        failure: Option<&Failure>,
        events: &[Event],
        previous: Option<i64>,
    ) -> Result<(), journal::Error> {
        let (execution, now_ms) = (self.execution.id, self.core.clock.now_ms());
        self.core.journal.end(&Ending {
            execution,
            status,
            output,
            failure,
            events,
            previous,
            now_ms,
        })
    }

    pub fn take_resumed(&self, path: &str) -> Option<Frame> {
        self.resumed.lock().expect("no holder panics").remove(path)
    }

    pub fn around<'v>(&'v self, input: &'v Value, context: &'v Value) -> Surroundings<'v> {
        Surroundings {
            documents: Documents { input, context },
            random: &self.core.random,
        }
    }

    /// The context object `$$`.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>
    pub fn context(&self, place: &Place, frame: &Frame) -> Value {
        let execution = &self.execution;
        let mut context = json!({
            "Execution": {
                "Id": execution.arn,
                "Input": execution.input_value(),
                "Name": execution.name,
                "RoleArn": execution.role,
                "StartTime": rfc3339(execution.started_ms),
                "RedriveCount": 0,
            },
            "StateMachine": {"Id": execution.machine, "Name": execution.machine_name()},
            "State": {
                "Name": frame.state,
                "EnteredTime": rfc3339(frame.entered_ms),
                "RetryCount": frame.retries.iter().sum::<u32>(),
            },
        });
        if let Some(item) = &place.item {
            context["Map"] = json!({"Item": {"Index": item.0, "Value": item.1}});
        }
        context
    }
}

/// The event of entering the state that `frame` is at.
fn entered(scope: &Scope, frame: &Frame) -> Event {
    Event::entered(scope.states[&frame.state].type_name(), &frame.state, &frame.input)
}

fn choose(
    rules: &[(choice::Condition, String)],
    default: Option<&str>,
    documents: Documents<'_>,
    frame: &Frame,
) -> Result<Next, Failure> {
    for (condition, next) in rules {
        if condition.holds(documents)? {
            return Ok(Next::State(next.clone()));
        }
    }
    default.map(|next| Next::State(next.to_owned())).ok_or_else(|| {
        let cause = format!(
            "Failed to transition out of the state '{}'. No rule matches.",
            frame.state
        );
        Failure::new("States.NoChoiceMatched", cause)
    })
}

/// When a Wait that was entered at `entered_ms` is over.
fn wait_until(until: &Until, entered_ms: i64, documents: Documents<'_>) -> Result<i64, Failure> {
    match until {
        Until::Seconds(duration) => Ok(entered_ms + whole(duration, documents)? as i64 * 1000),
        Until::Timestamp(at) => Ok(at.as_millisecond()),
        Until::TimestampAt(path) => {
            let value = look_up(path, documents)?;
            let at = choice::timestamp(&value).map(jiff::Timestamp::as_millisecond);
            at.ok_or_else(|| Failure::runtime(format!("'{}' is not a timestamp: {value}", path.text())))
        }
    }
}

/// A whole number that is not negative.
pub(super) fn whole(number: &Whole, documents: Documents<'_>) -> Result<u64, Failure> {
    match number {
        Whole::Given(number) => Ok(*number),
        Whole::At(path) => {
            let value = look_up(path, documents)?;
            let number = value.as_u64().filter(|number| *number <= 99_999_999);
            number.ok_or_else(|| {
                Failure::runtime(format!(
                    "'{}' is not a whole number that fits: {value}",
                    path.text()
                ))
            })
        }
    }
}

fn text(text: Option<&Text>, around: Surroundings<'_>) -> Result<Option<String>, Failure> {
    match text {
        None => Ok(None),
        Some(Text::Given(text)) => Ok(Some(text.clone())),
        Some(Text::Computed(expression)) => match expression.evaluate("ErrorPath or CausePath", around) {
            Ok(Value::String(text)) => Ok(Some(text)),
            Ok(other) => Err(Failure::runtime(format!(
                "ErrorPath and CausePath must lead to a string, not to {other}"
            ))),
            Err(failure) => Err(Failure::runtime(failure.cause.unwrap_or_default())),
        },
    }
}
