//! The same S3 calls to this host and to independent emulators.

#[path = "support/referees.rs"]
mod referees;
mod support;

use aws_sdk_s3::{
    Client,
    config::Builder,
    operation::get_object::builders::GetObjectFluentBuilder,
    types::{CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective, ObjectIdentifier},
};
use referees::{Referee, Transcript, code, refusal};
use support::TestCloud;

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

async fn objects(client: &Client, seen: &mut Transcript) {
    let put_one = client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .content_type("text/plain")
        .cache_control("no-store")
        .metadata("Colour", "green");
    let put_one = put_one.body(b"0123456789".to_vec().into()).send().await.unwrap();
    seen.insert(
        "put",
        format!("{:?} {:?}", put_one.e_tag(), put_one.checksum_crc32()),
    );
    let head = client.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    let metadata = head.metadata().and_then(|metadata| metadata.get("colour"));
    seen.insert(
        "head",
        format!(
            "{:?} {:?} {:?} {:?} {metadata:?}",
            head.e_tag(),
            head.content_length(),
            head.content_type(),
            head.cache_control()
        ),
    );
    put(client, "plain", b"x").await;
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("plain")
        .send()
        .await
        .unwrap();
    seen.insert(
        "the default type",
        head.content_type().unwrap_or("none").to_owned(),
    );
    seen.insert("get", read(client.get_object().key("a")).await);
    for (what, range) in [
        ("get the first", "bytes=0-0"),
        ("get from", "bytes=7-"),
        ("get the last", "bytes=-3"),
        ("get more than there is", "bytes=5-100"),
        ("get the last, more than there is", "bytes=-100"),
        ("get beyond", "bytes=10-"),
        ("get nothing", "bytes=-0"),
    ] {
        seen.insert(what, read(client.get_object().key("a").range(range)).await);
    }
    put(client, "empty", b"").await;
    seen.insert("get what is empty", read(client.get_object().key("empty")).await);
    seen.insert(
        "get a range of what is empty",
        read(client.get_object().key("empty").range("bytes=0-")).await,
    );
    seen.insert(
        "get what is not there",
        read(client.get_object().key("none")).await,
    );
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap_err();
    seen.insert(
        "head of what is not there",
        head.raw_response().unwrap().status().as_u16().to_string(),
    );
    let copy = client
        .copy_object()
        .bucket(BUCKET)
        .key("copy")
        .copy_source("bucket/a")
        .send()
        .await
        .unwrap();
    seen.insert(
        "copy",
        format!(
            "{:?}",
            copy.copy_object_result().and_then(|result| result.e_tag())
        ),
    );
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("copy")
        .send()
        .await
        .unwrap();
    seen.insert(
        "copy takes the metadata along",
        format!(
            "{:?} {:?}",
            head.content_type(),
            head.metadata().map(|metadata| metadata.len())
        ),
    );
    let copy = client
        .copy_object()
        .bucket(BUCKET)
        .key("copy")
        .copy_source("bucket/a")
        .metadata_directive(MetadataDirective::Replace);
    copy.metadata("a", "b")
        .content_type("text/css")
        .send()
        .await
        .unwrap();
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("copy")
        .send()
        .await
        .unwrap();
    seen.insert(
        "copy with other metadata",
        format!("{:?} {:?}", head.content_type(), head.metadata()),
    );
    let copy = client
        .copy_object()
        .bucket(BUCKET)
        .key("copy")
        .copy_source("bucket/none")
        .send()
        .await;
    seen.insert("copy what is not there", refusal(copy));
    let wrong = client
        .put_object()
        .bucket(BUCKET)
        .key("wrong")
        .checksum_crc32("AAAAAA==")
        .body(b"x".to_vec().into())
        .send()
        .await;
    seen.insert(
        "put with a wrong checksum",
        wrong.map_or_else(|error| code(&error), |_| "stored".into()),
    );
    let wrong = client
        .put_object()
        .bucket(BUCKET)
        .key("wrong")
        .content_md5("AAAAAAAAAAAAAAAAAAAAAA==")
        .body(b"x".to_vec().into())
        .send()
        .await;
    seen.insert(
        "put with a wrong MD5",
        wrong.map_or_else(|error| code(&error), |_| "stored".into()),
    );
    let long = client
        .put_object()
        .bucket(BUCKET)
        .key("x".repeat(1025))
        .body(b"x".to_vec().into())
        .send()
        .await;
    seen.insert(
        "a key of 1,025 bytes",
        long.map_or_else(|error| code(&error), |_| "stored".into()),
    );
    let deleted = client.delete_object().bucket(BUCKET).key("none").send().await;
    seen.insert("delete what is not there", deleted.is_ok().to_string());
    let keys = ["copy", "none"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(keys.to_vec()))
        .build()
        .unwrap();
    let deleted = client
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .unwrap();
    let mut names: Vec<_> = deleted.deleted().iter().filter_map(|one| one.key()).collect();
    names.sort_unstable();
    seen.insert("delete many", names.join(","));
}

async fn conditions(client: &Client, seen: &mut Transcript) {
    put(client, "c", b"one").await;
    let etag = client
        .head_object()
        .bucket(BUCKET)
        .key("c")
        .send()
        .await
        .unwrap()
        .e_tag
        .unwrap();
    let put = |key: &str| {
        client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(b"one".to_vec().into())
    };
    let outcome = |put: aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder| async {
        put.send()
            .await
            .map_or_else(|error| code(&error), |_| "stored".into())
    };
    seen.insert(
        "put if absent, but present",
        outcome(put("c").if_none_match("*")).await,
    );
    seen.insert("put if absent", outcome(put("c2").if_none_match("*")).await);
    seen.insert("put if it matches", outcome(put("c").if_match(&etag)).await);
    seen.insert(
        "put if it matches, but does not",
        outcome(put("c").if_match("\"other\"")).await,
    );
    seen.insert(
        "put if it matches, but absent",
        outcome(put("c3").if_match(&etag)).await,
    );
    let get = || client.get_object().key("c");
    seen.insert("get if it matches", read(get().if_match(&etag)).await);
    seen.insert(
        "get if it matches, but does not",
        read(get().if_match("\"other\"")).await,
    );
    seen.insert("get if changed", read(get().if_none_match("\"other\"")).await);
    let unchanged = client
        .get_object()
        .bucket(BUCKET)
        .key("c")
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    seen.insert(
        "get if changed, but it is not",
        unchanged.raw_response().unwrap().status().as_u16().to_string(),
    );
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

async fn uploads(client: &Client, seen: &mut Transcript) {
    let id = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("u")
        .content_type("text/x")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    let part = |number: i32, body: Vec<u8>| {
        client
            .upload_part()
            .bucket(BUCKET)
            .key("u")
            .upload_id(&id)
            .part_number(number)
            .body(body.into())
            .send()
    };
    let mut etags = Vec::new();
    for (number, size) in [(1, PART), (2, 10), (3, 20)] {
        etags.push(part(number, vec![b'x'; size]).await.unwrap().e_tag.unwrap());
    }
    seen.insert("a part", etags[1].clone());
    let listed = match client
        .list_parts()
        .bucket(BUCKET)
        .key("u")
        .upload_id(&id)
        .send()
        .await
    {
        Ok(listed) => {
            let sizes: Vec<_> = listed
                .parts()
                .iter()
                .map(|part| (part.part_number(), part.size()))
                .collect();
            format!("{sizes:?} {:?}", listed.is_truncated())
        }
        Err(error) => code(&error),
    };
    seen.insert("list parts", listed);
    let completed = |number: usize| {
        CompletedPart::builder()
            .part_number(i32::try_from(number).unwrap())
            .e_tag(&etags[number - 1])
            .build()
    };
    let complete = |parts: Vec<CompletedPart>| {
        let chosen = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        client
            .complete_multipart_upload()
            .bucket(BUCKET)
            .key("u")
            .upload_id(&id)
            .multipart_upload(chosen)
            .send()
    };
    let outcome = |parts: Vec<CompletedPart>| async {
        complete(parts)
            .await
            .map_or_else(|error| code(&error), |done| format!("{:?}", done.e_tag()))
    };
    seen.insert(
        "complete in the wrong order",
        outcome(vec![completed(2), completed(1)]).await,
    );
    let unknown = CompletedPart::builder().part_number(7).e_tag(&etags[0]).build();
    seen.insert(
        "complete with an unknown part",
        outcome(vec![completed(1), unknown]).await,
    );
    let wrong = CompletedPart::builder().part_number(2).e_tag(&etags[0]).build();
    seen.insert(
        "complete with a wrong ETag",
        outcome(vec![completed(1), wrong]).await,
    );
    seen.insert(
        "complete with a small part",
        outcome(vec![completed(1), completed(2), completed(3)]).await,
    );
    seen.insert("complete", outcome(vec![completed(1), completed(2)]).await);
    let head = client.head_object().bucket(BUCKET).key("u").send().await.unwrap();
    seen.insert(
        "head of an upload",
        format!(
            "{:?} {:?} {:?}",
            head.content_length(),
            head.e_tag(),
            head.content_type()
        ),
    );
    let gone = part(1, vec![1]).await;
    seen.insert("a part of an upload that is gone", refusal(gone));
    let abort = client
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("u")
        .upload_id("none")
        .send()
        .await;
    seen.insert("abort what is not there", refusal(abort));
    let id = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("v")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    let listed = client
        .list_multipart_uploads()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    seen.insert(
        "list uploads",
        format!(
            "{:?}",
            listed
                .uploads()
                .iter()
                .map(|upload| upload.key())
                .collect::<Vec<_>>()
        ),
    );
    client
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("v")
        .upload_id(&id)
        .send()
        .await
        .unwrap();
    let zero = client
        .upload_part()
        .bucket(BUCKET)
        .key("v")
        .upload_id(&id)
        .part_number(1)
        .body(vec![1].into())
        .send()
        .await;
    seen.insert("a part after the abort", refusal(zero));
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
