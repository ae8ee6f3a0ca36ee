//! Objects that do not pass through memory: to a file, and to and from clients by presigned requests.

use std::{path::Path, time::Duration};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::Timestamp;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};

use super::{Objects, multipart::LEAST_PART, named};
use crate::{Error, error::sorted};

/// A request that a client may send as it is, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    pub method: String,
    pub url: String,
    /// The client must send these as they are.
    pub headers: Vec<(String, String)>,
    pub expires_at: Timestamp,
}

/// What a client announced to upload; the signature holds it to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// In bytes.
    pub size: u64,
    pub sha256: [u8; 32],
}

impl Objects {
    /// Writes an object of at most `limit` bytes to a new file and answers its size. On an error the file may hold a part.
    pub async fn download(&self, key: &str, to: &Path, limit: u64) -> Result<u64, Error> {
        let too_large = || Error::TooLarge {
            what: key.to_owned(),
            limit,
        };
        let get = self.client.get_object().bucket(self.bucket()).key(key).send();
        let answer = get.await.map_err(|error| named(sorted(error), key))?;
        if answer
            .content_length
            .is_some_and(|length| u64::try_from(length).unwrap_or(0) > limit)
        {
            return Err(too_large());
        }
        let mut body = answer.body;
        let mut file = File::create_new(to).await?;
        let mut written = 0;
        while let Some(chunk) = body
            .try_next()
            .await
            .map_err(|error| Error::Unavailable(Box::new(error)))?
        {
            written += chunk.len() as u64;
            if written > limit {
                return Err(too_large());
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        Ok(written)
    }

    /// Writes an object from a file, whatever its size, without holding more than a part of it in memory.
    pub async fn upload(&self, key: &str, from: &Path) -> Result<(), Error> {
        let mut file = File::open(from).await?;
        let first = part_of(&mut file).await?;
        if first.len() < PART {
            return self.put(key, first).await;
        }
        let upload = self.begin(key).await?;
        let (mut parts, mut bytes, mut number) = (Vec::new(), first, 1);
        while !bytes.is_empty() {
            parts.push(self.upload_part(&upload, number, bytes).await?);
            bytes = part_of(&mut file).await?;
            number += 1;
        }
        self.complete(&upload, &parts).await
    }

    /// Lets a client upload exactly what it announced.
    pub async fn presigned_put(
        &self,
        key: &str,
        upload: Upload,
        valid: Duration,
        now: Timestamp,
    ) -> Result<SignedRequest, Error> {
        let put = self
            .client
            .put_object()
            .bucket(self.bucket())
            .key(key)
            .content_length(i64::try_from(upload.size).unwrap_or(i64::MAX))
            .checksum_sha256(STANDARD.encode(upload.sha256));
        let signed = put.presigned(validity(valid)?).await.map_err(sorted)?;
        Ok(request(&signed, valid, now))
    }

    /// Lets a client download the object, under the file name if one is given.
    pub async fn presigned_get(
        &self,
        key: &str,
        file_name: Option<&str>,
        valid: Duration,
        now: Timestamp,
    ) -> Result<SignedRequest, Error> {
        let disposition =
            file_name.map(|name| format!("attachment; filename=\"{}\"", name.replace(['"', '\\'], "_")));
        let get = self.client.get_object().bucket(self.bucket()).key(key);
        let get = get.set_response_content_disposition(disposition);
        let signed = get.presigned(validity(valid)?).await.map_err(sorted)?;
        Ok(request(&signed, valid, now))
    }
}

/// 10,000 parts of this size, in bytes, make the largest object that is written.
const PART: usize = 2 * LEAST_PART;

async fn part_of(file: &mut File) -> Result<Bytes, Error> {
    let mut bytes = Vec::new();
    file.take(PART as u64).read_to_end(&mut bytes).await?;
    Ok(bytes.into())
}

fn validity(valid: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::expires_in(valid).map_err(|error| Error::Refused {
        code: "InvalidValidity".into(),
        message: error.to_string(),
    })
}

fn request(signed: &PresignedRequest, valid: Duration, now: Timestamp) -> SignedRequest {
    SignedRequest {
        method: signed.method().to_owned(),
        url: signed.uri().to_owned(),
        headers: signed
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        expires_at: now.plus(model::Duration::from_ms(
            u64::try_from(valid.as_millis()).unwrap_or(u64::MAX),
        )),
    }
}
