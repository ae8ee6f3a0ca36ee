//! What DynamoDB asks of a role.

use super::*;

fn item(kind: &str) -> std::collections::HashMap<String, AttributeValue> {
    [("kind", kind), ("id", "1")]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .into()
}

/// A table `things` with the key (kind, id) and an index `byId` with the key (id).
async fn table(cloud: &TestCloud) {
    let body = json!({
        "TableName": "things", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "kind", "AttributeType": "S"}, {"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "byId", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
    });
    let call = local_cloud::call::Call::internal("us-east-1", "CreateTable", &body);
    assert!(cloud.cloud.dynamodb().call(call).await.status().is_success());
}

#[tokio::test]
async fn dynamodb_asks_for_action_table_and_partition_key() {
    let table_arn = "arn:aws:dynamodb:us-east-1:000000000000:table/things";
    let cloud = cloud(json!([
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"],
         "Resource": table_arn, "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine", "ours"]}}},
        allow(&["dynamodb:Query"], &format!("{table_arn}/index/byId")),
    ]))
    .await;
    table(&cloud).await;
    let client = aws_sdk_dynamodb::Client::new(&cloud.sdk(ROLE));
    let on_table = |action: &str| format!("dynamodb:{action} on resource: {table_arn}");

    let put = |kind: &str| {
        client
            .put_item()
            .table_name("things")
            .set_item(Some(item(kind)))
            .send()
    };
    put("mine").await.unwrap();
    assert_eq!(denied(put("theirs").await), on_table("PutItem"));

    let get = |kind: &str| {
        client
            .get_item()
            .table_name("things")
            .set_key(Some(item(kind)))
            .send()
    };
    assert!(get("mine").await.unwrap().item.is_some());
    assert_eq!(denied(get("theirs").await), on_table("GetItem"));
    let delete = client
        .delete_item()
        .table_name("things")
        .set_key(Some(item("mine")));
    assert_eq!(denied(delete.send().await), on_table("DeleteItem"));

    let query = |kind: &str| {
        let query = client
            .query()
            .table_name("things")
            .key_condition_expression("#k = :k AND begins_with(id, :i)");
        let query = query.expression_attribute_names("#k", "kind");
        let query = query.expression_attribute_values(":k", AttributeValue::S(kind.to_owned()));
        query
            .expression_attribute_values(":i", AttributeValue::S(String::from("1")))
            .send()
    };
    assert_eq!(query("mine").await.unwrap().count, 1);
    assert_eq!(denied(query("theirs").await), on_table("Query"));
    let scan = client.scan().table_name("things").send().await;
    assert_eq!(denied(scan), on_table("Scan"));
    let indexed = client
        .query()
        .table_name("things")
        .index_name("byId")
        .key_condition_expression("id = :i");
    let indexed = indexed.expression_attribute_values(":i", AttributeValue::S(String::from("1")));
    assert_eq!(indexed.send().await.unwrap().count, 1);

    let batch = |kinds: [&str; 2]| {
        let keys = kinds.map(item).to_vec();
        let keys = aws_sdk_dynamodb::types::KeysAndAttributes::builder().set_keys(Some(keys));
        client
            .batch_get_item()
            .request_items("things", keys.build().unwrap())
            .send()
    };
    batch(["mine", "ours"]).await.unwrap();
    assert_eq!(denied(batch(["mine", "theirs"]).await), on_table("BatchGetItem"));
    let elsewhere = client
        .get_item()
        .table_name("others")
        .set_key(Some(item("mine")))
        .send()
        .await;
    assert!(denied(elsewhere).ends_with("table/others"));
}

#[tokio::test]
async fn a_transaction_needs_the_actions_of_its_parts() {
    let table_arn = "arn:aws:dynamodb:us-east-1:000000000000:table/things";
    let cloud = cloud(allow(&["dynamodb:PutItem"], table_arn)).await;
    table(&cloud).await;
    let client = aws_sdk_dynamodb::Client::new(&cloud.sdk(ROLE));
    let put = Put::builder()
        .table_name("things")
        .set_item(Some(item("a")))
        .build()
        .unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    client
        .transact_write_items()
        .transact_items(put.clone())
        .send()
        .await
        .unwrap();
    let check = aws_sdk_dynamodb::types::ConditionCheck::builder()
        .table_name("things")
        .set_key(Some(item("b")));
    let check = check
        .condition_expression("attribute_not_exists(kind)")
        .build()
        .unwrap();
    let check = TransactWriteItem::builder().condition_check(check).build();
    let both = client
        .transact_write_items()
        .transact_items(put)
        .transact_items(check)
        .send()
        .await;
    assert_eq!(
        denied(both),
        format!("dynamodb:ConditionCheckItem on resource: {table_arn}")
    );
}
