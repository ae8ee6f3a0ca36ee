//! Many items of one kind at once, made after one that the gateways wrote.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use model::{RunId, ScenarioId, Timestamp};
use ulid::Ulid;

pub type Item = HashMap<String, AttributeValue>;

const DAY_MS: i64 = 86_400_000;

/// The item that its kind is made after.
pub async fn only(client: &Client, table: &str, key: &str, id: &str) -> Item {
    let get = client
        .get_item()
        .table_name(table)
        .key(key, AttributeValue::S(id.to_owned()));
    get.send().await.expect("an answer").item.expect("an item")
}

pub async fn fill(client: &Client, table: &str, items: impl Iterator<Item = Item>) {
    let items: Vec<Item> = items.collect();
    for some in items.chunks(25) {
        let put = |item: &Item| {
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            WriteRequest::builder()
                .put_request(put.expect("a whole request"))
                .build()
        };
        let write = client
            .batch_write_item()
            .request_items(table, some.iter().map(put).collect());
        write.send().await.expect("an answer");
    }
}

/// Runs that have ended, spread evenly over some days up to now; number 0 is the newest.
pub struct Runs {
    pub like: Item,
    pub now: Timestamp,
    pub days: i64,
    pub count: i64,
}

impl Runs {
    pub fn id(&self, i: i64) -> RunId {
        RunId::new(ulid(self.at(i), i))
    }

    pub fn items(&self) -> impl Iterator<Item = Item> {
        (0..self.count).map(|i| {
            let mut item = self.like.clone();
            item.insert("runId".into(), text(&self.id(i)));
            item.insert("createdAt".into(), text(&self.at(i)));
            item.insert("month".into(), text(&self.at(i).month()));
            let status = if i % 100 == 99 { "failed" } else { "completed" };
            item.insert("status".into(), text(&status));
            item
        })
    }

    fn at(&self, i: i64) -> Timestamp {
        Timestamp::from_ms(self.now.as_ms() - i * self.days * DAY_MS / self.count)
    }
}

/// So many scenarios like one, each with its own run as long as there are runs.
pub fn scenarios(like: &Item, count: i64, runs: &Runs) -> impl Iterator<Item = Item> {
    (0..count).map(|i| {
        let mut item = like.clone();
        item.insert("scenarioId".into(), text(&ScenarioId::new(ulid(runs.now, i))));
        item.insert("search".into(), text(&format!("checkout {i}")));
        item.remove("lastRunId");
        if i < runs.count {
            item.insert("lastRunId".into(), text(&runs.id(i)));
        }
        item
    })
}

fn ulid(at: Timestamp, i: i64) -> Ulid {
    Ulid::from_parts(at.as_ms().unsigned_abs(), u128::from(i.unsigned_abs()))
}

fn text(value: &dyn ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}
