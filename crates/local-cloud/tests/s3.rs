//! S3 through the SDK, as it comes.

mod support;

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_s3::{
    Client,
    config::Builder,
    error::ProvideErrorMetadata,
    presigning::PresigningConfig,
    types::{
        ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use support::TestCloud;

const BUCKET: &str = "bucket";
const PART: usize = 5 * 1024 * 1024;

async fn start() -> (TestCloud, Client) {
    let cloud = TestCloud::start().await;
    cloud
        .cloud
        .s3()
        .create_bucket_if_missing(BUCKET, "us-east-1")
        .await
        .unwrap();
    let client = client(&cloud);
    (cloud, client)
}

fn client(cloud: &TestCloud) -> Client {
    Client::from_conf(Builder::from(&cloud.sdk("api")).force_path_style(true).build())
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

async fn get(client: &Client, key: &str) -> Vec<u8> {
    let answer = client
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    answer.body.collect().await.unwrap().to_vec()
}

/// Bytes that differ everywhere.
fn bytes(size: usize) -> Vec<u8> {
    (0..size)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let (cloud, client) = start().await;
    let body = bytes(300_000);
    let answer = client
        .put_object()
        .bucket(BUCKET)
        .key("a/b.txt")
        .content_type("text/plain")
        .metadata("colour", "green")
        .body(body.clone().into())
        .send()
        .await
        .unwrap();
    // The SDK's default is a CRC32 in the trailer of an aws-chunked body.
    assert!(answer.checksum_crc32().is_some());
    let cloud = cloud.restart().await;
    let client = self::client(&cloud);
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("a/b.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(300_000));
    assert_eq!(head.content_type(), Some("text/plain"));
    assert_eq!(head.metadata().unwrap()["colour"], "green");
    assert_eq!(head.e_tag(), answer.e_tag());
    assert!(head.last_modified().is_some());
    assert_eq!(get(&client, "a/b.txt").await, body);
}

#[tokio::test]
async fn strange_keys_are_keys_like_others() {
    let (cloud, client) = start().await;
    let long = format!("{}/é{}", "x".repeat(500), "y".repeat(500));
    let keys = [
        "a",
        "a/",
        "a/b",
        "a/b/c",
        "../../local-cloud-escape",
        "..",
        "./a",
        "a//b",
        "/a",
        "ñ 日本 %2F+&=?#",
        "..%2f",
        "\u{1F30A}",
        long.as_str(),
    ];
    for (at, key) in keys.iter().enumerate() {
        put(&client, key, &bytes(at)).await;
    }
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(get(&client, key).await, bytes(at), "{key}");
    }
    let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let mut expected: Vec<_> = keys.to_vec();
    expected.sort_unstable();
    assert_eq!(
        listed
            .contents()
            .iter()
            .filter_map(|object| object.key())
            .collect::<Vec<_>>(),
        expected
    );
    for folder in [cloud.data.path(), cloud.data.path().parent().unwrap()] {
        assert!(!folder.join("local-cloud-escape").exists());
    }
    for key in keys {
        client
            .delete_object()
            .bucket(BUCKET)
            .key(key)
            .send()
            .await
            .unwrap();
    }
    assert_eq!(
        client
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap()
            .key_count(),
        Some(0)
    );
    assert_eq!(
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (_cloud, client) = start().await;
    let error = client
        .get_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("NoSuchKey"));
    let error = client
        .put_object()
        .bucket("none")
        .key("a")
        .body(vec![1].into())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("NoSuchBucket"));
    let error = client
        .head_object()
        .bucket(BUCKET)
        .key("none")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_not_found());
    let error = client
        .get_bucket_policy()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("NotImplemented"));
}

#[tokio::test]
async fn a_conditional_put_has_one_winner() {
    let (_cloud, client) = start().await;
    for round in 0..20 {
        let key = format!("round-{round}");
        let tries = (0..32).map(|at| {
            let put = client
                .put_object()
                .bucket(BUCKET)
                .key(&key)
                .if_none_match("*")
                .body(bytes(at + 1).into());
            async move { (at, put.send().await) }
        });
        let outcomes = futures::future::join_all(tries).await;
        let winners: Vec<_> = outcomes
            .iter()
            .filter(|(_, outcome)| outcome.is_ok())
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert!(outcomes.iter().all(|(_, outcome)| match outcome {
            Ok(_) => true,
            Err(error) => error.code() == Some("PreconditionFailed"),
        }));
        assert_eq!(get(&client, &key).await, bytes(winners[0] + 1));
    }
}

#[tokio::test]
async fn of_updates_of_one_version_one_wins() {
    let (_cloud, client) = start().await;
    put(&client, "a", b"first").await;
    let etag = client
        .head_object()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    let tries = (0..32).map(|at| {
        client
            .put_object()
            .bucket(BUCKET)
            .key("a")
            .if_match(&etag)
            .body(bytes(at + 10).into())
            .send()
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let absent = client
        .put_object()
        .bucket(BUCKET)
        .key("none")
        .if_match(&etag)
        .body(vec![1].into())
        .send()
        .await;
    assert_eq!(absent.unwrap_err().code(), Some("NoSuchKey"));
}

#[tokio::test]
async fn ranges() {
    let (_cloud, client) = start().await;
    let body = bytes(1000);
    put(&client, "a", &body).await;
    for (range, expected, shown) in [
        ("bytes=0-9", &body[..10], "bytes 0-9/1000"),
        ("bytes=990-", &body[990..], "bytes 990-999/1000"),
        ("bytes=-5", &body[995..], "bytes 995-999/1000"),
        ("bytes=500-5000", &body[500..], "bytes 500-999/1000"),
        ("bytes=0-999", &body[..], "bytes 0-999/1000"),
    ] {
        let answer = client
            .get_object()
            .bucket(BUCKET)
            .key("a")
            .range(range)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.content_range(), Some(shown));
        assert_eq!(answer.body.collect().await.unwrap().to_vec(), expected, "{range}");
    }
    let error = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .range("bytes=1000-")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("InvalidRange"));
}

#[tokio::test]
async fn a_reader_keeps_what_is_overwritten() {
    let (cloud, client) = start().await;
    let body = bytes(8 * 1024 * 1024);
    put(&client, "a", &body).await;
    let answer = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    put(&client, "a", b"new").await;
    assert_eq!(answer.body.collect().await.unwrap().to_vec(), body);
    assert_eq!(get(&client, "a").await, b"new");
    let blobs = || {
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count()
    };
    for _ in 0..100 {
        if blobs() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} blobs are left of 1 object", blobs());
}

#[tokio::test]
async fn reading_with_conditions() {
    let (_cloud, client) = start().await;
    put(&client, "a", b"x").await;
    let etag = client
        .head_object()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    let unchanged = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let changed = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .if_match("\"other\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(changed.code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn listings_page_and_fold() {
    let (_cloud, client) = start().await;
    let keys = ["a", "b/1", "b/2", "b/c/3", "b0", "c/", "c/1", "d"];
    for key in keys {
        put(&client, key, b"x").await;
    }
    for most in 1..=4 {
        let (mut found, mut folded, mut token) = (Vec::new(), Vec::new(), None);
        loop {
            let list = client
                .list_objects_v2()
                .bucket(BUCKET)
                .delimiter("/")
                .max_keys(most)
                .set_continuation_token(token);
            let page = list.send().await.unwrap();
            assert!(page.key_count().unwrap() <= most);
            found.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
            folded.extend(
                page.common_prefixes()
                    .iter()
                    .filter_map(|prefix| prefix.prefix().map(str::to_owned)),
            );
            token = page.next_continuation_token().map(str::to_owned);
            assert_eq!(token.is_some(), page.is_truncated().unwrap());
            if token.is_none() {
                break;
            }
        }
        assert_eq!(found, ["a", "b0", "d"]);
        assert_eq!(folded, ["b/", "c/"]);
    }
    let under = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("b/")
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        under
            .contents()
            .iter()
            .filter_map(|object| object.key())
            .collect::<Vec<_>>(),
        ["b/1", "b/2"]
    );
    assert_eq!(under.common_prefixes()[0].prefix(), Some("b/c/"));
    let after = client
        .list_objects_v2()
        .bucket(BUCKET)
        .start_after("b0")
        .send()
        .await
        .unwrap();
    assert_eq!(
        after
            .contents()
            .iter()
            .filter_map(|object| object.key())
            .collect::<Vec<_>>(),
        ["c/", "c/1", "d"]
    );
    let amid = client
        .list_objects_v2()
        .bucket(BUCKET)
        .delimiter("/")
        .start_after("b/1");
    let amid = amid.send().await.unwrap();
    assert_eq!(amid.common_prefixes()[0].prefix(), Some("c/"));
    let none = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("zz")
        .send()
        .await
        .unwrap();
    assert_eq!(none.key_count(), Some(0));
}

#[tokio::test]
async fn many_are_deleted_and_copied() {
    let (_cloud, client) = start().await;
    put(&client, "a b", b"body").await;
    client
        .copy_object()
        .bucket(BUCKET)
        .key("copy")
        .copy_source(format!("{BUCKET}/a%20b"))
        .send()
        .await
        .unwrap();
    assert_eq!(get(&client, "copy").await, b"body");
    let objects = ["a b", "copy", "none"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(objects.to_vec()))
        .build()
        .unwrap();
    let deleted = client
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.deleted().len(), 3);
    assert_eq!(
        client
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap()
            .key_count(),
        Some(0)
    );
}

async fn upload(client: &Client, key: &str, parts: &[&[u8]]) -> (String, Vec<CompletedPart>) {
    let create = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key(key)
        .checksum_algorithm(ChecksumAlgorithm::Sha256);
    let id = create.send().await.unwrap().upload_id().unwrap().to_owned();
    let mut completed = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let number = i32::try_from(at).unwrap() + 1;
        let upload = client
            .upload_part()
            .bucket(BUCKET)
            .key(key)
            .upload_id(&id)
            .part_number(number);
        let answer = upload
            .body(part.to_vec().into())
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .send()
            .await
            .unwrap();
        let part = CompletedPart::builder()
            .part_number(number)
            .e_tag(answer.e_tag().unwrap());
        completed.push(part.checksum_sha256(answer.checksum_sha256().unwrap()).build());
    }
    (id, completed)
}

#[tokio::test]
async fn an_upload_in_parts() {
    let (_cloud, client) = start().await;
    let body = bytes(2 * PART + 17);
    let parts = [&body[..PART], &body[PART..2 * PART], &body[2 * PART..]];
    let (id, completed) = upload(&client, "big", &parts).await;
    let listed = client
        .list_parts()
        .bucket(BUCKET)
        .key("big")
        .upload_id(&id)
        .max_parts(2)
        .send()
        .await
        .unwrap();
    assert_eq!((listed.parts().len(), listed.is_truncated()), (2, Some(true)));
    let uploads = client
        .list_multipart_uploads()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(uploads.uploads()[0].upload_id(), Some(id.as_str()));

    let complete = |parts: Vec<CompletedPart>| {
        let chosen = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        client
            .complete_multipart_upload()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .multipart_upload(chosen)
            .send()
    };
    let reversed = complete(completed.iter().rev().cloned().collect())
        .await
        .unwrap_err();
    assert_eq!(reversed.code(), Some("InvalidPartOrder"));
    let wrong = CompletedPart::builder().part_number(9).e_tag("x").build();
    assert_eq!(
        complete(vec![wrong]).await.unwrap_err().code(),
        Some("InvalidPart")
    );
    let done = complete(completed).await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-3\""));
    let digests: Vec<u8> = parts.iter().flat_map(|part| Sha256::digest(part)).collect();
    let composite = format!("{}-3", STANDARD.encode(Sha256::digest(digests)));
    assert_eq!(done.checksum_sha256(), Some(composite.as_str()));
    assert_eq!(get(&client, "big").await, body);
    let across = client
        .get_object()
        .bucket(BUCKET)
        .key("big")
        .range(format!("bytes={}-{}", PART - 3, PART + 3))
        .send()
        .await;
    assert_eq!(
        across.unwrap().body.collect().await.unwrap().to_vec(),
        &body[PART - 3..PART + 4]
    );
    let gone = client
        .list_parts()
        .bucket(BUCKET)
        .key("big")
        .upload_id(&id)
        .send()
        .await
        .unwrap_err();
    assert_eq!(gone.code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn small_parts_are_refused_and_an_abort_frees_them() {
    let (cloud, client) = start().await;
    let (id, completed) = upload(&client, "small", &[b"one", b"two"]).await;
    let chosen = CompletedMultipartUpload::builder()
        .set_parts(Some(completed))
        .build();
    let complete = client
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("small")
        .upload_id(&id)
        .multipart_upload(chosen);
    assert_eq!(complete.send().await.unwrap_err().code(), Some("EntityTooSmall"));
    client
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("small")
        .upload_id(&id)
        .send()
        .await
        .unwrap();
    assert_eq!(
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count(),
        0
    );
    assert!(
        client
            .list_multipart_uploads()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap()
            .uploads()
            .is_empty()
    );
}

#[tokio::test]
async fn a_wrong_checksum_stores_nothing() {
    let (cloud, client) = start().await;
    let wrong = STANDARD.encode(Sha256::digest(b"other"));
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .checksum_sha256(wrong)
        .body(b"body".to_vec().into());
    assert_eq!(put.send().await.unwrap_err().code(), Some("BadDigest"));
    assert_eq!(
        client
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap()
            .key_count(),
        Some(0)
    );
    assert_eq!(
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_presigned_put_takes_exactly_what_was_signed() {
    let (cloud, client) = start().await;
    let body = bytes(1234);
    let sum = STANDARD.encode(Sha256::digest(&body));
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("up/load")
        .content_length(1234)
        .checksum_sha256(&sum);
    let presigned = put
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    let http = reqwest::Client::new();
    let send = |body: Vec<u8>, headers: Vec<(String, String)>| {
        let request = headers
            .into_iter()
            .fold(http.put(presigned.uri()), |request, (name, value)| {
                request.header(name, value)
            });
        async { request.body(body).send().await.unwrap().status().as_u16() }
    };
    let headers: Vec<(String, String)> = presigned
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert!(
        headers.iter().any(|(name, _)| name == "content-length"),
        "{headers:?}"
    );
    let mut wrong = body.clone();
    wrong[0] ^= 1;
    assert_eq!(
        send(wrong, headers.clone()).await,
        400,
        "other bytes of the same length"
    );
    assert_eq!(
        send(bytes(1000), without(&headers, "content-length")).await,
        403,
        "another length"
    );
    assert_eq!(
        send(body.clone(), without(&headers, "x-amz-checksum-sha256")).await,
        403,
        "no checksum"
    );
    let mut more = headers.clone();
    more.push(("x-amz-meta-evil".into(), "1".into()));
    assert_eq!(
        send(body.clone(), more).await,
        403,
        "a header that was not signed"
    );
    assert_eq!(
        client
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap()
            .key_count(),
        Some(0)
    );
    assert_eq!(
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(send(body.clone(), headers).await, 200);
    assert_eq!(get(&client, "up/load").await, body);

    let get = client.get_object().bucket(BUCKET).key("up/load");
    let presigned = get
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    assert_eq!(
        http.get(presigned.uri())
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        body
    );
    assert_eq!(
        http.get(presigned.uri().replace("load", "loaf"))
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(http.delete(presigned.uri()).send().await.unwrap().status(), 403);
}

fn without(headers: &[(String, String)], name: &str) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(other, _)| other != name)
        .cloned()
        .collect()
}

#[tokio::test]
async fn pages_of_this_machine_may_upload() {
    let (cloud, _client) = start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/{BUCKET}/a", cloud.cloud.endpoint());
    let preflight = |origin: &'static str, method: &'static str| {
        let request = http
            .request(reqwest::Method::OPTIONS, &url)
            .header("origin", origin);
        request
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "x-amz-checksum-sha256")
            .send()
    };
    let answer = preflight("http://localhost:8080", "PUT").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["access-control-allow-origin"],
        "http://localhost:8080"
    );
    assert_eq!(
        answer.headers()["access-control-allow-headers"],
        "x-amz-checksum-sha256"
    );
    assert!(
        answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap()
            .contains("ETag")
    );
    assert_eq!(
        preflight("https://evil.example", "PUT").await.unwrap().status(),
        403
    );
    assert_eq!(
        preflight("http://localhost:8080", "DELETE")
            .await
            .unwrap()
            .status(),
        403
    );
    let refused = http
        .get(&url)
        .header("origin", "http://127.0.0.1:1")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let (cloud, _client) = start().await;
    let key = cloud.cloud.credentials().issue("api").unwrap();
    for (id, secret, code) in [
        (key.id.as_str(), "wrong", "SignatureDoesNotMatch"),
        ("AKIANONE", "wrong", "InvalidAccessKeyId"),
    ] {
        let wrong = aws_sdk_s3::config::Credentials::new(id, secret, None, None, "test");
        let sdk = support::sdk_with(&cloud.cloud.endpoint(), wrong);
        let client = Client::from_conf(Builder::from(&sdk).force_path_style(true).build());
        assert_eq!(
            client
                .list_objects_v2()
                .bucket(BUCKET)
                .send()
                .await
                .unwrap_err()
                .code(),
            Some(code)
        );
    }
}

#[tokio::test]
async fn what_a_crash_left_is_swept() {
    let (cloud, client) = start().await;
    put(&client, "a", b"kept").await;
    let folder = cloud.data.path().join("s3/blobs");
    std::fs::write(folder.join("01ARZ3NDEKTSV4RRFFQ69G5FAV"), b"half a body").unwrap();
    std::fs::write(folder.join("junk"), b"").unwrap();
    let cloud = cloud.restart().await;
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(get(&self::client(&cloud), "a").await, b"kept");
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let (cloud, client) = start().await;
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .content_length(1_000_000);
    let presigned = put
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    let chunks = futures::stream::iter([Ok(vec![1; 1000]), Err(std::io::Error::other("cut"))]);
    let request = reqwest::Client::new()
        .put(presigned.uri())
        .header("content-length", "1000000");
    let cut = request.body(reqwest::Body::wrap_stream(chunks)).send().await;
    assert!(cut.is_err());
    let blobs = || {
        std::fs::read_dir(cloud.data.path().join("s3/blobs"))
            .unwrap()
            .count()
    };
    for _ in 0..100 {
        if blobs() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} blobs are left", blobs());
}

#[tokio::test]
async fn buckets() {
    let (_cloud, client) = start().await;
    let error = client.create_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(error.code(), Some("BucketAlreadyOwnedByYou"));
    client.create_bucket().bucket("other").send().await.unwrap();
    let names: BTreeSet<_> = client
        .list_buckets()
        .send()
        .await
        .unwrap()
        .buckets()
        .iter()
        .map(|bucket| bucket.name().unwrap().to_owned())
        .collect();
    assert_eq!(names, BTreeSet::from(["bucket".to_owned(), "other".to_owned()]));
    put(&client, "a", b"x").await;
    assert_eq!(
        client
            .delete_bucket()
            .bucket(BUCKET)
            .send()
            .await
            .unwrap_err()
            .code(),
        Some("BucketNotEmpty")
    );
    client.delete_bucket().bucket("other").send().await.unwrap();
    client.head_bucket().bucket("other").send().await.unwrap_err();
}
