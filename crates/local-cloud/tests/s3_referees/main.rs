//! The same S3 calls to this host and to independent emulators.

#[path = "../support/referees.rs"]
mod referees;
#[path = "../support/mod.rs"]
mod support;

mod objects;
mod uploads;

use aws_sdk_s3::{
    Client,
    config::Builder,
    operation::get_object::builders::GetObjectFluentBuilder,
    types::{CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective, ObjectIdentifier},
};
use objects::{conditions, objects};
use referees::{Referee, Transcript, code, refusal};
use support::TestCloud;
use uploads::uploads;

/// Where a referee answers otherwise; `docs/referees.md` says who is right.
const KNOWN: &[(&str, &str)] = &[
    ("moto", "a bad name"),
    ("moto", "a key of 1,025 bytes"),
    ("moto", "a part after the abort"),
    ("moto", "a part of an upload that is gone"),
    ("moto", "complete in the wrong order"),
    ("moto", "list parts"),
    ("moto", "put with a wrong MD5"),
    ("moto", "put with a wrong checksum"),
    ("ministack", "a key of 1,025 bytes"),
    ("ministack", "complete in the wrong order"),
    ("ministack", "complete with a small part"),
    ("ministack", "complete with a wrong ETag"),
    ("ministack", "complete with an unknown part"),
    ("ministack", "list none"),
    ("ministack", "put"),
];

const BUCKET: &str = "bucket";
const PART: usize = 5 * 1024 * 1024;

#[tokio::test]
#[ignore = "needs the referees' venv: scripts/test --full"]
async fn s3_answers_as_the_referees_do() {
    let cloud = TestCloud::start().await;
    let client =
        |sdk: &aws_config::SdkConfig| Client::from_conf(Builder::from(sdk).force_path_style(true).build());
    let ours = transcript(&client(&cloud.sdk("api"))).await;
    let mut surprises = Vec::new();
    for referee in Referee::all() {
        let theirs = transcript(&client(&referee.sdk())).await;
        surprises.extend(referees::surprises(referee.name, &ours, &theirs, KNOWN));
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

async fn transcript(client: &Client) -> Transcript {
    let mut seen = Transcript::new();
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    objects(client, &mut seen).await;
    conditions(client, &mut seen).await;
    listings(client, &mut seen).await;
    uploads(client, &mut seen).await;
    buckets(client, &mut seen).await;
    seen
}

async fn put(client: &Client, key: &str, body: &[u8]) {
    client
        .put_object()
        .bucket(BUCKET)
        .key(key)
        .body(body.to_vec().into())
        .send()
        .await
        .unwrap();
}

async fn read(get: GetObjectFluentBuilder) -> String {
    match get.bucket(BUCKET).send().await {
        Ok(found) => {
            let range = found.content_range().unwrap_or("whole").to_owned();
            let length = found.content_length().unwrap_or(-1);
            let body = found.body.collect().await.unwrap().to_vec();
            format!("{range} {length} {}", String::from_utf8_lossy(&body))
        }
        Err(error) => code(&error),
    }
}

async fn listings(client: &Client, seen: &mut Transcript) {
    for key in ["l/a", "l/b/1", "l/b/2", "l/b0", "l/c/", "l/é", "l/A", "l/~"] {
        put(client, key, b"x").await;
    }
    let base = || client.list_objects_v2().bucket(BUCKET).prefix("l/");
    for (what, list) in [
        ("list", base()),
        ("list folded", base().delimiter("/")),
        ("list after", base().start_after("l/b/1")),
        ("list folded after", base().delimiter("/").start_after("l/b/1")),
        ("list two", base().max_keys(2)),
        ("list three folded", base().delimiter("/").max_keys(3)),
        ("list none", base().max_keys(0)),
        ("list by another delimiter", base().delimiter("b")),
        ("list a prefix that is a key", base().prefix("l/a")),
        ("list nothing", base().prefix("zzz")),
    ] {
        let page = list.send().await.unwrap();
        let keys: Vec<_> = page.contents().iter().filter_map(|object| object.key()).collect();
        let prefixes: Vec<_> = page
            .common_prefixes()
            .iter()
            .filter_map(|prefix| prefix.prefix())
            .collect();
        seen.insert(
            what,
            format!(
                "{keys:?} {prefixes:?} {:?} {:?}",
                page.key_count(),
                page.is_truncated()
            ),
        );
    }
    let first = base().delimiter("/").max_keys(3).send().await.unwrap();
    let next = base()
        .delimiter("/")
        .set_continuation_token(first.next_continuation_token)
        .send()
        .await
        .unwrap();
    let keys: Vec<_> = next.contents().iter().filter_map(|object| object.key()).collect();
    seen.insert(
        "list folded on",
        format!(
            "{keys:?} {} {:?}",
            next.common_prefixes().len(),
            next.is_truncated()
        ),
    );
    let none = client.list_objects_v2().bucket("none").send().await;
    seen.insert("list a bucket that is not there", refusal(none));
}

async fn buckets(client: &Client, seen: &mut Transcript) {
    let full = client.delete_bucket().bucket(BUCKET).send().await;
    seen.insert("delete a bucket that is not empty", refusal(full));
    let none = client.delete_bucket().bucket("none-such").send().await;
    seen.insert("delete a bucket that is not there", refusal(none));
    let bad = client.create_bucket().bucket("Not_A_Bucket").send().await;
    seen.insert("a bad name", refusal(bad));
    let head = client.head_bucket().bucket("none-such").send().await.unwrap_err();
    seen.insert(
        "head of a bucket that is not there",
        head.raw_response().unwrap().status().as_u16().to_string(),
    );
    let put = client
        .put_object()
        .bucket("none-such")
        .key("a")
        .body(vec![1].into())
        .send()
        .await;
    seen.insert("put into a bucket that is not there", refusal(put));
}
