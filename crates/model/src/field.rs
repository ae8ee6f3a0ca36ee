//! Reads JSON input field by field and keeps every problem with its pointer, so that a person mends all of them at once.

use std::{cell::RefCell, collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Duration;

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// A JSON pointer (RFC 6901) into the document that was sent.
    pub pointer: String,
    pub detail: String,
    /// What kind of thing is wrong, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "OUT_OF_RANGE")]
    pub code: Option<String>,
    /// What `detail` names besides, in its order: bounds, or a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["1", "1000"]))]
    pub values: Vec<String>,
}

impl Problem {
    pub fn new(pointer: impl Into<String>, said: impl Into<Said>) -> Self {
        let Said { detail, code, values } = said.into();
        Self {
            pointer: pointer.into(),
            detail,
            code,
            values,
        }
    }
}

/// A sentence for a person, and where it is of a known kind, its code and the values in it: see [`said!`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Said {
    pub detail: String,
    /// What kind of sentence it is, for those who say it in words of their own. Absent where only `detail` tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<String>,
    /// What `detail` names besides, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub values: Vec<String>,
}

impl Said {
    /// The sentence about this file, which comes first in it: "`plan.jmx` is not UTF-8 text".
    #[must_use]
    pub fn about(self, file: &str) -> Self {
        self.after(file, " ")
    }

    /// The sentence as one that was found in this file: "`plan.jmx`: the plan has no enabled thread group".
    #[must_use]
    pub fn found_in(self, file: &str) -> Self {
        self.after(file, ": ")
    }

    /// The values by which another sentence holds this one: the code and the values, or "" and the words.
    pub fn nested(&self) -> Vec<String> {
        match &self.code {
            Some(code) => [std::slice::from_ref(code), &self.values].concat(),
            None => vec![String::new(), self.detail.clone()],
        }
    }

    /// The sentence whose last value is the words of another one, with that one's values in their place.
    #[must_use]
    pub fn ending_in(mut self, end: &Self) -> Self {
        self.values.pop();
        self.values.extend(end.nested());
        self
    }

    fn after(mut self, file: &str, between: &str) -> Self {
        self.detail = format!("`{file}`{between}{}", self.detail);
        self.values.insert(0, file.to_owned());
        self
    }
}

impl<T: Into<String>> From<T> for Said {
    fn from(detail: T) -> Self {
        Self {
            detail: detail.into(),
            code: None,
            values: Vec::new(),
        }
    }
}

/// A [`Said`] of a known kind: its code, its words, and the values that fill the words in.
#[macro_export]
macro_rules! said {
    ($code:literal, $words:literal $(, $value:expr)*) => {
        $crate::field::Said {
            detail: format!($words $(, $value)*),
            code: Some($code.to_owned()),
            values: vec![$($value.to_string()),*],
        }
    };
}

/// Everything that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} in the input: {}", count(.0.len()), listing(.0))]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn one(pointer: impl Into<String>, said: impl Into<Said>) -> Self {
        Self(vec![Problem::new(pointer, said)])
    }
}

/// Runs `read` over a document and answers its value, or every problem that it met.
pub fn read<T>(document: &Value, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Problems> {
    let problems = RefCell::new(Vec::new());
    let value = read(&Node {
        value: document,
        pointer: String::new(),
        problems: &problems,
    });
    let problems = problems.into_inner();
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(Problems(problems)),
    }
}

/// A value in the document and where it stands. A reader answers `None` after it noted a problem.
#[derive(Clone)]
pub struct Node<'a> {
    value: &'a Value,
    pointer: String,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> Node<'a> {
    /// Notes a problem here.
    pub fn problem<T>(&self, said: impl Into<Said>) -> Option<T> {
        self.problems
            .borrow_mut()
            .push(Problem::new(self.pointer.clone(), said));
        None
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }

    pub fn boolean(&self) -> Option<bool> {
        self.value
            .as_bool()
            .or_else(|| self.problem(said!("NOT_BOOLEAN", "must be true or false")))
    }

    /// A string of so many characters, none of them a control character but tab and line breaks.
    pub fn text(&self, characters: RangeInclusive<usize>) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            return self.problem(said!("NOT_TEXT", "must be a string"));
        };
        if !characters.contains(&text.chars().count()) {
            let (least, most) = (characters.start(), characters.end());
            return self.problem(said!(
                "WRONG_LENGTH",
                "must have between {} and {} characters",
                least,
                most
            ));
        }
        if text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            return self.problem(said!("CONTROL_CHARACTERS", "must not contain control characters"));
        }
        Some(text.to_owned())
    }

    /// A [`Node::text`] of one line with something to read in it.
    pub fn line(&self, characters: RangeInclusive<usize>) -> Option<String> {
        let text = self.text(characters.clone())?;
        if text.contains(['\t', '\n', '\r']) {
            return self.problem(said!("NOT_ONE_LINE", "must be a single line"));
        }
        if *characters.start() > 0 && text.trim().is_empty() {
            return self.problem(said!("BLANK", "must not be blank"));
        }
        Some(text)
    }

    pub fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        // JSON does not tell 2 from 2.0, and some clients write the latter.
        let whole = self.value.as_u64().or_else(|| {
            self.value
                .as_f64()
                .filter(|n| n.fract() == 0.0 && *n >= 0.0 && *n < 9e15)
                .map(|n| n as u64)
        });
        match whole {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.problem(said!(
                "NOT_WHOLE_NUMBER",
                "must be a whole number between {} and {}",
                range.start(),
                range.end()
            )),
        }
    }

    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        match self.value.as_f64() {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.problem(said!(
                "NOT_NUMBER",
                "must be a number between {} and {}",
                range.start(),
                range.end()
            )),
        }
    }

    /// A duration within the range.
    pub fn duration(&self, range: RangeInclusive<Duration>) -> Option<Duration> {
        let duration: Duration = self.parsed_as("NOT_DURATION")?;
        if range.contains(&duration) {
            return Some(duration);
        }
        self.problem(said!(
            "OUT_OF_RANGE",
            "must be between {} and {}",
            range.start(),
            range.end()
        ))
    }

    /// A string that its type reads; the type's error is the problem, and `code` is its kind.
    pub fn parsed_as<T: FromStr<Err: fmt::Display>>(&self, code: &str) -> Option<T> {
        let Some(text) = self.value.as_str() else {
            return self.problem(said!("NOT_TEXT", "must be a string"));
        };
        let refused = |error: T::Err| {
            self.problem(Said {
                code: Some(code.to_owned()),
                ..error.to_string().into()
            })
        };
        text.parse().map_or_else(refused, Some)
    }

    /// A list of so many items; every item is read, and one bad item spoils the list.
    pub fn list<T>(
        &self,
        items: RangeInclusive<usize>,
        read: impl Fn(&Node<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(array) = self.value.as_array() else {
            return self.problem(said!("NOT_LIST", "must be a list"));
        };
        if !items.contains(&array.len()) {
            return self.problem(said!(
                "WRONG_COUNT",
                "must have between {} and {} items",
                items.start(),
                items.end()
            ));
        }
        let read: Vec<Option<T>> = array
            .iter()
            .enumerate()
            .map(|(i, value)| read(&self.child(&i.to_string(), value)))
            .collect();
        read.into_iter().collect()
    }

    /// An object whose values are strings.
    pub fn text_map(&self, entries: usize, key: usize, value: usize) -> Option<BTreeMap<String, String>> {
        let Some(object) = self.value.as_object() else {
            return self.problem(said!("NOT_OBJECT", "must be an object"));
        };
        if object.len() > entries {
            return self.problem(said!("TOO_MANY_ENTRIES", "must have at most {} entries", entries));
        }
        let read: Vec<Option<(String, String)>> = object
            .iter()
            .map(|(name, item)| {
                let node = self.child(name, item);
                if name.is_empty() || name.chars().count() > key {
                    return node.problem(said!(
                        "NAME_LENGTH",
                        "its name must have between 1 and {} characters",
                        key
                    ));
                }
                Some((name.clone(), node.text(0..=value)?))
            })
            .collect();
        read.into_iter().collect()
    }

    pub fn object(&self) -> Option<Fields<'a>> {
        match self.value.as_object() {
            Some(object) => Some(Fields {
                node: self.clone(),
                object,
                known: RefCell::default(),
            }),
            None => self.problem(said!("NOT_OBJECT", "must be an object")),
        }
    }

    fn child(&self, name: &str, value: &'a Value) -> Node<'a> {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Node {
            value,
            pointer: format!("{}/{escaped}", self.pointer),
            problems: self.problems,
        }
    }
}

/// The fields of an object; [`Fields::finish`] refuses those that nobody asked for.
pub struct Fields<'a> {
    node: Node<'a>,
    object: &'a Map<String, Value>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    pub fn required<T>(&self, name: &'static str, read: impl FnOnce(&Node<'a>) -> Option<T>) -> Option<T> {
        match self.find(name) {
            Some(node) => read(&node),
            None => self
                .node
                .child(name, &Value::Null)
                .problem(said!("REQUIRED", "is required")),
        }
    }

    /// The field, or `default` when it is absent or null.
    pub fn or<T>(
        &self,
        name: &'static str,
        default: T,
        read: impl FnOnce(&Node<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.find(name) {
            Some(node) => read(&node),
            None => Some(default),
        }
    }

    /// The field, which may be absent or null.
    pub fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Node<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.find(name) {
            Some(node) => read(&node).map(Some),
            None => Some(None),
        }
    }

    /// Notes a problem at a field, whether it is there or not.
    pub fn problem<T>(&self, name: &'static str, said: impl Into<Said>) -> Option<T> {
        self.node.child(name, &Value::Null).problem(said)
    }

    /// Refuses the fields that nobody asked for.
    pub fn finish(self) {
        let known = self.known.into_inner();
        for (name, value) in self.object {
            if !known.contains(&name.as_str()) {
                let _: Option<()> = self
                    .node
                    .child(name, value)
                    .problem(said!("UNKNOWN_FIELD", "is not a field of this object"));
            }
        }
    }

    fn find(&self, name: &'static str) -> Option<Node<'a>> {
        self.known.borrow_mut().push(name);
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        Some(self.node.child(name, value))
    }
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "1 problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

fn listing(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|p| format!("{} {}", p.pointer, p.detail))
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_file_has_it_first() {
        let said = said!("XML_ENTITY", "uses the entity &{};", "a");
        let about = said.clone().about("plan.jmx");
        assert_eq!(about.detail, "`plan.jmx` uses the entity &a;");
        assert_eq!(about.values, ["plan.jmx", "a"]);
        assert_eq!(
            said.found_in("plan.jmx").detail,
            "`plan.jmx`: uses the entity &a;"
        );
    }

    #[test]
    fn a_sentence_holds_the_values_of_the_one_that_it_ends_in() {
        let silent = said!("SILENT_FOR", "nothing was heard of it for {}", "30s");
        let outer = |end: &Said| said!("WORKER_CANNOT_START", "worker {}: {}", 1, end.detail).ending_in(end);
        assert_eq!(outer(&silent).values, ["1", "SILENT_FOR", "30s"]);
        assert_eq!(
            outer(&"CannotPullContainerError".into()).values,
            ["1", "", "CannotPullContainerError"]
        );
    }
}
