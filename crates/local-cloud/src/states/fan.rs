//! Parallel and Map: lines that run side by side, each with a frame of its own in the journal.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use futures::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use serde_json::{Value, json};

use super::{
    data_flow::{Selection, Template},
    definition::{Scope, Whole},
    failure::Failure,
    history::Event,
    interpreter::{Halt, Place, Run, whole},
    journal::{Frame, Phase},
    path::Documents,
};

/// The most iterations of a Map at once.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>
const CONCURRENT_ITERATIONS: usize = 40;

/// What the lines of one Parallel or Map run.
pub(super) enum Lines<'l> {
    Branches {
        scopes: &'l [Scope],
        input: &'l Value,
    },
    Iterations {
        scope: &'l Scope,
        items: Vec<Value>,
        selector: Option<&'l Template>,
        input: &'l Value,
        limit: usize,
    },
}

impl Run {
    /// Runs all lines; answers with the events and the array of their outputs. The first failure stops the others.
    pub(super) async fn fan(
        &self,
        lines: &Lines<'_>,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<(Vec<Event>, Value), Halt> {
        let kind = lines.kind();
        if frame.phase != Phase::Fanned {
            frame.phase = Phase::Fanned;
            self.record(place, frame, &[lines.started()], false)?;
        }
        let (parent, started) = (&*frame, Mutex::new(BTreeSet::new()));
        let running =
            stream::iter(0..lines.count()).map(|index| self.line(lines, index, place, parent, &started));
        let ended: Result<Vec<_>, Halt> = running.buffer_unordered(lines.limit()).try_collect().await;
        match ended {
            Ok(mut outputs) => {
                frame.previous = outputs
                    .iter()
                    .map(|line| line.last_event)
                    .max()
                    .unwrap_or(frame.previous);
                outputs.sort_unstable_by_key(|line| line.index);
                let outputs = outputs.into_iter().map(|line| line.output).collect();
                Ok((
                    vec![Event::plain(format!("{kind}StateSucceeded"))],
                    Value::Array(outputs),
                ))
            }
            Err(Halt::Failed { failure, .. }) => {
                let open = started.into_inner().expect("no holder panics");
                let mut events: Vec<_> = open
                    .into_iter()
                    .filter_map(|index| lines.event("Aborted", &frame.state, index))
                    .collect();
                events.push(Event::plain(format!("{kind}StateFailed")));
                Err(Halt::Failed { failure, events })
            }
            Err(halt) => Err(halt),
        }
    }

    /// Runs one line, or takes it up where it was; `open` holds the lines that have started and not ended.
    fn line<'r>(
        &'r self,
        lines: &'r Lines<'r>,
        index: usize,
        above: &'r Place,
        parent: &'r Frame,
        open: &'r Mutex<BTreeSet<usize>>,
    ) -> BoxFuture<'r, Result<Line, Halt>> {
        // Boxed, since the states of a line may fan out in turn.
        Box::pin(async move {
            let place = lines.place(index, above);
            let scope = lines.scope(index);
            open.lock().expect("no holder panics").insert(index);
            let mut frame = match self.take_resumed(&place.path) {
                Some(frame) => frame,
                None => self.begin(lines, index, &place, parent)?,
            };
            let outcome = match frame.phase.clone() {
                Phase::Finished { output } => Ok(output),
                Phase::Failed { failure } => Err(failure.into()),
                _ => match self.scope(scope, &place, &mut frame).await {
                    Ok((mut events, output)) => {
                        events.extend(lines.event("Succeeded", &parent.state, index));
                        frame.phase = Phase::Finished {
                            output: output.clone(),
                        };
                        self.record(&place, &mut frame, &events, true)?;
                        Ok(output)
                    }
                    Err(Halt::Failed { failure, mut events }) => {
                        events.extend(lines.event("Failed", &parent.state, index));
                        frame.phase = Phase::Failed {
                            failure: failure.clone(),
                        };
                        self.record(&place, &mut frame, &events, true)?;
                        Err(failure.into())
                    }
                    Err(halt) => Err(halt),
                },
            };
            open.lock().expect("no holder panics").remove(&index);
            outcome.map(|output| Line {
                index,
                output,
                last_event: frame.previous,
            })
        })
    }

    fn begin(&self, lines: &Lines<'_>, index: usize, place: &Place, parent: &Frame) -> Result<Frame, Halt> {
        let input = match lines {
            Lines::Branches { input, .. } => (*input).clone(),
            Lines::Iterations {
                items,
                selector: None,
                ..
            } => items[index].clone(),
            Lines::Iterations {
                selector: Some(template),
                input,
                ..
            } => template.render(self.around(input, &self.context(place, parent)))?,
        };
        let before = lines.event("Started", &parent.state, index);
        Ok(self.start(lines.scope(index), place, input, parent.previous, before)?)
    }
}

/// A line that ended well.
struct Line {
    index: usize,
    output: Value,
    last_event: i64,
}

impl<'l> Lines<'l> {
    pub fn branches(scopes: &'l [Scope], input: &'l Value) -> Self {
        Self::Branches { scopes, input }
    }

    pub fn iterations(
        scope: &'l Scope,
        items: &Selection,
        selector: Option<&'l Template>,
        limit: Option<&Whole>,
        input: &'l Value,
        context: &Value,
    ) -> Result<Self, Failure> {
        let limit = limit
            .map(|limit| whole(limit, Documents { input, context }))
            .transpose()?;
        let limit = limit
            .filter(|limit| *limit > 0)
            .map_or(usize::MAX, |limit| limit as usize);
        match items.apply(input.clone(), context)? {
            Value::Array(items) => Ok(Self::Iterations {
                scope,
                items,
                selector,
                input,
                limit: limit.min(CONCURRENT_ITERATIONS),
            }),
            other => Err(Failure::runtime(format!(
                "The items of a Map must be an array, not {other}"
            ))),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Branches { .. } => "Parallel",
            Self::Iterations { .. } => "Map",
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Branches { scopes, .. } => scopes.len(),
            Self::Iterations { items, .. } => items.len(),
        }
    }

    fn limit(&self) -> usize {
        match self {
            Self::Branches { scopes, .. } => scopes.len().max(1),
            Self::Iterations { limit, .. } => *limit,
        }
    }

    fn scope(&self, index: usize) -> &'l Scope {
        match self {
            Self::Branches { scopes, .. } => &scopes[index],
            Self::Iterations { scope, .. } => scope,
        }
    }

    fn place(&self, index: usize, above: &Place) -> Place {
        let item = match self {
            Self::Branches { .. } => above.item.clone(),
            Self::Iterations { items, .. } => Some(Arc::new((index, items[index].clone()))),
        };
        Place {
            path: format!("{}/{index}", above.path),
            item,
        }
    }

    fn started(&self) -> Event {
        match self {
            Self::Branches { .. } => Event::plain("ParallelStateStarted"),
            Self::Iterations { items, .. } => Event::detailed(
                "MapStateStarted",
                "mapStateStartedEventDetails",
                json!({"length": items.len()}),
            ),
        }
    }

    /// The event of an iteration; branches have none.
    fn event(&self, outcome: &str, state: &str, index: usize) -> Option<Event> {
        matches!(self, Self::Iterations { .. }).then(|| Event::iteration(outcome, state, index))
    }
}
