//! Transactions, batches, and what is refused as a whole.

use super::*;

pub async fn transactions(client: &Client, seen: &mut Transcript) {
    let put = |run: &str, index: i64| {
        Put::builder()
            .table_name(TABLE)
            .item("run", s(run))
            .item("index", n(index))
    };
    let item = |put: aws_sdk_dynamodb::types::builders::PutBuilder| {
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let all = client
        .transact_write_items()
        .transact_items(item(put("t", 1)))
        .transact_items(item(put("t", 2)))
        .send()
        .await;
    seen.insert("transact", all.is_ok().to_string());
    let check = ConditionCheck::builder()
        .table_name(TABLE)
        .key("run", s("t"))
        .key("index", n(2))
        .condition_expression("attribute_not_exists(run)");
    let check = TransactWriteItem::builder()
        .condition_check(check.build().unwrap())
        .build();
    let refused = client
        .transact_write_items()
        .transact_items(item(put("t", 3)))
        .transact_items(check)
        .send()
        .await
        .unwrap_err();
    seen.insert("transact against a condition", code(&refused));
    let reasons = match refused.as_service_error() {
        Some(aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("").to_owned()).collect::<Vec<_>>().join(",")
        }
        other => format!("{other:?}"),
    };
    seen.insert("transact against a condition, reasons", reasons);
    let absent = client
        .get_item()
        .table_name(TABLE)
        .key("run", s("t"))
        .key("index", n(3))
        .send()
        .await
        .unwrap();
    seen.insert("transact against a condition, effect", shown(absent.item()));
    let delete = Delete::builder()
        .table_name(TABLE)
        .key("run", s("t"))
        .key("index", n(1))
        .build()
        .unwrap();
    let twice = client
        .transact_write_items()
        .transact_items(item(put("t", 1)))
        .transact_items(TransactWriteItem::builder().delete(delete).build());
    seen.insert("transact one item twice", refusal(twice.send().await));
    let token = |value: &str| {
        let transact = client.transact_write_items().client_request_token("token-1");
        transact
            .transact_items(item(put("t", 5).item("v", s(value))))
            .send()
    };
    token("a").await.unwrap();
    seen.insert(
        "transact with the same token again",
        token("a").await.is_ok().to_string(),
    );
    seen.insert(
        "transact otherwise with the same token",
        token("b")
            .await
            .map_or_else(|error| code(&error), |_| "done".into()),
    );
}

pub async fn batches(client: &Client, seen: &mut Transcript) {
    let write = |index: i64| {
        let put = PutRequest::builder()
            .item("run", s("b"))
            .item("index", n(index))
            .build()
            .unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let all = client
        .batch_write_item()
        .request_items(TABLE, (0..25).map(write).collect())
        .send()
        .await
        .unwrap();
    seen.insert(
        "batch write",
        all.unprocessed_items().map_or(0, HashMap::len).to_string(),
    );
    let more = client
        .batch_write_item()
        .request_items(TABLE, (0..26).map(write).collect())
        .send()
        .await;
    seen.insert("batch write of 26", refusal(more));
    // Attributes in the same order: moto knows the item again by its text.
    let same = write(1);
    let twice = client
        .batch_write_item()
        .request_items(TABLE, vec![same.clone(), same])
        .send()
        .await;
    seen.insert("batch write of one item twice", refusal(twice));
    let keys = (20..30)
        .map(|index| HashMap::from([("run".to_owned(), s("b")), ("index".to_owned(), n(index))]))
        .collect();
    let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
    let found = client
        .batch_get_item()
        .request_items(TABLE, wanted)
        .send()
        .await
        .unwrap();
    seen.insert("batch get", found.responses().unwrap()[TABLE].len().to_string());
}

pub async fn refusals(client: &Client, seen: &mut Transcript) {
    let key = |run: &str| {
        client
            .put_item()
            .table_name(TABLE)
            .item("run", s(run))
            .item("index", n(1))
    };
    let put = |builder: aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder| async {
        builder
            .send()
            .await
            .map_or_else(|error| code(&error), |_| "done".into())
    };
    seen.insert("an empty key", put(key("")).await);
    seen.insert("an empty text", put(key("r").item("text", s(""))).await);
    seen.insert(
        "an empty set",
        put(key("r").item("set", AttributeValue::Ss(vec![]))).await,
    );
    seen.insert(
        "a set with a repetition",
        put(key("r").item("set", AttributeValue::Ss(vec!["a".into(), "a".into()]))).await,
    );
    seen.insert(
        "a key of another type",
        put(client
            .put_item()
            .table_name(TABLE)
            .item("run", n(1))
            .item("index", n(1)))
        .await,
    );
    seen.insert(
        "no range key",
        put(client.put_item().table_name(TABLE).item("run", s("r"))).await,
    );
    seen.insert(
        "a large item",
        put(key("r").item("text", s(&"x".repeat(400 * 1024)))).await,
    );
    seen.insert(
        "an index key of another type",
        put(key("r").item("state", n(1))).await,
    );
    seen.insert(
        "a number of 39 digits",
        put(key("r").item("n", AttributeValue::N("1".repeat(39)))).await,
    );
    seen.insert(
        "a number that is none",
        put(key("r").item("n", AttributeValue::N("one".into()))).await,
    );
    seen.insert("an unknown table", put(key("r").table_name("none")).await);
    seen.insert(
        "a name that is not used",
        put(key("r")
            .condition_expression("a = a")
            .expression_attribute_names("#a", "a"))
        .await,
    );
    seen.insert(
        "a value that is not used",
        put(key("r").expression_attribute_values(":a", n(1))).await,
    );
    seen.insert(
        "a value that is not given",
        put(key("r").condition_expression("a = :a")).await,
    );
    seen.insert(
        "a reserved word",
        put(key("r").condition_expression("attribute_exists(state)")).await,
    );
    let update = client
        .update_item()
        .table_name(TABLE)
        .key("run", s("r"))
        .key("index", n(1))
        .update_expression("SET run = :v");
    let update = update.expression_attribute_values(":v", s("x")).send().await;
    seen.insert("an update of the key", refusal(update));
    let again = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    let id = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    let hash = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()
        .unwrap();
    let again = again.attribute_definitions(id).key_schema(hash).send().await;
    seen.insert("a table that exists", refusal(again));
    let table = client
        .describe_table()
        .table_name(TABLE)
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    seen.insert(
        "describe a table",
        format!(
            "{:?} {:?} {:?}",
            table.table_status(),
            table.key_schema().len(),
            table.global_secondary_indexes().len()
        ),
    );
}
