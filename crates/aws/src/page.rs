//! Lists in pages, newest first.

use std::collections::HashMap;

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{Error, error::sorted, item::Item};

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At least 1.
    pub limit: usize,
    /// As an earlier page gave it.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the list goes on; `None` at its end.
    pub next_cursor: Option<String>,
}

/// How many items DynamoDB reads in the first call, before the filter, and how many in each that follows: a filter that
/// leaves little out is content with the first. A call reads 1 MB at most.
const READ_FIRST: i32 = 200;
const READ_AT_ONCE: i32 = 2_000;

/// Runs a query, call by call, until it has produced `most` items or is at its end.
pub(crate) async fn items(
    query: QueryFluentBuilder,
    start: Option<Item>,
    most: usize,
) -> Result<Vec<Item>, Error> {
    let mut found = Vec::new();
    let mut start = start;
    // The first key may come from a client, and only DynamoDB knows whether it can be one of this index.
    let mut is_ours = start.is_none();
    let mut at_once = READ_FIRST;
    loop {
        let query = query.clone().set_exclusive_start_key(start).limit(at_once);
        let answer = query.send().await.map_err(sorted).map_err(|error| match error {
            Error::Refused { code, .. } if code == "ValidationException" && !is_ours => Error::InvalidCursor,
            other => other,
        })?;
        (is_ours, at_once) = (true, READ_AT_ONCE);
        found.extend(answer.items.unwrap_or_default());
        start = answer.last_evaluated_key;
        if start.is_none() || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// Cuts a page out of items of which one more than the limit was asked for; the cursor is the key of its last item.
pub(crate) fn cut(mut items: Vec<Item>, limit: usize, key: &[&str]) -> (Vec<Item>, Option<String>) {
    if items.len() <= limit {
        return (items, None);
    }
    items.truncate(limit);
    let cursor = items.last().map(|item| cursor(item, key));
    (items, cursor)
}

/// A place in a list, opaque to clients.
fn cursor(item: &Item, key: &[&str]) -> String {
    let plain: HashMap<&str, &str> = key
        .iter()
        .filter_map(|name| Some((*name, item.get(*name)?.as_s().ok()?.as_str())))
        .collect();
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&plain).expect("a map of strings serialises"))
}

/// Reads a cursor that a client handed back; it must be a key with exactly these attributes.
pub(crate) fn key_of(cursor: &str, key: &[&str]) -> Result<Item, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::InvalidCursor)?;
    let plain: HashMap<String, String> = serde_json::from_slice(&bytes).map_err(|_| Error::InvalidCursor)?;
    if plain.len() != key.len() || key.iter().any(|name| !plain.contains_key(*name)) {
        return Err(Error::InvalidCursor);
    }
    Ok(plain
        .into_iter()
        .map(|(name, value)| (name, AttributeValue::S(value)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_foreign_one_is_refused() {
        let item: Item = [("month", "2026-11"), ("runId", "run_1"), ("note", "x")]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
            .into();
        let (kept, next) = cut(vec![item.clone(), item], 1, &["month", "runId"]);
        assert_eq!(kept.len(), 1);
        let next = next.unwrap();
        assert_eq!(key_of(&next, &["month", "runId"]).unwrap().len(), 2);
        for (cursor, key) in [
            (next.as_str(), &["list", "runId"][..]),
            ("%%%", &["month"]),
            ("e30", &["month"]),
        ] {
            assert!(
                matches!(key_of(cursor, key), Err(Error::InvalidCursor)),
                "{cursor}"
            );
        }
    }
}
