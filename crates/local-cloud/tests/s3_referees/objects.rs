//! Objects, with and without conditions.

use super::*;

pub async fn objects(client: &Client, seen: &mut Transcript) {
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
            head.metadata().map(std::collections::HashMap::len)
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

pub async fn conditions(client: &Client, seen: &mut Transcript) {
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
