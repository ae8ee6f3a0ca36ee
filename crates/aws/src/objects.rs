//! Objects in the bucket: scripts, what workers upload, results.

pub mod keys;
pub mod multipart;
mod parts;
mod transfer;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{Delete, Object as Listed, ObjectIdentifier},
};
use bytes::Bytes;

use crate::{Deployment, Error, error::sorted};

pub use parts::Parts;
pub use transfer::{SignedRequest, Upload};

/// The bucket.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    deployment: Arc<Deployment>,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub key: String,
    /// In bytes.
    pub size: u64,
}

/// What became of a write that must not replace anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOnce {
    Put,
    /// There was an object already; it stays.
    Kept,
}

/// DeleteObjects takes this many keys.
const DELETED_AT_ONCE: i32 = 1_000;

impl Objects {
    pub(crate) fn new(config: &SdkConfig, deployment: Arc<Deployment>) -> Self {
        // Path style is what an endpoint without a wildcard host name can serve; S3 itself keeps serving it.
        let config =
            aws_sdk_s3::config::Builder::from(config).force_path_style(config.endpoint_url().is_some());
        Self {
            client: Client::from_conf(config.build()),
            deployment,
        }
    }

    /// Makes the bucket if it is missing. On AWS the infrastructure makes it.
    pub async fn ensure_bucket(&self) -> Result<(), Error> {
        match self
            .client
            .create_bucket()
            .bucket(self.bucket())
            .send()
            .await
            .map_err(sorted)
        {
            Err(Error::Refused { code, .. }) if code.starts_with("BucketAlready") => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let put = self
            .client
            .put_object()
            .bucket(self.bucket())
            .key(key)
            .set_tagging(keys::tag(key).map(str::to_owned))
            .body(ByteStream::from(bytes.into()));
        put.send().await.map_err(sorted)?;
        Ok(())
    }

    /// Writes an object unless there is one: of many that try, one wins.
    pub async fn put_once(&self, key: &str, bytes: impl Into<Bytes>) -> Result<PutOnce, Error> {
        let put = self
            .client
            .put_object()
            .bucket(self.bucket())
            .key(key)
            .if_none_match("*");
        match put
            .body(ByteStream::from(bytes.into()))
            .send()
            .await
            .map_err(sorted)
        {
            Ok(_) => Ok(PutOnce::Put),
            Err(Error::Conflict(_)) => Ok(PutOnce::Kept),
            Err(error) => Err(error),
        }
    }

    /// The whole object.
    pub async fn get(&self, key: &str) -> Result<Bytes, Error> {
        self.read(key, None).await
    }

    /// The bytes `range.start .. range.end` of the object; fewer at its end.
    pub async fn get_range(&self, key: &str, range: std::ops::Range<u64>) -> Result<Bytes, Error> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.read(key, Some(format!("bytes={}-{}", range.start, range.end - 1)))
            .await
    }

    /// The object's size, or `None` when there is none.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, Error> {
        match self
            .client
            .head_object()
            .bucket(self.bucket())
            .key(key)
            .send()
            .await
            .map_err(sorted)
        {
            Ok(head) => Ok(Some(u64::try_from(head.content_length.unwrap_or(0)).unwrap_or(0))),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects whose keys begin with the prefix, by key.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, Error> {
        self.list_after(prefix, None).await
    }

    /// The same from the first key that is greater than `after`.
    pub async fn list_after(&self, prefix: &str, after: Option<String>) -> Result<Vec<Object>, Error> {
        let mut objects = Vec::new();
        let list = self
            .client
            .list_objects_v2()
            .bucket(self.bucket())
            .prefix(prefix)
            .set_start_after(after);
        let mut pages = list.into_paginator().send();
        while let Some(page) = pages.try_next().await.map_err(sorted)? {
            objects.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|object| {
                        Some(Object {
                            key: object.key?,
                            size: u64::try_from(object.size.unwrap_or(0)).unwrap_or(0),
                        })
                    }),
            );
        }
        Ok(objects)
    }

    /// Deletes all objects whose keys begin with the prefix, and the uploads that were never completed. Each page goes as it
    /// is listed: a call that is cut short leaves less to the next one.
    pub async fn delete_all(&self, prefix: &str) -> Result<(), Error> {
        for upload in self.unfinished(prefix).await? {
            self.abort(&upload).await?;
        }
        let list = self
            .client
            .list_objects_v2()
            .bucket(self.bucket())
            .prefix(prefix)
            .max_keys(DELETED_AT_ONCE);
        let mut pages = list.into_paginator().send();
        while let Some(page) = pages.try_next().await.map_err(sorted)? {
            self.delete(page.contents.unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// Deletes at most [`DELETED_AT_ONCE`] objects.
    async fn delete(&self, objects: Vec<Listed>) -> Result<(), Error> {
        let keys: Vec<ObjectIdentifier> = objects
            .into_iter()
            .map(|object| ObjectIdentifier::builder().set_key(object.key).build())
            .collect::<Result<_, _>>()
            .map_err(incomplete)?;
        // A list of none is refused as malformed.
        if keys.is_empty() {
            return Ok(());
        }
        let delete = Delete::builder()
            .set_objects(Some(keys))
            .quiet(true)
            .build()
            .map_err(incomplete)?;
        let answer = self
            .client
            .delete_objects()
            .bucket(self.bucket())
            .delete(delete)
            .send();
        let errors = answer.await.map_err(sorted)?.errors.unwrap_or_default();
        errors.into_iter().next().map_or(Ok(()), |error| {
            let (code, message) = (error.code.unwrap_or_default(), error.message.unwrap_or_default());
            Err(Error::Refused { code, message })
        })
    }

    async fn read(&self, key: &str, range: Option<String>) -> Result<Bytes, Error> {
        let get = self
            .client
            .get_object()
            .bucket(self.bucket())
            .key(key)
            .set_range(range);
        let body = get.send().await.map_err(|error| named(sorted(error), key))?.body;
        Ok(body
            .collect()
            .await
            .map_err(|error| Error::Unavailable(Box::new(error)))?
            .into_bytes())
    }

    fn bucket(&self) -> &str {
        &self.deployment.bucket
    }
}

/// S3 says "the specified key does not exist" and not which.
fn named(error: Error, key: &str) -> Error {
    match error {
        Error::NotFound(_) => Error::NotFound(key.to_owned()),
        other => other,
    }
}

fn incomplete(error: aws_sdk_s3::error::BuildError) -> Error {
    Error::Refused {
        code: "IncompleteRequest".into(),
        message: error.to_string(),
    }
}
