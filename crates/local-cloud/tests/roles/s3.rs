//! What S3 asks of a role.

use super::*;

/// A bucket `bucket`, and the role's client.
async fn bucket(cloud: &TestCloud) -> aws_sdk_s3::Client {
    let s3 = cloud.cloud.s3();
    s3.create_bucket_if_missing("bucket", "us-east-1").await.unwrap();
    let config = aws_sdk_s3::config::Builder::from(&cloud.sdk(ROLE)).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

#[tokio::test]
async fn s3_asks_for_each_object() {
    let cloud = cloud(json!([allow(
        &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload"
        ],
        "arn:aws:s3:::bucket/mine/*"
    ),]))
    .await;
    let client = bucket(&cloud).await;
    let on = |action: &str, key: &str| format!("s3:{action} on resource: arn:aws:s3:::bucket{key}");
    let put = |key: &str| client.put_object().bucket("bucket").key(key);
    put("mine/a").send().await.unwrap();
    assert_eq!(denied(put("theirs/a").send().await), on("PutObject", "/theirs/a"));
    let tagged = put("mine/a").tagging("a=b").send().await;
    assert_eq!(denied(tagged), on("PutObjectTagging", "/mine/a"));

    let begin = |key: &str| client.create_multipart_upload().bucket("bucket").key(key);
    let upload = begin("mine/b").send().await.unwrap().upload_id.unwrap();
    assert_eq!(
        denied(begin("theirs/b").send().await),
        on("PutObject", "/theirs/b")
    );
    let parts = client
        .list_parts()
        .bucket("bucket")
        .key("mine/b")
        .upload_id(&upload)
        .send()
        .await;
    assert_eq!(denied(parts), on("ListMultipartUploadParts", "/mine/b"));
    let abort = client
        .abort_multipart_upload()
        .bucket("bucket")
        .key("mine/b")
        .upload_id(&upload);
    abort.send().await.unwrap();
    let uploads = client.list_multipart_uploads().bucket("bucket").send().await;
    assert_eq!(denied(uploads), on("ListBucketMultipartUploads", ""));

    let copy = |from: &str| {
        client
            .copy_object()
            .bucket("bucket")
            .key("mine/c")
            .copy_source(format!("bucket/{from}"))
    };
    copy("mine/a").send().await.unwrap();
    assert_eq!(
        denied(copy("theirs/a").send().await),
        on("GetObject", "/theirs/a")
    );
    let list = client.list_objects_v2().bucket("bucket").send().await;
    assert_eq!(denied(list), on("ListBucket", ""));
    let delete = |keys: &[&str]| {
        let keys = keys
            .iter()
            .map(|key| ObjectIdentifier::builder().key(*key).build().unwrap());
        let delete = Delete::builder()
            .set_objects(Some(keys.collect()))
            .build()
            .unwrap();
        client.delete_objects().bucket("bucket").delete(delete).send()
    };
    assert_eq!(
        denied(delete(&["mine/a", "theirs/a"]).await),
        on("DeleteObject", "/theirs/a")
    );
    delete(&["mine/a"]).await.unwrap();
}

#[tokio::test]
async fn s3_tells_who_may_list_a_bucket_that_an_object_is_not_there() {
    let mine = allow(&["s3:GetObject"], "arn:aws:s3:::bucket/*");
    for (statements, status) in [
        (
            json!([mine, allow(&["s3:ListBucket"], "arn:aws:s3:::bucket")]),
            404,
        ),
        (json!([mine]), 403),
    ] {
        let cloud = cloud(statements).await;
        let client = bucket(&cloud).await;
        let head = client
            .head_object()
            .bucket("bucket")
            .key("gone")
            .send()
            .await
            .unwrap_err();
        assert_eq!(head.raw_response().unwrap().status().as_u16(), status);
        let get = client.get_object().bucket("bucket").key("gone").send().await;
        if status == 404 {
            assert_eq!(get.unwrap_err().code(), Some("NoSuchKey"));
        } else {
            assert_eq!(denied(get), "s3:ListBucket on resource: arn:aws:s3:::bucket");
        }
    }
}

#[tokio::test]
async fn a_presigned_address_may_what_its_signer_may() {
    let cloud = cloud(allow(
        &["s3:GetObject", "s3:PutObject"],
        "arn:aws:s3:::bucket/mine/*",
    ))
    .await;
    let client = bucket(&cloud).await;
    for (key, status) in [("mine/a", 200), ("theirs/a", 403)] {
        let minute = aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_secs(60));
        let put = client
            .put_object()
            .bucket("bucket")
            .key(key)
            .presigned(minute.unwrap())
            .await
            .unwrap();
        let answer = reqwest::Client::new()
            .put(put.uri())
            .body("x")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{key}");
        let body = answer.text().await.unwrap();
        assert_eq!(
            body.contains("<Code>AccessDenied</Code>"),
            status == 403,
            "{body}"
        );
    }
}
