//! The same DynamoDB calls to this host and to independent emulators.

#[path = "../support/referees.rs"]
mod referees;
#[path = "../support/mod.rs"]
mod support;

mod queries;
mod transactions;
mod writes;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, Delete, GlobalSecondaryIndex,
        KeySchemaElement, KeyType, KeysAndAttributes, Projection, ProjectionType, Put, PutRequest,
        ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TransactWriteItem,
        WriteRequest,
    },
};
use queries::queries;
use referees::{Referee, Transcript, code, refusal};
use support::TestCloud;
use transactions::{batches, refusals, transactions};
use writes::{updates, writes};

/// Where a referee answers otherwise; `docs/referees.md` says who is right.
const KNOWN: &[(&str, &str)] = &[
    ("moto", "a number of 39 digits"),
    ("moto", "a set with a repetition"),
    ("moto", "a value that is not given"),
    ("moto", "a value that is not used"),
    ("moto", "an index key of another type"),
    ("moto", "batch get"),
    ("moto", "batch write of 26"),
    ("moto", "query an unknown index"),
    ("moto", "query by prefix of a number"),
    ("moto", "query with a second hash key"),
    ("moto", "transact otherwise with the same token"),
    ("moto", "update a list as a map"),
    ("ministack", "update counts text"),
    ("ministack", "update twice the same"),
];

const TABLE: &str = "workers";

#[tokio::test]
#[ignore = "needs the referees' venv: scripts/test --full"]
async fn dynamodb_answers_as_the_referees_do() {
    let cloud = TestCloud::start().await;
    let ours = transcript(&Client::new(&cloud.sdk("api"))).await;
    let mut surprises = Vec::new();
    for referee in Referee::all() {
        let theirs = transcript(&Client::new(&referee.sdk())).await;
        surprises.extend(referees::surprises(referee.name, &ours, &theirs, KNOWN));
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An item in a form that can be compared.
fn shown(item: Option<&HashMap<String, AttributeValue>>) -> String {
    let Some(item) = item else { return "none".into() };
    let mut fields: Vec<_> = item
        .iter()
        .map(|(name, value)| format!("{name}={}", value_shown(value)))
        .collect();
    fields.sort();
    fields.join(" ")
}

fn value_shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::N(number) => number.clone(),
        AttributeValue::Ss(set) => {
            let mut set = set.clone();
            set.sort();
            set.join(",")
        }
        AttributeValue::L(list) => {
            format!("[{}]", list.iter().map(value_shown).collect::<Vec<_>>().join(","))
        }
        AttributeValue::M(map) => format!("{{{}}}", shown(Some(map))),
        other => format!("{other:?}"),
    }
}

async fn create(client: &Client) {
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build()
            .unwrap()
    };
    let key = |name: &str, kind: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let by_state = GlobalSecondaryIndex::builder()
        .index_name("byState")
        .key_schema(key("state", KeyType::Hash))
        .key_schema(key("index", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("run", ScalarAttributeType::S))
        .attribute_definitions(attribute("index", ScalarAttributeType::N))
        .attribute_definitions(attribute("state", ScalarAttributeType::S))
        .key_schema(key("run", KeyType::Hash))
        .key_schema(key("index", KeyType::Range))
        .global_secondary_indexes(by_state)
        .send()
        .await
        .unwrap();
}

async fn transcript(client: &Client) -> Transcript {
    create(client).await;
    let mut seen = Transcript::new();
    writes(client, &mut seen).await;
    updates(client, &mut seen).await;
    queries(client, &mut seen).await;
    transactions(client, &mut seen).await;
    batches(client, &mut seen).await;
    refusals(client, &mut seen).await;
    seen
}

async fn put(client: &Client, run: &str, index: i64, state: &str) {
    let put = client
        .put_item()
        .table_name(TABLE)
        .item("run", s(run))
        .item("index", n(index))
        .item("state", s(state));
    put.send().await.unwrap();
}
