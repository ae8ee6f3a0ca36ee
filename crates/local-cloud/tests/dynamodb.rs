//! DynamoDB through the SDK.

mod support;

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, Put, ReturnValue, ScalarAttributeType, TimeToLiveSpecification,
        TransactWriteItem, Update,
    },
};
use support::TestCloud;

const TABLE: &str = "runs";

async fn start() -> (TestCloud, Client) {
    let cloud = TestCloud::start().await;
    let client = Client::new(&cloud.sdk("api"));
    create(&client).await;
    (cloud, client)
}

async fn create(client: &Client) {
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
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
    let by_day = GlobalSecondaryIndex::builder()
        .index_name("byDay")
        .key_schema(key("day", KeyType::Hash))
        .key_schema(key("id", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("id"))
        .attribute_definitions(attribute("day"))
        .key_schema(key("id", KeyType::Hash))
        .global_secondary_indexes(by_day)
        .send()
        .await
        .unwrap();
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

async fn get(client: &Client, id: &str) -> Option<HashMap<String, AttributeValue>> {
    client
        .get_item()
        .table_name(TABLE)
        .key("id", s(id))
        .consistent_read(true)
        .send()
        .await
        .unwrap()
        .item
}

#[tokio::test]
async fn items_survive_a_restart() {
    let (cloud, client) = start().await;
    client
        .put_item()
        .table_name(TABLE)
        .item("id", s("a"))
        .item("day", s("1"))
        .send()
        .await
        .unwrap();
    let again = client.create_table().table_name(TABLE).send().await;
    assert!(again.is_err());
    let cloud = cloud.restart().await;
    let client = Client::new(&cloud.sdk("api"));
    assert_eq!(get(&client, "a").await.unwrap()["day"], s("1"));
}

#[tokio::test]
async fn of_concurrent_conditional_writes_one_wins() {
    let (_cloud, client) = start().await;
    for round in 0..10 {
        let id = format!("item-{round}");
        let tries = (0..32_u64).map(|at| {
            let put = client
                .put_item()
                .table_name(TABLE)
                .item("id", s(&id))
                .item("winner", n(at));
            put.condition_expression("attribute_not_exists(id)").send()
        });
        let outcomes = futures::future::join_all(tries).await;
        let winners: Vec<_> = (0..32_u64)
            .zip(&outcomes)
            .filter(|(_, outcome)| outcome.is_ok())
            .map(|(at, _)| at)
            .collect();
        assert_eq!(winners.len(), 1);
        assert!(outcomes.iter().all(|outcome| match outcome {
            Ok(_) => true,
            Err(error) => error.code() == Some("ConditionalCheckFailedException"),
        }));
        assert_eq!(get(&client, &id).await.unwrap()["winner"], n(winners[0]));
    }
}

#[tokio::test]
async fn counters_lose_nothing() {
    let (_cloud, client) = start().await;
    let adds = (0..50).map(|_| {
        let update = client
            .update_item()
            .table_name(TABLE)
            .key("id", s("counter"))
            .update_expression("ADD hits :one");
        update
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
    });
    for outcome in futures::future::join_all(adds).await {
        outcome.unwrap();
    }
    assert_eq!(get(&client, "counter").await.unwrap()["hits"], n(50));
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let (_cloud, client) = start().await;
    let put = |id: &str| {
        let put = Put::builder()
            .table_name(TABLE)
            .item("id", s(id))
            .condition_expression("attribute_not_exists(id)");
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let lock = |scenario: &str| {
        let update = Update::builder()
            .table_name(TABLE)
            .key("id", s(scenario))
            .update_expression("SET active = :run");
        let update = update
            .condition_expression("attribute_not_exists(active)")
            .expression_attribute_values(":run", s("x"));
        TransactWriteItem::builder()
            .update(update.build().unwrap())
            .build()
    };
    let transact = |run: &str| {
        client
            .transact_write_items()
            .transact_items(put(run))
            .transact_items(lock("scenario"))
            .send()
    };
    let outcomes = futures::future::join_all(["run-1", "run-2", "run-3", "run-4"].map(transact)).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let mut written = 0;
    for (run, outcome) in ["run-1", "run-2", "run-3", "run-4"].iter().zip(&outcomes) {
        let found = get(&client, run).await.is_some();
        assert_eq!(found, outcome.is_ok(), "{run}");
        written += usize::from(found);
        if let Err(error) = outcome {
            let reasons = error.as_service_error().unwrap();
            let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(canceled) = reasons
            else { panic!("{reasons:?}") };
            assert_eq!(
                canceled.cancellation_reasons()[1].code(),
                Some("ConditionalCheckFailed")
            );
        }
    }
    assert_eq!(written, 1);
}

#[tokio::test]
async fn an_index_pages_newest_first() {
    let (_cloud, client) = start().await;
    for at in 0..25 {
        client
            .put_item()
            .table_name(TABLE)
            .item("id", s(&format!("run-{at:02}")))
            .item("day", s("monday"))
            .send()
            .await
            .unwrap();
    }
    client
        .put_item()
        .table_name(TABLE)
        .item("id", s("other"))
        .item("day", s("sunday"))
        .send()
        .await
        .unwrap();
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let page = client
            .query()
            .table_name(TABLE)
            .index_name("byDay")
            .key_condition_expression("#day = :day")
            .expression_attribute_names("#day", "day")
            .expression_attribute_values(":day", s("monday"))
            .scan_index_forward(false)
            .limit(10)
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        found.extend(page.items().iter().map(|item| item["id"].as_s().unwrap().clone()));
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..25).rev().map(|at| format!("run-{at:02}")).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_has_expired_is_swept_on_start() {
    let (cloud, client) = start().await;
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("expiresAt")
        .build()
        .unwrap();
    client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(ttl)
        .send()
        .await
        .unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for (id, expires) in [("old", now - 10), ("new", now + 3600)] {
        client
            .put_item()
            .table_name(TABLE)
            .item("id", s(id))
            .item("expiresAt", n(expires))
            .send()
            .await
            .unwrap();
    }
    let cloud = cloud.restart().await;
    let client = Client::new(&cloud.sdk("api"));
    for _ in 0..100 {
        if get(&client, "old").await.is_none() {
            assert!(get(&client, "new").await.is_some());
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the expired item is still there");
}

#[tokio::test]
async fn errors_are_dynamodbs() {
    let (_cloud, client) = start().await;
    let missing = client
        .get_item()
        .table_name("none")
        .key("id", s("a"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(missing.code(), Some("ResourceNotFoundException"));
    let keyless = client
        .put_item()
        .table_name(TABLE)
        .item("other", s("a"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(keyless.code(), Some("ValidationException"));
    let large = client
        .put_item()
        .table_name(TABLE)
        .item("id", s("a"))
        .item("text", s(&"x".repeat(400 * 1024)));
    assert_eq!(
        large.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
    let unknown = client.describe_limits().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("UnknownOperationException"));
    let wrong = client
        .update_item()
        .table_name(TABLE)
        .key("id", s("a"))
        .update_expression("SOT x = :y");
    let wrong = wrong
        .expression_attribute_values(":y", n(1))
        .send()
        .await
        .unwrap_err();
    assert_eq!(wrong.code(), Some("ValidationException"));
    assert!(wrong.message().unwrap().contains("UpdateExpression"), "{wrong:?}");
}
