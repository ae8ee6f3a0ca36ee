//! What a call needs to be allowed: actions on tables and indices, and the partition keys that it touches.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use dynoxide::Database;
use serde_json::{Map, Value};

use super::dispatch;
use crate::{
    ACCOUNT,
    call::Call,
    policy::{Key, Need},
};

/// The names of the partition keys of tables and indices. A table keeps its key as long as it is there.
#[derive(Clone, Default)]
pub(super) struct KeyNames(Arc<Mutex<HashMap<Place, String>>>);

/// A table, or one of its indices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    table: String,
    index: Option<String>,
}

/// What a part of a call does at a place.
struct Deed<'a> {
    action: &'a str,
    place: Place,
    touches: Touches<'a>,
}

/// How a call names the items that it touches.
enum Touches<'a> {
    /// It names none, as a scan.
    None,
    /// By items, or by their keys.
    Items(Vec<&'a Value>),
    /// By the key condition of this input.
    Condition(&'a Value),
}

/// What a call needs. One that cannot be read needs its action on everything.
pub(super) fn needs(database: &Database, names: &KeyNames, call: &Call) -> Vec<Need> {
    let operation = call.operation();
    let read = || -> Option<Vec<Need>> {
        let input: Value = serde_json::from_slice(&call.body).ok()?;
        let deeds = deeds(operation, &input)?;
        deeds
            .iter()
            .map(|deed| deed.need(database, names, &call.region))
            .collect()
    };
    read().unwrap_or_else(|| vec![Need::new(format!("dynamodb:{operation}"), Need::ANY)])
}

fn deeds<'a>(operation: &'a str, input: &'a Value) -> Option<Vec<Deed<'a>>> {
    let one = |touches| {
        Some(vec![Deed {
            action: operation,
            place: Place::of(input)?,
            touches,
        }])
    };
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => one(Touches::Items(vec![input.get("Key")?])),
        "PutItem" => one(Touches::Items(vec![input.get("Item")?])),
        "Query" => one(Touches::Condition(input)),
        "BatchGetItem" => batch(operation, input, |requests| {
            requests.get("Keys")?.as_array()?.iter().map(Some).collect()
        }),
        "BatchWriteItem" => batch(operation, input, |requests| {
            requests.as_array()?.iter().map(item_of_write).collect()
        }),
        "TransactGetItems" | "TransactWriteItems" => {
            let parts = input.get("TransactItems")?.as_array()?;
            parts.iter().map(part_of_transaction).collect()
        }
        "ListTables" => None,
        _ => one(Touches::None),
    }
}

/// A batch has one action of its own for all items of a table.
fn batch<'a>(
    action: &'a str,
    input: &'a Value,
    items: impl Fn(&'a Value) -> Option<Vec<&'a Value>>,
) -> Option<Vec<Deed<'a>>> {
    let tables = input.get("RequestItems")?.as_object()?;
    tables
        .iter()
        .map(|(table, requests)| {
            Some(Deed {
                action,
                place: Place::table(table),
                touches: Touches::Items(items(requests)?),
            })
        })
        .collect()
}

fn item_of_write(request: &Value) -> Option<&Value> {
    match request.get("PutRequest") {
        Some(put) => put.get("Item"),
        None => request.get("DeleteRequest")?.get("Key"),
    }
}

/// A transaction has no action: each part needs that of its kind.
fn part_of_transaction(part: &Value) -> Option<Deed<'_>> {
    const KINDS: [(&str, &str, &str); 5] = [
        ("Get", "GetItem", "Key"),
        ("Put", "PutItem", "Item"),
        ("Update", "UpdateItem", "Key"),
        ("Delete", "DeleteItem", "Key"),
        ("ConditionCheck", "ConditionCheckItem", "Key"),
    ];
    let mut kinds = KINDS.into_iter();
    kinds.find_map(|(kind, action, item)| {
        let input = part.get(kind)?;
        Some(Deed {
            action,
            place: Place::of(input)?,
            touches: Touches::Items(vec![input.get(item)?]),
        })
    })
}

impl Deed<'_> {
    fn need(&self, database: &Database, names: &KeyNames, region: &str) -> Option<Need> {
        let need = Need::new(format!("dynamodb:{}", self.action), self.place.arn(region));
        if matches!(self.touches, Touches::None) {
            return Some(need);
        }
        // Nobody touches an item of a table that is not there.
        let Some(name) = names.of(database, &self.place) else {
            return Some(need);
        };
        let keys: Option<Vec<String>> = match &self.touches {
            Touches::None => Some(Vec::new()),
            Touches::Items(items) => items.iter().map(|item| text(item.get(&name)?)).collect(),
            Touches::Condition(input) => queried(input, &name).map(|key| vec![key]),
        };
        Some(need.with(Key::LeadingKeys, keys?))
    }
}

impl Place {
    /// The table, or the index, of an input.
    fn of(input: &Value) -> Option<Self> {
        let table = input.get("TableName").or_else(|| input.get("ResourceArn"))?;
        let index = input.get("IndexName").and_then(Value::as_str);
        Some(Self {
            index: index.map(str::to_owned),
            ..Self::table(table.as_str()?)
        })
    }

    /// By its name, or by its ARN.
    fn table(name: &str) -> Self {
        let name = name.rsplit_once(":table/").map_or(name, |(_, name)| name);
        Self {
            table: name.to_owned(),
            index: None,
        }
    }

    fn arn(&self, region: &str) -> String {
        let table = format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{}", self.table);
        match &self.index {
            Some(index) => format!("{table}/index/{index}"),
            None => table,
        }
    }
}

impl KeyNames {
    fn of(&self, database: &Database, place: &Place) -> Option<String> {
        let known = self.0.lock().expect("no holder panics").get(place).cloned();
        if known.is_some() {
            return known;
        }
        let name = described(database, place)?;
        self.0
            .lock()
            .expect("no holder panics")
            .insert(place.clone(), name.clone());
        Some(name)
    }

    /// After a table went: it may come back with another key.
    pub fn forget(&self) {
        self.0.lock().expect("no holder panics").clear();
    }
}

/// The name of a partition key as DescribeTable tells it.
fn described(database: &Database, place: &Place) -> Option<String> {
    let describe = serde_json::json!({"TableName": place.table}).to_string();
    let answer = dispatch(database, "DescribeTable", describe.as_bytes())?.ok()?;
    let answer: Value = serde_json::from_slice(&answer).ok()?;
    let table = &answer["Table"];
    let holder = match &place.index {
        None => table,
        Some(index) => {
            let indices = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].into_iter();
            let mut indices = indices.filter_map(|kind| table[kind].as_array()).flatten();
            indices.find(|each| each["IndexName"] == **index)?
        }
    };
    let mut schema = holder["KeySchema"].as_array()?.iter();
    let partition = schema.find(|each| each["KeyType"] == "HASH")?;
    Some(partition["AttributeName"].as_str()?.to_owned())
}

/// The partition key that a query asks for.
fn queried(input: &Value, name: &str) -> Option<String> {
    let placeholders = |field: &str| input.get(field).and_then(Value::as_object);
    let aliases = placeholders("ExpressionAttributeNames");
    let is_key = |token: &str| {
        let alias = aliases.and_then(|aliases| aliases.get(token));
        alias.and_then(Value::as_str).unwrap_or(token) == name
    };
    let expression = input.get("KeyConditionExpression")?.as_str()?;
    let tokens = tokens(expression);
    let mut terms = tokens.windows(3);
    let term = terms.find(|term| is_key(term[0]) && term[1] == "=")?;
    let values: &Map<String, Value> = placeholders("ExpressionAttributeValues")?;
    text(values.get(term[2])?)
}

/// Words, placeholders and comparisons of an expression.
fn tokens(expression: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start_matches(is_separator);
    while let Some(first) = rest.chars().next() {
        let of_a_kind = |letter: char| !is_separator(letter) && is_comparison(letter) == is_comparison(first);
        let end = rest.find(|letter| !of_a_kind(letter)).unwrap_or(rest.len());
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_separator);
    }
    tokens
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || "(),".contains(letter)
}

fn is_comparison(letter: char) -> bool {
    "=<>".contains(letter)
}

/// A key's value, whatever its type: `{"S": "x"}` is `x`.
fn text(value: &Value) -> Option<String> {
    let (_, value) = value.as_object()?.iter().next()?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_partition_key_of_a_query_is_found() {
        let query = |condition: &str| {
            json!({
                "KeyConditionExpression": condition,
                "ExpressionAttributeNames": {"#k": "kind", "#i": "id"},
                "ExpressionAttributeValues": {":k": {"S": "region"}, ":i": {"S": "x"}},
            })
        };
        for condition in [
            "kind = :k",
            "#k=:k",
            "(#k = :k) AND (#i > :i)",
            "#i = :i AND #k = :k",
            "begins_with(#i, :i) and #k = :k",
            "#i BETWEEN :i AND :i AND #k = :k",
        ] {
            let found = queried(&query(condition), "kind");
            assert_eq!(found.as_deref(), Some("region"), "{condition}");
        }
        for condition in ["#i = :i", "#k >= :k", "#k = :missing", ""] {
            assert_eq!(queried(&query(condition), "kind"), None, "{condition}");
        }
    }
}
