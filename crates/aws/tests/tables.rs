//! The tables that one machine makes are those that the infrastructure makes.

mod support;

use std::{env, fs, path::Path};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, KeySchemaElement, KeyType},
};
use serde_json::{Value, json};
use support::TestCloud;

/// What the infrastructure makes its tables from. Written anew by this test when `UPDATE_TABLES` is set.
const WRITTEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/tables.json");

#[tokio::test]
async fn the_infrastructure_makes_the_same_tables() {
    let test = TestCloud::start().await;
    let client = Client::new(&test.config);
    let mut tables = Vec::new();
    for name in ["scenarios", "runs", "workers", "settings"] {
        tables.push(table(&client, name, &format!("{}-{name}", support::NAME)).await);
    }
    let made = Value::from(tables);
    if env::var_os("UPDATE_TABLES").is_some() {
        fs::write(Path::new(WRITTEN), format!("{made:#}\n")).unwrap();
    }
    let written: Value = serde_json::from_str(&fs::read_to_string(WRITTEN).unwrap()).unwrap();
    assert_eq!(written, made, "run this test once with UPDATE_TABLES=1");
}

async fn table(client: &Client, name: &str, full_name: &str) -> Value {
    let description = client
        .describe_table()
        .table_name(full_name)
        .send()
        .await
        .unwrap();
    let table = description.table.unwrap();
    let attributes = table.attribute_definitions();
    let mut indices: Vec<Value> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            json!({
                "name": index.index_name().unwrap(),
                "key": key(index.key_schema(), attributes),
                "carries": index.projection().unwrap().non_key_attributes(),
            })
        })
        .collect();
    indices.sort_by_key(|index| index["name"].to_string());
    let expiry = client
        .describe_time_to_live()
        .table_name(full_name)
        .send()
        .await
        .unwrap();
    let expires = expiry
        .time_to_live_description
        .and_then(|expiry| expiry.attribute_name);
    json!({
        "name": name,
        "key": key(table.key_schema(), attributes),
        "indices": indices,
        "expires": expires,
    })
}

/// The partition key and, if there is one, the sort key, each with its type.
fn key(schema: &[KeySchemaElement], attributes: &[AttributeDefinition]) -> Value {
    let mut parts: Vec<&KeySchemaElement> = schema.iter().collect();
    parts.sort_by_key(|part| part.key_type() != &KeyType::Hash);
    parts
        .iter()
        .map(|part| {
            let name = part.attribute_name();
            let attribute = attributes
                .iter()
                .find(|attribute| attribute.attribute_name() == name)
                .unwrap();
            json!([name, attribute.attribute_type().as_str()])
        })
        .collect()
}
