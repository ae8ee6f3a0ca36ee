//! What the tables were asked for, by partition and by second of virtual time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value};
use tokio::time::Instant;

/// Clones count together.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Counts>>);

#[derive(Debug)]
struct Counts {
    begun: Instant,
    writes: Units,
    reads: Units,
    /// In bytes, by what the item is.
    largest: BTreeMap<&'static str, usize>,
}

/// A table or one of its indices, and the value of the partition key.
type Partition = (String, String);
/// By second since the begin.
type Units = BTreeMap<Partition, BTreeMap<u64, f64>>;

/// The busiest second of the busiest partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Peak {
    pub partition: Partition,
    pub second: u64,
    pub units: f64,
}

/// Strongly consistent reads come in units of 4 KB:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
const READ_UNIT: usize = 4_096;

impl Meter {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Counts {
            begun: Instant::now(),
            writes: BTreeMap::new(),
            reads: BTreeMap::new(),
            largest: BTreeMap::new(),
        })))
    }

    /// Counts what a call consumed, as the answer to it says: the request has asked for that.
    pub fn note(&self, operation: &str, input: &Value, answer: &[u8], is_refused: bool) {
        let mut counts = self.0.lock().unwrap();
        match operation {
            // Their answers are large and hold whole items, which are smaller than the JSON around them.
            "GetItem" | "Query" | "BatchGetItem" => {
                let units = answer.len().div_ceil(READ_UNIT);
                counts.read(partition_of(input), units as f64);
            }
            "UpdateItem" | "PutItem" | "TransactWriteItems" | "BatchWriteItem" | "DeleteItem" => {
                let answer: Value = serde_json::from_slice(answer).unwrap();
                counts.wrote(input, &answer, is_refused);
            }
            _ => {}
        }
    }

    /// Counts a read of an item that was answered from a read of somebody else.
    pub fn looked(&self, table: &str, key: &str, kind: &str) {
        let mut counts = self.0.lock().unwrap();
        let bytes = counts.largest.get(kind).copied().unwrap_or_default();
        let units = bytes.max(1).div_ceil(READ_UNIT);
        counts.read((table.to_owned(), key.to_owned()), units as f64);
    }

    /// Counts a write of a worker's item that somebody else has made in its stead. The item is of one unit.
    pub fn spoke(&self, table: &str, key: &str) {
        let mut counts = self.0.lock().unwrap();
        counts.write((table.to_owned(), key.to_owned()), 1.0);
    }

    pub fn busiest_write(&self) -> Peak {
        peak(&self.0.lock().unwrap().writes)
    }

    pub fn busiest_read(&self) -> Peak {
        peak(&self.0.lock().unwrap().reads)
    }

    pub fn largest_items(&self) -> BTreeMap<&'static str, usize> {
        self.0.lock().unwrap().largest.clone()
    }
}

impl Counts {
    fn read(&mut self, partition: Partition, units: f64) {
        count(&mut self.reads, self.begun, partition, units);
    }

    fn write(&mut self, partition: Partition, units: f64) {
        count(&mut self.writes, self.begun, partition, units);
    }

    fn wrote(&mut self, input: &Value, answer: &Value, is_refused: bool) {
        let partition = partition_of(input);
        if is_refused {
            // A write whose condition fails costs what it would have cost; all but the run's are of one unit.
            return self.write(partition, 1.0);
        }
        if let Some(item) = answer["Attributes"].as_object() {
            let largest = self.largest.entry(kind_of(&partition.0, item)).or_default();
            *largest = (*largest).max(size_of(item));
        }
        let consumed = match &answer["ConsumedCapacity"] {
            Value::Array(tables) => tables.clone(),
            one => vec![one.clone()],
        };
        for table in consumed {
            let units = table["Table"]["CapacityUnits"]
                .as_f64()
                .expect("the units of the table");
            // Of a transaction over several tables the other partitions have one item each.
            let name = table["TableName"].as_str().unwrap();
            let key = if name == partition.0 {
                partition.1.as_str()
            } else {
                "other"
            };
            self.write((name.to_owned(), key.to_owned()), units);
            for (index, consumed) in table["GlobalSecondaryIndexes"].as_object().into_iter().flatten() {
                // All runs of the test have one month and one scenario.
                let units = consumed["CapacityUnits"].as_f64().unwrap();
                self.write((name.to_owned(), index.clone()), units);
            }
        }
    }
}

fn count(counts: &mut Units, begun: Instant, partition: Partition, units: f64) {
    let second = begun.elapsed().as_secs();
    *counts.entry(partition).or_default().entry(second).or_default() += units;
}

fn peak(counts: &Units) -> Peak {
    let all = counts.iter().flat_map(|(partition, seconds)| {
        seconds.iter().map(move |(second, units)| Peak {
            partition: partition.clone(),
            second: *second,
            units: *units,
        })
    });
    all.max_by(|a, b| a.units.total_cmp(&b.units))
        .expect("something was asked")
}

/// The partition of a call; of one with many items that of the first, as all are of one partition here.
fn partition_of(input: &Value) -> Partition {
    let first = |value: &Value| value.as_array().and_then(|items| items.first()).cloned();
    if let Some(item) = first(&input["TransactItems"]) {
        let operation = item.as_object().unwrap().values().next().unwrap().clone();
        return partition_of(&operation);
    }
    if let Some((table, request)) = input["RequestItems"]
        .as_object()
        .and_then(|tables| tables.iter().next())
    {
        let key = first(&request["Keys"]).unwrap_or_default();
        return (table.clone(), key_of(&key));
    }
    let table = input["TableName"].as_str().unwrap_or_default().to_owned();
    let key = [&input["Key"], &input["Item"]]
        .into_iter()
        .find(|key| key.is_object());
    match key {
        Some(key) => (table, key_of(key)),
        None => {
            let values = &input["ExpressionAttributeValues"];
            let shard = [":shard", ":kind"]
                .iter()
                .find_map(|name| values[name]["S"].as_str());
            (table, shard.unwrap_or_default().to_owned())
        }
    }
}

fn key_of(item: &Value) -> String {
    let names = ["shard", "runId", "scenarioId", "kind"];
    let key = names.iter().find_map(|name| item[name]["S"].as_str());
    key.unwrap_or_default().to_owned()
}

fn kind_of(table: &str, item: &Map<String, Value>) -> &'static str {
    match (table, item.get("index").and_then(|index| index["N"].as_str())) {
        ("oleada-workers", Some("-1")) => "control",
        ("oleada-workers", _) => "worker",
        ("oleada-runs", _) => "run",
        _ => "other",
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn size_of(item: &Map<String, Value>) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + size_of_value(value))
        .sum()
}

fn size_of_value(value: &Value) -> usize {
    let (kind, value) = value.as_object().and_then(|typed| typed.iter().next()).unwrap();
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(digits)) => digits.len().div_ceil(2) + 1,
        ("B", Value::String(base64)) => base64.len() / 4 * 3,
        ("SS", Value::Array(texts)) => texts.iter().map(|text| text.as_str().unwrap().len()).sum(),
        ("M", Value::Object(map)) => 3 + map.len() + size_of(map),
        ("L", Value::Array(list)) => 3 + list.len() + list.iter().map(size_of_value).sum::<usize>(),
        _ => 1,
    }
}
