//! Presigned addresses, browsers, and requests that are not what they say.

use super::*;

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
