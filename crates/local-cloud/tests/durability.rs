//! `kill -9` at any moment: what was acknowledged is there, and what was not is either whole or absent.
//!
//! The test runs itself again as the process to be killed.

mod support;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::config::Builder;

const DATA: &str = "DURABILITY_TEST_DATA";
const NAME: &str = "the_process_to_be_killed";
const KILLS: u64 = 4;

/// Writes items and objects as fast as it can and prints each number once its write is acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the other test"]
async fn the_process_to_be_killed() {
    let Ok(data) = std::env::var(DATA) else { return };
    let cloud = support::start(Path::new(&data)).await;
    let sdk = support::sdk(&cloud, "writer");
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
    let s3 = aws_sdk_s3::Client::from_conf(Builder::from(&sdk).force_path_style(true).build());
    let prefix = std::process::id();
    let items = async {
        for at in 0.. {
            let put = dynamodb
                .put_item()
                .table_name("items")
                .item("id", AttributeValue::S(format!("{prefix}-{at}")));
            put.send().await.unwrap();
            println!("item {prefix}-{at}");
        }
    };
    let objects = async {
        for at in 0..u32::MAX {
            let body = content(&format!("{prefix}-{at}"));
            s3.put_object()
                .bucket("bucket")
                .key(format!("{prefix}-{at}"))
                .body(body.into())
                .send()
                .await
                .unwrap();
            println!("object {prefix}-{at}");
            // One object is overwritten all the time: it must always be one of its versions.
            s3.put_object()
                .bucket("bucket")
                .key("same")
                .body(content(&at.to_string()).into())
                .send()
                .await
                .unwrap();
        }
    };
    tokio::join!(items, objects);
}

fn content(name: &str) -> Vec<u8> {
    name.repeat(10_000).into_bytes()
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let cloud = support::start(data.path()).await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&support::sdk(&cloud, "writer"));
    let id = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    let key = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()
        .unwrap();
    let create = dynamodb
        .create_table()
        .table_name("items")
        .billing_mode(BillingMode::PayPerRequest);
    create
        .attribute_definitions(id)
        .key_schema(key)
        .send()
        .await
        .unwrap();
    cloud
        .s3()
        .create_bucket_if_missing("bucket", "us-east-1")
        .await
        .unwrap();
    cloud.shutdown().await;

    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        acknowledged.extend(run_and_kill(
            data.path(),
            Duration::from_millis(700 + 173 * round),
        ));
    }
    assert!(
        acknowledged.len() > 20,
        "only {} writes were acknowledged",
        acknowledged.len()
    );

    let cloud = support::start(data.path()).await;
    let sdk = support::sdk(&cloud, "writer");
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
    let s3 = aws_sdk_s3::Client::from_conf(Builder::from(&sdk).force_path_style(true).build());
    for line in &acknowledged {
        let (kind, name) = line.split_once(' ').unwrap();
        if kind == "item" {
            let found = dynamodb
                .get_item()
                .table_name("items")
                .key("id", AttributeValue::S(name.into()))
                .send()
                .await
                .unwrap();
            assert!(found.item.is_some(), "{line} is lost");
        } else {
            let found = s3.get_object().bucket("bucket").key(name).send().await.unwrap();
            assert_eq!(
                found.body.collect().await.unwrap().to_vec(),
                content(name),
                "{line}"
            );
        }
    }
    let same = s3
        .get_object()
        .bucket("bucket")
        .key("same")
        .send()
        .await
        .unwrap()
        .body
        .collect()
        .await
        .unwrap()
        .to_vec();
    let version = (0..100_000)
        .map(|at| at.to_string())
        .find(|at| same.len() == at.len() * 10_000 && same.starts_with(at.as_bytes()));
    assert_eq!(same, content(&version.expect("a version")));
    let objects = s3
        .list_objects_v2()
        .bucket("bucket")
        .max_keys(1000)
        .send()
        .await
        .unwrap();
    if objects.is_truncated() == Some(false) {
        let files = std::fs::read_dir(data.path().join("s3/blobs")).unwrap().count();
        assert_eq!(files, objects.contents().len(), "what was half written is swept");
    }
}

/// Runs the writer, kills it `after` its first acknowledgement, and returns what it acknowledged.
fn run_and_kill(data: &Path, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([NAME, "--exact", "--ignored", "--nocapture"])
        .env(DATA, data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut first = None;
    for line in lines {
        // The last line may be cut off by the kill: then its newline is missing, and the next read ends.
        let Ok(line) = line else { break };
        let Some(at) = line.find("item ").or_else(|| line.find("object ")) else {
            continue;
        };
        acknowledged.push(line[at..].to_owned());
        if first.get_or_insert_with(Instant::now).elapsed() >= after {
            child.kill().unwrap();
            break;
        }
    }
    child.wait().unwrap();
    acknowledged
}
