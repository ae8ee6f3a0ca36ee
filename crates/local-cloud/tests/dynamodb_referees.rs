//! The same DynamoDB calls to this host and to independent emulators.

#[path = "support/referees.rs"]
mod referees;
mod support;

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
use referees::{Referee, Transcript, code, refusal};
use support::TestCloud;

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

async fn writes(client: &Client, seen: &mut Transcript) {
    put(client, "w", 1, "ready").await;
    let get = client
        .get_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .send()
        .await
        .unwrap();
    seen.insert("get", shown(get.item()));
    let missing = client
        .get_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(9))
        .send()
        .await
        .unwrap();
    seen.insert("get what is not there", shown(missing.item()));
    let again = client
        .put_item()
        .table_name(TABLE)
        .item("run", s("w"))
        .item("index", n(1))
        .condition_expression("attribute_not_exists(run)");
    let again = again
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err();
    seen.insert("put again on condition", code(&again));
    let old = match again.as_service_error() {
        Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
            failed,
        )) => shown(failed.item()),
        other => format!("{other:?}"),
    };
    seen.insert("put again on condition, the old item", old);
    let replaced = client
        .put_item()
        .table_name(TABLE)
        .item("run", s("w"))
        .item("index", n(1))
        .item("a", s("b"));
    let replaced = replaced.return_values(ReturnValue::AllOld).send().await.unwrap();
    seen.insert("put returns the old item", shown(replaced.attributes()));
    let deleted = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .return_values(ReturnValue::AllOld);
    seen.insert(
        "delete returns the old item",
        shown(deleted.send().await.unwrap().attributes()),
    );
    let deleted = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .send()
        .await;
    seen.insert("delete what is not there", deleted.is_ok().to_string());
    let refused = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .condition_expression("attribute_exists(run)");
    seen.insert(
        "delete what is not there on condition",
        refusal(refused.send().await),
    );
}

async fn updates(client: &Client, seen: &mut Transcript) {
    let steps: &[(&'static str, &str, &[(&str, AttributeValue)])] = &[
        (
            "update creates",
            "SET #s = :s, #n = :n",
            &[(":s", s("x")), (":n", n(5))],
        ),
        ("update adds", "ADD #n :n", &[(":n", n(-7))]),
        ("update counts", "SET #n = #n + :n", &[(":n", n(10))]),
        (
            "update keeps",
            "SET #s = if_not_exists(#s, :s)",
            &[(":s", s("y"))],
        ),
        (
            "update starts a list",
            "SET #l = list_append(if_not_exists(#l, :e), :s)",
            &[
                (":e", AttributeValue::L(vec![])),
                (":s", AttributeValue::L(vec![s("1")])),
            ],
        ),
        (
            "update appends",
            "SET #l = list_append(#l, :s)",
            &[(":s", AttributeValue::L(vec![s("2"), n(3)]))],
        ),
        ("update one of a list", "SET #l[1] = :s", &[(":s", s("two"))]),
        (
            "update starts a set",
            "ADD #t :s",
            &[(":s", AttributeValue::Ss(vec!["a".into(), "b".into()]))],
        ),
        (
            "update shrinks a set",
            "DELETE #t :s",
            &[(":s", AttributeValue::Ss(vec!["a".into(), "z".into()]))],
        ),
        (
            "update empties a set",
            "DELETE #t :s",
            &[(":s", AttributeValue::Ss(vec!["b".into()]))],
        ),
        (
            "update starts a map",
            "SET #m = :m",
            &[(":m", AttributeValue::M(HashMap::from([("a".to_owned(), n(1))])))],
        ),
        ("update within a map", "SET #m.b = :s", &[(":s", s("two"))]),
        ("update removes", "REMOVE #m.a, #n", &[]),
        ("update below nothing", "SET #n.a = :s", &[(":s", s("x"))]),
        ("update a list as a map", "SET #l.a = :s", &[(":s", s("x"))]),
        ("update counts text", "SET #s = #s + :n", &[(":n", n(1))]),
        (
            "update twice the same",
            "SET #s = :s REMOVE #s",
            &[(":s", s("x"))],
        ),
    ];
    let names = [
        ("#s", "state"),
        ("#n", "number"),
        ("#l", "list"),
        ("#t", "tags"),
        ("#m", "map"),
    ];
    for (what, expression, values) in steps {
        let mut update = client
            .update_item()
            .table_name(TABLE)
            .key("run", s("u"))
            .key("index", n(1));
        update = update
            .update_expression(*expression)
            .return_values(ReturnValue::AllNew);
        for (name, attribute) in names.iter().filter(|(name, _)| expression.contains(name)) {
            update = update.expression_attribute_names(*name, *attribute);
        }
        for (name, value) in *values {
            update = update.expression_attribute_values(*name, value.clone());
        }
        let outcome = match update.send().await {
            Ok(done) => shown(done.attributes()),
            Err(error) => code(&error),
        };
        seen.insert(what, outcome);
    }
    let update = client
        .update_item()
        .table_name(TABLE)
        .key("run", s("u"))
        .key("index", n(1))
        .update_expression("SET a = :v");
    let changed = update
        .expression_attribute_values(":v", n(1))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
        .unwrap();
    seen.insert("update returns what changed", shown(changed.attributes()));
    for (what, condition) in [
        ("condition: size", "size(#l) = :v"),
        ("condition: between", "a BETWEEN :v AND :v"),
        ("condition: in", "a IN (:v, :v)"),
        ("condition: contains", "contains(#l, :v)"),
        ("condition: type", "attribute_type(a, :v)"),
        ("condition: not", "NOT a = :v"),
        ("condition: or", "a = :v OR attribute_exists(none)"),
        ("condition: missing", "none = :v"),
    ] {
        let mut update = client
            .update_item()
            .table_name(TABLE)
            .key("run", s("u"))
            .key("index", n(1))
            .update_expression("SET b = :v");
        update = update
            .condition_expression(condition)
            .expression_attribute_values(":v", n(1));
        if condition.contains("#l") {
            update = update.expression_attribute_names("#l", "list");
        }
        let outcome = update.send().await;
        seen.insert(
            what,
            outcome.map_or_else(|error| code(&error), |_| "holds".into()),
        );
    }
}

async fn queries(client: &Client, seen: &mut Transcript) {
    for index in 0..12 {
        put(client, "q", index, if index % 3 == 0 { "lost" } else { "done" }).await;
    }
    let indices = |items: &[HashMap<String, AttributeValue>]| {
        items
            .iter()
            .map(|item| value_shown(&item["index"]))
            .collect::<Vec<_>>()
            .join(",")
    };
    for (what, condition, forward, limit) in [
        ("query all", "run = :run", true, None),
        ("query backwards", "run = :run", false, Some(5)),
        (
            "query a range",
            "run = :run AND #i BETWEEN :low AND :high",
            true,
            None,
        ),
        ("query from", "run = :run AND #i > :low", true, Some(3)),
        (
            "query by prefix of a number",
            "run = :run AND begins_with(#i, :low)",
            true,
            None,
        ),
        ("query without the hash key", "#i > :low", true, None),
        (
            "query with a second hash key",
            "run = :run AND run = :run",
            true,
            None,
        ),
    ] {
        let mut query = client
            .query()
            .table_name(TABLE)
            .key_condition_expression(condition)
            .scan_index_forward(forward)
            .set_limit(limit);
        if condition.contains(":run") {
            query = query.expression_attribute_values(":run", s("q"));
        }
        if condition.contains("#i") {
            query = query.expression_attribute_names("#i", "index");
        }
        for (name, value) in [(":low", 3), (":high", 6)] {
            if condition.contains(name) {
                query = query.expression_attribute_values(name, n(value));
            }
        }
        let outcome = match query.send().await {
            Ok(page) => format!(
                "{} of {} then {}",
                indices(page.items()),
                page.scanned_count(),
                shown(page.last_evaluated_key())
            ),
            Err(error) => code(&error),
        };
        seen.insert(what, outcome);
    }
    let filtered = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("run = :run")
        .filter_expression("#s = :lost")
        .limit(4);
    let filtered = filtered
        .expression_attribute_values(":run", s("q"))
        .expression_attribute_values(":lost", s("lost"));
    let filtered = filtered
        .expression_attribute_names("#s", "state")
        .send()
        .await
        .unwrap();
    seen.insert(
        "query with a filter and a limit",
        format!("{} of {}", filtered.count(), filtered.scanned_count()),
    );
    let by_state = client
        .query()
        .table_name(TABLE)
        .index_name("byState")
        .key_condition_expression("#s = :lost")
        .scan_index_forward(false);
    let by_state = by_state
        .expression_attribute_values(":lost", s("lost"))
        .expression_attribute_names("#s", "state");
    let page = by_state.clone().limit(2).send().await.unwrap();
    seen.insert(
        "query an index",
        format!(
            "{} then {}",
            indices(page.items()),
            shown(page.last_evaluated_key())
        ),
    );
    let rest = by_state
        .clone()
        .set_exclusive_start_key(page.last_evaluated_key)
        .send()
        .await
        .unwrap();
    seen.insert(
        "query an index on",
        format!(
            "{} then {}",
            indices(rest.items()),
            shown(rest.last_evaluated_key())
        ),
    );
    let consistent = by_state.clone().consistent_read(true).send().await;
    seen.insert("query an index consistently", refusal(consistent));
    let some = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("run = :run")
        .expression_attribute_values(":run", s("q"))
        .limit(1);
    let some = some
        .projection_expression("#s, nothing")
        .expression_attribute_names("#s", "state")
        .send()
        .await
        .unwrap();
    seen.insert("query some attributes", shown(some.items().first()));
    let unknown = client
        .query()
        .table_name(TABLE)
        .index_name("none")
        .key_condition_expression("run = :run")
        .expression_attribute_values(":run", s("q"));
    seen.insert("query an unknown index", refusal(unknown.send().await));
}

async fn transactions(client: &Client, seen: &mut Transcript) {
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

async fn batches(client: &Client, seen: &mut Transcript) {
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
    let twice = client
        .batch_write_item()
        .request_items(TABLE, vec![write(1), write(1)])
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

async fn refusals(client: &Client, seen: &mut Transcript) {
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
