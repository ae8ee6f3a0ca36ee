//! S3 through the SDK, as it comes.

#[path = "../support/mod.rs"]
mod support;

mod conditions;
mod listings;
mod objects;
mod strangers;
mod uploads;

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
