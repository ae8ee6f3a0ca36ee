//! Uploads in parts, and what is left of them when they break off.

use super::*;

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
    let digests: Vec<u8> = parts.iter().flat_map(Sha256::digest).collect();
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
