//! Objects that are uploaded in parts while they grow.
//!
//! A worker uploads its raw samples this way. One that dies leaves its parts behind; [`Objects::unfinished`] finds them,
//! and completing them saves what was sampled until then.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;

use super::{Objects, keys};
use crate::{Error, error::sorted};

/// S3 wants every part but the last to be of this size, in bytes, at least.
pub const LEAST_PART: usize = 5 * 1024 * 1024;

/// An upload that is neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    pub key: String,
    pub upload_id: String,
}

/// A part that S3 holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: i32,
    pub etag: String,
}

impl Objects {
    pub async fn begin(&self, key: &str) -> Result<Multipart, Error> {
        let create = self
            .client
            .create_multipart_upload()
            .bucket(self.bucket())
            .key(key)
            .set_tagging(keys::tag(key).map(str::to_owned));
        let upload_id = create.send().await.map_err(sorted)?.upload_id;
        let upload_id = upload_id.ok_or_else(|| Error::NotFound(format!("an upload id for {key}")))?;
        Ok(Multipart {
            key: key.to_owned(),
            upload_id,
        })
    }

    /// Uploads one part; the same number again replaces it.
    pub async fn upload_part(&self, upload: &Multipart, number: i32, bytes: Bytes) -> Result<Part, Error> {
        let part = self
            .client
            .upload_part()
            .bucket(self.bucket())
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .part_number(number)
            .body(ByteStream::from(bytes));
        let etag = part.send().await.map_err(sorted)?.e_tag;
        Ok(Part {
            number,
            etag: etag.ok_or_else(|| Error::NotFound("the part's tag".into()))?,
        })
    }

    /// Makes the parts the object, in the order of their numbers.
    pub async fn complete(&self, upload: &Multipart, parts: &[Part]) -> Result<(), Error> {
        let parts = parts
            .iter()
            .map(|part| {
                CompletedPart::builder()
                    .part_number(part.number)
                    .e_tag(&part.etag)
                    .build()
            })
            .collect();
        let complete = self
            .client
            .complete_multipart_upload()
            .bucket(self.bucket())
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build());
        complete.send().await.map_err(sorted)?;
        Ok(())
    }

    /// Drops the parts. An upload that is gone is fine.
    pub async fn abort(&self, upload: &Multipart) -> Result<(), Error> {
        let abort = self
            .client
            .abort_multipart_upload()
            .bucket(self.bucket())
            .key(&upload.key);
        match abort.upload_id(&upload.upload_id).send().await.map_err(sorted) {
            Err(Error::NotFound(_)) => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    /// The uploads under a prefix that nobody completed.
    pub async fn unfinished(&self, prefix: &str) -> Result<Vec<Multipart>, Error> {
        let mut uploads = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let list = self
                .client
                .list_multipart_uploads()
                .bucket(self.bucket())
                .prefix(prefix)
                .set_key_marker(key_marker)
                .set_upload_id_marker(id_marker);
            let page = list.send().await.map_err(sorted)?;
            uploads.extend(page.uploads.unwrap_or_default().into_iter().filter_map(|upload| {
                Some(Multipart {
                    key: upload.key?,
                    upload_id: upload.upload_id?,
                })
            }));
            if page.is_truncated != Some(true) {
                return Ok(uploads);
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    /// The parts that S3 holds of an upload.
    pub async fn parts(&self, upload: &Multipart) -> Result<Vec<Part>, Error> {
        let list = self
            .client
            .list_parts()
            .bucket(self.bucket())
            .key(&upload.key)
            .upload_id(&upload.upload_id);
        let mut pages = list.into_paginator().items().send();
        let mut parts = Vec::new();
        while let Some(part) = pages.try_next().await.map_err(sorted)? {
            if let (Some(number), Some(etag)) = (part.part_number, part.e_tag) {
                parts.push(Part { number, etag });
            }
        }
        Ok(parts)
    }
}
