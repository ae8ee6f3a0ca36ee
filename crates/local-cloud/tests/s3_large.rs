//! Large objects stream: no part of the way holds a whole one. Alone in its process, whose memory it measures.

mod support;

use aws_sdk_s3::{Client, config::Builder, primitives::ByteStream};
use support::TestCloud;

const BUCKET: &str = "bucket";

#[tokio::test]
#[ignore = "moves 200 MB: scripts/test --full"]
async fn a_large_object_takes_no_memory() {
    let cloud = TestCloud::start().await;
    cloud
        .cloud
        .s3()
        .create_bucket_if_missing(BUCKET, "us-east-1")
        .await
        .unwrap();
    let client = Client::from_conf(Builder::from(&cloud.sdk("api")).force_path_style(true).build());
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(200 * 1024 * 1024).unwrap();
    let body = ByteStream::from_path(file.path()).await.unwrap();
    let before = resident_mb();
    client
        .put_object()
        .bucket(BUCKET)
        .key("large")
        .body(body)
        .send()
        .await
        .unwrap();
    let mut answer = client
        .get_object()
        .bucket(BUCKET)
        .key("large")
        .send()
        .await
        .unwrap();
    let mut size = 0;
    while let Some(chunk) = answer.body.try_next().await.unwrap() {
        size += chunk.len();
    }
    assert_eq!(size, 200 * 1024 * 1024);
    // Server and client are both in this process.
    let grown = resident_mb() - before;
    assert!(grown < 40, "grew by {grown} MB");
}

fn resident_mb() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<i64>().unwrap() / 1024
}
