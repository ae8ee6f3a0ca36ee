//! Reads the fields of one object of a definition and collects all that is wrong with them.

use std::cell::RefCell;

use serde_json::{Map, Value};

/// One thing that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: &'static str,
    pub message: String,
    /// Such as `/States/Plan/Next`.
    pub location: String,
}

#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub fn add(&self, code: &'static str, location: &str, message: impl Into<String>) {
        let location = if location.is_empty() { "/" } else { location };
        self.0.borrow_mut().push(Problem {
            code,
            message: message.into(),
            location: location.to_owned(),
        });
    }

    pub fn schema(&self, location: &str, message: impl Into<String>) {
        self.add("SCHEMA_VALIDATION_FAILED", location, message);
    }

    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    pub fn into_list(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// An object of the definition; fields that nobody asked for are problems too.
pub(super) struct Fields<'d> {
    object: &'d Map<String, Value>,
    pub location: String,
    pub problems: &'d Problems,
    read: RefCell<Vec<&'static str>>,
}

impl<'d> Fields<'d> {
    /// The fields of `value`; none, and a problem, if it is no object.
    pub fn of(value: &'d Value, location: String, problems: &'d Problems) -> Option<Self> {
        let Some(object) = value.as_object() else {
            problems.schema(&location, "Expected value of type Object");
            return None;
        };
        Some(Self {
            object,
            location,
            problems,
            read: RefCell::default(),
        })
    }

    pub fn get(&self, name: &'static str) -> Option<&'d Value> {
        self.read.borrow_mut().push(name);
        self.object.get(name)
    }

    /// Fields that have not been asked for.
    pub fn others(&self) -> impl Iterator<Item = (&'d str, &'d Value)> {
        let read = self.read.borrow().clone();
        self.object
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(move |(name, _)| !read.contains(name))
    }

    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.location)
    }

    pub fn problem(&self, name: &str, message: impl Into<String>) {
        self.problems.schema(&self.at(name), message);
    }

    /// The field parsed by `parse`, whose error becomes a problem.
    pub fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&'d Value) -> Result<T, String>,
    ) -> Option<T> {
        parse(self.get(name)?)
            .map_err(|message| self.problem(name, message))
            .ok()
    }

    pub fn text(&self, name: &'static str) -> Option<String> {
        self.parsed(name, |value| string(value).map(str::to_owned))
    }

    /// A whole number of `range`.
    pub fn integer(&self, name: &'static str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        self.parsed(name, |value| {
            let fits = value.as_u64().filter(|number| range.contains(number));
            fits.ok_or_else(|| format!("Expected an integer from {} to {}", range.start(), range.end()))
        })
    }

    pub fn array(&self, name: &'static str) -> &'d [Value] {
        self.parsed(name, |value| {
            value
                .as_array()
                .ok_or_else(|| "Expected value of type Array".to_owned())
        })
        .map_or(&[], Vec::as_slice)
    }

    /// A problem for each field that is not one of this object's.
    pub fn finish(&self) {
        for (name, _) in self.others() {
            self.problem(name, format!("Field '{name}' is not supported"));
        }
    }

    pub fn required(&self, name: &'static str) {
        if !self.object.contains_key(name) {
            self.problems
                .schema(&self.location, format!("These fields are required: [{name}]"));
        }
    }

    /// At most one of the two may be there.
    pub fn exclusive(&self, one: &'static str, other: &'static str) {
        if self.object.contains_key(one) && self.object.contains_key(other) {
            let message = format!("You cannot specify both '{one}' and '{other}'");
            self.problems.schema(&self.location, message);
        }
    }
}

pub(super) fn string(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| "Expected value of type String".to_owned())
}
