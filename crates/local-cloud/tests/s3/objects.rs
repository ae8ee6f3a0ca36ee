//! Objects: put, read, copied, deleted, and the buckets that hold them.

use super::*;

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
