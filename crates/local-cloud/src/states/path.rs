//! JSONPath as Step Functions uses it, and the reference paths that say where a result goes.
//!
//! Where the proposed standard and the service differ, the service wins: a definite path that leads nowhere is an
//! error, and an indefinite one answers with an array.

use std::borrow::Cow;

use serde_json::Value;

use super::{failure::Failure, path_parser};

/// What `$`, `$$` or, within a filter, `@` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    Input,
    Context,
    Item,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Name(String),
    /// Negative from the end.
    Index(i64),
    Indices(Vec<i64>),
    Wildcard,
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        by: i64,
    },
    /// The node itself and all that is below it; the next step picks from them.
    Descend,
    Filter(Filter),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Path),
    Compare(Operand, Comparison, Operand),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Path(Path),
    Literal(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(super) text: String,
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
}

/// The two documents that a path may start from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Documents<'v> {
    pub input: &'v Value,
    pub context: &'v Value,
}

/// A definite part of a path leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missing;

impl Path {
    pub fn parse(text: &str) -> Result<Self, String> {
        path_parser::parse(text)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of a definite path, or an array of the values of an indefinite one.
    pub fn find<'v>(&self, documents: Documents<'v>) -> Result<Cow<'v, Value>, Missing> {
        let start = match self.root {
            Root::Input | Root::Item => documents.input,
            Root::Context => documents.context,
        };
        let mut nodes = vec![start];
        let mut definite = true;
        for step in &self.steps {
            let reached = nodes.iter().map(|node| step.apply(node, documents.context));
            nodes = if definite {
                let reached: Result<Vec<_>, _> = reached.collect();
                reached?.concat()
            } else {
                reached.filter_map(Result::ok).flatten().collect()
            };
            definite &= matches!(step, Step::Name(_) | Step::Index(_));
        }
        if definite {
            nodes.first().map(|node| Cow::Borrowed(*node)).ok_or(Missing)
        } else {
            Ok(Cow::Owned(Value::Array(nodes.into_iter().cloned().collect())))
        }
    }
}

impl Step {
    fn apply<'v>(&self, node: &'v Value, context: &'v Value) -> Result<Vec<&'v Value>, Missing> {
        match self {
            Self::Name(name) => node.get(name).map(|found| vec![found]).ok_or(Missing),
            Self::Index(index) => at(node.as_array().ok_or(Missing)?, *index)
                .map(|found| vec![found])
                .ok_or(Missing),
            Self::Indices(indices) => {
                let items = node.as_array().ok_or(Missing)?;
                Ok(indices.iter().filter_map(|index| at(items, *index)).collect())
            }
            Self::Wildcard => Ok(children(node)),
            Self::Slice { from, to, by } => Ok(slice(node.as_array().ok_or(Missing)?, *from, *to, *by)),
            Self::Descend => {
                let mut found = Vec::new();
                descend(node, &mut found);
                Ok(found)
            }
            Self::Filter(filter) => {
                let candidates = if node.is_array() {
                    children(node)
                } else {
                    vec![node]
                };
                Ok(candidates
                    .into_iter()
                    .filter(|item| filter.accepts(Documents { input: item, context }))
                    .collect())
            }
        }
    }
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        items.get(items.len().checked_sub(from_end)?)
    } else {
        items.get(from_end)
    }
}

fn children(node: &Value) -> Vec<&Value> {
    match node {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

fn descend<'v>(node: &'v Value, found: &mut Vec<&'v Value>) {
    found.push(node);
    for child in children(node) {
        descend(child, found);
    }
}

fn slice(items: &[Value], from: Option<i64>, to: Option<i64>, by: i64) -> Vec<&Value> {
    let length = items.len() as i64;
    let clamp = |bound: i64| {
        if bound < 0 {
            (length + bound).max(0)
        } else {
            bound.min(length)
        }
    };
    let from = clamp(from.unwrap_or(0));
    let to = clamp(to.unwrap_or(length));
    let step = usize::try_from(by.max(1)).unwrap_or(1);
    (from..to)
        .step_by(step)
        .filter_map(|index| at(items, index))
        .collect()
}

impl Filter {
    fn accepts(&self, item: Documents<'_>) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|one| one.accepts(item)),
            Self::And(all) => all.iter().all(|one| one.accepts(item)),
            Self::Not(filter) => !filter.accepts(item),
            Self::Exists(path) => path.find(item).is_ok(),
            Self::Compare(left, comparison, right) => match (left.value(item), right.value(item)) {
                (Some(left), Some(right)) => comparison.holds(&left, &right),
                _ => false,
            },
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, item: Documents<'v>) -> Option<Cow<'v, Value>> {
        match self {
            Self::Path(path) => path.find(item).ok(),
            Self::Literal(value) => Some(Cow::Borrowed(value)),
        }
    }
}

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> bool {
        let order = match (left, right) {
            (Value::Number(left), Value::Number(right)) => left
                .as_f64()
                .zip(right.as_f64())
                .and_then(|(left, right)| left.partial_cmp(&right)),
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            _ => None,
        };
        match self {
            Self::Equal => order.map_or(left == right, std::cmp::Ordering::is_eq),
            Self::NotEqual => order.map_or(left != right, std::cmp::Ordering::is_ne),
            Self::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Self::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
        }
    }
}

/// A path that names one place and can be written to: `ResultPath`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReferencePath {
    text: String,
    steps: Vec<Step>,
}

impl ReferencePath {
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = Path::parse(text)?;
        let writable = |step: &Step| matches!(step, Step::Name(_)) || matches!(step, Step::Index(0..));
        if path.root != Root::Input || !path.steps.iter().all(writable) {
            return Err(format!("'{text}' is not a reference path"));
        }
        Ok(Self {
            text: path.text,
            steps: path.steps,
        })
    }

    /// `document` with `value` at this place; objects on the way are made as needed.
    pub fn write(&self, mut document: Value, value: Value) -> Result<Value, Failure> {
        let mut place = &mut document;
        for step in &self.steps {
            let next = match (step, place) {
                (Step::Name(name), Value::Object(fields)) => Some(
                    fields
                        .entry(name.clone())
                        .or_insert_with(|| Value::Object(serde_json::Map::new())),
                ),
                (Step::Index(index), Value::Array(items)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| items.get_mut(index)),
                _ => None,
            };
            place = next.ok_or_else(|| {
                let cause = format!("Unable to apply ResultPath '{}' to the state's input.", self.text);
                Failure::new("States.ResultPathMatchFailure", cause)
            })?;
        }
        *place = value;
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(path: &str, input: &Value) -> Result<Value, Missing> {
        let context = json!({"Execution": {"Name": "e"}});
        Path::parse(path)
            .expect("parses")
            .find(Documents {
                input,
                context: &context,
            })
            .map(Cow::into_owned)
    }

    #[test]
    fn definite_paths_answer_with_the_value() {
        let input = json!({"a": {"b c": [10, 20, {"d": null}]}});
        assert_eq!(find("$", &input), Ok(input.clone()));
        assert_eq!(find("$.a['b c'][1]", &input), Ok(json!(20)));
        assert_eq!(find("$['a'][\"b c\"][-1].d", &input), Ok(json!(null)));
        assert_eq!(find("$$.Execution.Name", &input), Ok(json!("e")));
        assert_eq!(find("$.nope", &input), Err(Missing));
        assert_eq!(find("$.a['b c'][3]", &input), Err(Missing));
    }

    #[test]
    fn indefinite_paths_answer_with_an_array() {
        let input = json!({"list": [{"n": 1, "s": "x"}, {"n": 2}, {"m": 3, "n": 4}], "o": {"p": 5}});
        assert_eq!(find("$.list[*].n", &input), Ok(json!([1, 2, 4])));
        assert_eq!(find("$.list[0:2].n", &input), Ok(json!([1, 2])));
        assert_eq!(find("$.list[-1:].n", &input), Ok(json!([4])));
        assert_eq!(find("$.list[::2].n", &input), Ok(json!([1, 4])));
        assert_eq!(find("$.list[0,2].n", &input), Ok(json!([1, 4])));
        assert_eq!(find("$..n", &input), Ok(json!([1, 2, 4])));
        assert_eq!(find("$.o.*", &input), Ok(json!([5])));
        assert_eq!(find("$.list[*].nope", &input), Ok(json!([])));
        assert_eq!(
            find("$.nope[*].n", &input),
            Err(Missing),
            "the definite part must lead somewhere"
        );
    }

    #[test]
    fn filters_select_items() {
        let input = json!({"list": [{"n": 1, "s": "x"}, {"n": 2}, {"m": 3, "n": 4}]});
        assert_eq!(find("$.list[?(@.n > 1)].n", &input), Ok(json!([2, 4])));
        assert_eq!(
            find("$.list[?(@.s == 'x' || @.n >= 4)].n", &input),
            Ok(json!([1, 4]))
        );
        assert_eq!(find("$.list[?(@.m && !(@.n < 4))].m", &input), Ok(json!([3])));
        assert_eq!(find("$.list[?(@.n != 2)].n", &input), Ok(json!([1, 4])));
    }

    #[test]
    fn results_are_written_where_the_reference_path_says() {
        let write = |path: &str, document: Value| {
            ReferencePath::parse(path)
                .expect("parses")
                .write(document, json!(7))
                .map_err(|failure| failure.error)
        };
        assert_eq!(write("$", json!({"a": 1})), Ok(json!(7)));
        assert_eq!(
            write("$.b.c", json!({"a": 1})),
            Ok(json!({"a": 1, "b": {"c": 7}}))
        );
        assert_eq!(write("$.a[1]", json!({"a": [1, 2]})), Ok(json!({"a": [1, 7]})));
        let refused = Err(Some("States.ResultPathMatchFailure".to_owned()));
        assert_eq!(write("$.a.b", json!({"a": 1})), refused);
        assert_eq!(write("$.a[2]", json!({"a": [1, 2]})), refused);
        assert_eq!(write("$.a", json!("text")), refused);
        for path in ["$.a[*]", "$..a", "$$.Execution", "$.a[-1]", "$.a[0:1]"] {
            assert!(ReferencePath::parse(path).is_err(), "{path}");
        }
    }
}
