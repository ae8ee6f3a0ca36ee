//! Reading and writing the attributes of a DynamoDB item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A document that is never queried inside.
pub(crate) fn json<T: Serialize>(value: &T) -> AttributeValue {
    AttributeValue::S(serde_json::to_string(value).expect("model types serialise: their maps have text keys"))
}

/// An item, with words for what it is when it does not read.
pub(crate) struct Reader<'a> {
    item: &'a Item,
    what: &'a str,
}

impl<'a> Reader<'a> {
    pub fn new(what: &'a str, item: &'a Item) -> Self {
        Self { item, what }
    }

    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.item.get(name), Some(AttributeValue::Bool(true)))
    }

    pub fn text(&self, name: &str) -> Result<&'a str, Error> {
        self.optional_text(name).ok_or_else(|| self.missing(name))
    }

    pub fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.item
            .get(name)
            .and_then(|value| value.as_s().ok())
            .map(String::as_str)
    }

    /// A string that its type reads.
    pub fn parsed<T>(&self, name: &str) -> Result<T, Error>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.optional_parsed(name)?.ok_or_else(|| self.missing(name))
    }

    pub fn optional_parsed<T>(&self, name: &str) -> Result<Option<T>, Error>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let parse = |text: &str| {
            text.parse()
                .map_err(|error: T::Err| self.unreadable(name, &error.to_string()))
        };
        self.optional_text(name).map(parse).transpose()
    }

    pub fn number<T: std::str::FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, Error> {
        self.optional_number(name)?.ok_or_else(|| self.missing(name))
    }

    pub fn optional_number<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Error> {
        let number = self.item.get(name).and_then(|value| value.as_n().ok());
        let parse = |text: &String| {
            text.parse()
                .map_err(|error: T::Err| self.unreadable(name, &error.to_string()))
        };
        number.map(parse).transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        self.optional_json(name)?.ok_or_else(|| self.missing(name))
    }

    pub fn optional_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let read = |text: &str| {
            serde_json::from_str(text)
                .map_err(|error| Error::unreadable(format!("{name} of {}", self.what), error))
        };
        self.optional_text(name).map(read).transpose()
    }

    /// The JSON documents of a string set; empty when it is absent.
    pub fn json_set<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        let read = |text: &String| {
            serde_json::from_str(text)
                .map_err(|error| Error::unreadable(format!("{name} of {}", self.what), error))
        };
        let set = self.item.get(name).and_then(|value| value.as_ss().ok());
        set.into_iter().flatten().map(read).collect()
    }

    /// The JSON documents of a map; empty when it is absent.
    pub fn json_map<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<(String, T)>, Error> {
        let Some(map) = self.item.get(name).and_then(|value| value.as_m().ok()) else {
            return Ok(Vec::new());
        };
        let inner = Reader {
            item: map,
            what: self.what,
        };
        map.keys()
            .map(|key| Ok((key.clone(), inner.json(key)?)))
            .collect()
    }

    /// A nested map.
    pub fn map(&self, name: &str) -> Option<&'a Item> {
        self.item.get(name).and_then(|value| value.as_m().ok())
    }

    fn missing(&self, name: &str) -> Error {
        self.unreadable(name, "it is not there")
    }

    fn unreadable(&self, name: &str, problem: &str) -> Error {
        Error::unreadable(
            format!("{name} of {}", self.what),
            std::io::Error::other(problem.to_owned()),
        )
    }
}
