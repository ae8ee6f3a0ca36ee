//! Single objects: put, get, head, copy, delete.

use std::ops::Range;

use futures::StreamExt;
use http::HeaderMap;
use s3s::{
    S3ErrorCode, S3Request, TrailingHeaders,
    dto::{
        ChecksumMode, ChecksumType, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
        DeleteObjectInput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag, ETagCondition,
        GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, MetadataDirective,
        PutObjectInput, PutObjectOutput, StreamingBlob, Timestamp,
    },
};

use super::{
    Store,
    blobs::{Blob, Draft},
    error::{Error, refused},
    index::{Condition, Headers, Object},
    integrity::{Algorithm, Checksums, Inspection},
    now_ms,
};

impl Store {
    pub(super) async fn put(&self, request: S3Request<PutObjectInput>) -> Result<PutObjectOutput, Error> {
        let input = request.input;
        let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let wanted = input
            .checksum_algorithm
            .as_ref()
            .and_then(|algorithm| Algorithm::named(algorithm.as_str()));
        // A put that would be refused anyway is refused before its bytes are read.
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        self.blocking(move |store| store.index.bucket(&bucket)).await?;
        let received = self
            .receive(
                input.body,
                input.content_length,
                &request.headers,
                wanted,
                request.trailing_headers.as_ref(),
            )
            .await?;
        let object = Object {
            etag: hex::encode(received.md5),
            headers: Headers {
                content_type: input.content_type,
                cache_control: input.cache_control,
                content_disposition: input.content_disposition,
                content_encoding: input.content_encoding,
                content_language: input.content_language,
                metadata: input.metadata.unwrap_or_default().into_iter().collect(),
            },
            checksums: received.checksums,
            composite: false,
            blobs: vec![received.blob],
            modified: now_ms(),
        };
        let (etag, checksums) = (ETag::Strong(object.etag.clone()), object.checksums.clone());
        self.blocking(move |store| {
            let replaced = store.index.put(&input.bucket, &key, &object, &condition)?;
            received.draft.keep();
            store.blobs.discard(&replaced);
            Ok(())
        })
        .await?;
        Ok(PutObjectOutput {
            e_tag: Some(etag),
            checksum_crc32: checksums.get(Algorithm::Crc32),
            checksum_crc32c: checksums.get(Algorithm::Crc32c),
            checksum_crc64nvme: checksums.get(Algorithm::Crc64Nvme),
            checksum_sha1: checksums.get(Algorithm::Sha1),
            checksum_sha256: checksums.get(Algorithm::Sha256),
            checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
            ..PutObjectOutput::default()
        })
    }

    pub(super) async fn get(&self, request: S3Request<GetObjectInput>) -> Result<GetObjectOutput, Error> {
        let input = request.input;
        let (bucket, key) = (input.bucket, input.key);
        let held = self.blocking(move |store| {
            store
                .index
                .object(&bucket, &key, |object| store.blobs.lease(&object.blobs))
        });
        let (object, lease) = held.await?;
        check_read(&object, input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let size = object.size();
        let range = match &input.range {
            Some(range) => Some(range.check(size).map_err(|_| not_satisfiable())?),
            None => None,
        };
        let window = range.clone().unwrap_or(0..size);
        let whole = window == (0..size);
        let shown = if whole {
            shown_checksums(&object, input.checksum_mode.as_ref())
        } else {
            Checksums::default()
        };
        Ok(GetObjectOutput {
            accept_ranges: Some("bytes".into()),
            content_length: Some(as_i64(window.end - window.start)),
            content_range: range.map(|range| content_range(&range, size)),
            content_type: input
                .response_content_type
                .or(object.headers.content_type)
                .or_else(default_type),
            cache_control: input.response_cache_control.or(object.headers.cache_control),
            content_disposition: input
                .response_content_disposition
                .or(object.headers.content_disposition),
            content_encoding: input
                .response_content_encoding
                .or(object.headers.content_encoding),
            content_language: input
                .response_content_language
                .or(object.headers.content_language),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(timestamp(object.modified)),
            metadata: Some(object.headers.metadata.into_iter().collect()),
            checksum_crc32: shown.get(Algorithm::Crc32),
            checksum_crc32c: shown.get(Algorithm::Crc32c),
            checksum_crc64nvme: shown.get(Algorithm::Crc64Nvme),
            checksum_sha1: shown.get(Algorithm::Sha1),
            checksum_sha256: shown.get(Algorithm::Sha256),
            checksum_type: shown.algorithms().next().map(|_| checksum_type(object.composite)),
            body: Some(StreamingBlob::wrap(lease.read(object.blobs, window))),
            ..GetObjectOutput::default()
        })
    }

    pub(super) async fn head(&self, request: S3Request<HeadObjectInput>) -> Result<HeadObjectOutput, Error> {
        let input = request.input;
        let (bucket, key) = (input.bucket, input.key);
        let (object, ()) = self
            .blocking(move |store| store.index.object(&bucket, &key, |_| ()))
            .await?;
        check_read(&object, input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let shown = shown_checksums(&object, input.checksum_mode.as_ref());
        Ok(HeadObjectOutput {
            accept_ranges: Some("bytes".into()),
            content_length: Some(as_i64(object.size())),
            content_type: object.headers.content_type.or_else(default_type),
            cache_control: object.headers.cache_control,
            content_disposition: object.headers.content_disposition,
            content_encoding: object.headers.content_encoding,
            content_language: object.headers.content_language,
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(timestamp(object.modified)),
            metadata: Some(object.headers.metadata.into_iter().collect()),
            checksum_crc32: shown.get(Algorithm::Crc32),
            checksum_crc32c: shown.get(Algorithm::Crc32c),
            checksum_crc64nvme: shown.get(Algorithm::Crc64Nvme),
            checksum_sha1: shown.get(Algorithm::Sha1),
            checksum_sha256: shown.get(Algorithm::Sha256),
            checksum_type: shown.algorithms().next().map(|_| checksum_type(object.composite)),
            ..HeadObjectOutput::default()
        })
    }

    /// Copies by reading and writing: an object's files are its own.
    pub(super) async fn copy(&self, request: S3Request<CopyObjectInput>) -> Result<CopyObjectOutput, Error> {
        let input = request.input;
        let (from_bucket, from_key) = source(&input.copy_source)?;
        let held = self.blocking(move |store| {
            store
                .index
                .object(&from_bucket, &from_key, |object| store.blobs.lease(&object.blobs))
        });
        let (original, lease) = held.await?;
        check_read(
            &original,
            input.copy_source_if_match.as_ref(),
            input.copy_source_if_none_match.as_ref(),
        )?;
        let body = StreamingBlob::wrap(lease.read(original.blobs.clone(), 0..original.size()));
        let wanted = original.checksums.algorithms().next();
        let received = self
            .receive(Some(body), None, &HeaderMap::new(), wanted, None)
            .await?;
        let replaces = input
            .metadata_directive
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        let headers = if replaces {
            Headers {
                content_type: input.content_type,
                cache_control: input.cache_control,
                content_disposition: input.content_disposition,
                content_encoding: input.content_encoding,
                content_language: input.content_language,
                metadata: input.metadata.unwrap_or_default().into_iter().collect(),
            }
        } else {
            original.headers
        };
        let object = Object {
            etag: hex::encode(received.md5),
            headers,
            checksums: received.checksums,
            composite: false,
            blobs: vec![received.blob],
            modified: now_ms(),
        };
        let result = CopyObjectResult {
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(timestamp(object.modified)),
            ..CopyObjectResult::default()
        };
        self.blocking(move |store| {
            let replaced = store
                .index
                .put(&input.bucket, &input.key, &object, &Condition::Any)?;
            received.draft.keep();
            store.blobs.discard(&replaced);
            Ok(())
        })
        .await?;
        Ok(CopyObjectOutput {
            copy_object_result: Some(result),
            ..CopyObjectOutput::default()
        })
    }

    pub(super) async fn delete(&self, request: S3Request<DeleteObjectInput>) -> Result<(), Error> {
        let input = request.input;
        let condition = condition(input.if_match.as_ref(), None)?;
        self.blocking(move |store| {
            store
                .blobs
                .discard(&store.index.delete(&input.bucket, &input.key, &condition)?);
            Ok(())
        })
        .await
    }

    pub(super) async fn delete_many(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Result<DeleteObjectsOutput, Error> {
        const MOST: usize = 1000;
        let input = request.input;
        if input.delete.objects.len() > MOST {
            return Err(refused(
                S3ErrorCode::MalformedXML,
                "a request deletes at most 1000 objects",
            ));
        }
        let quiet = input.delete.quiet.unwrap_or(false);
        self.blocking(move |store| {
            let mut deleted = Vec::new();
            for object in input.delete.objects {
                store
                    .blobs
                    .discard(&store.index.delete(&input.bucket, &object.key, &Condition::Any)?);
                deleted.push(DeletedObject {
                    key: Some(object.key),
                    ..DeletedObject::default()
                });
            }
            let deleted = (!quiet).then_some(deleted);
            Ok(DeleteObjectsOutput {
                deleted,
                ..DeleteObjectsOutput::default()
            })
        })
        .await
    }

    /// Writes a body to a new blob and compares it with what its headers and trailer promise.
    pub(super) async fn receive(
        &self,
        body: Option<StreamingBlob>,
        length: Option<i64>,
        headers: &HeaderMap,
        wanted: Option<Algorithm>,
        trailers: Option<&TrailingHeaders>,
    ) -> Result<Received, Error> {
        let mut draft = self.blobs.draft().await?;
        let mut inspection = Inspection::of(headers, wanted);
        if let Some(mut body) = body {
            while let Some(chunk) = body.next().await {
                let chunk = chunk.map_err(|error| {
                    refused(
                        S3ErrorCode::IncompleteBody,
                        format!("the body cannot be read: {error}"),
                    )
                })?;
                inspection.update(&chunk);
                draft.write(&chunk).await?;
            }
        }
        let trailers = trailers.and_then(TrailingHeaders::take);
        let (md5, checksums) = inspection.finish(trailers.as_ref())?;
        let blob = draft.sync().await?;
        if length.is_some_and(|length| u64::try_from(length) != Ok(blob.size)) {
            return Err(refused(
                S3ErrorCode::IncompleteBody,
                "the body is not as long as its Content-Length",
            ));
        }
        Ok(Received {
            draft,
            blob,
            md5,
            checksums,
        })
    }
}

/// A body on the disk, gone again unless its draft is kept.
pub(super) struct Received {
    pub draft: Draft,
    pub blob: Blob,
    pub md5: [u8; 16],
    pub checksums: Checksums,
}

/// What a writer demands of the present object.
pub(super) fn condition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> Result<Condition, Error> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::Any),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Etag(etag.value().to_owned())),
        (Some(ETagCondition::Any), None) => Ok(Condition::Present),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        _ => Err(refused(
            S3ErrorCode::NotImplemented,
            "If-None-Match is offered with * alone",
        )),
    }
}

/// Bucket and key of a copy's source.
pub(super) fn source(source: &CopySource) -> Result<(String, String), Error> {
    match source {
        CopySource::Bucket {
            bucket,
            key,
            version_id: None,
        } => Ok((bucket.to_string(), key.to_string())),
        _ => Err(refused(
            S3ErrorCode::NotImplemented,
            "versions, access points and outposts are not offered",
        )),
    }
}

/// A reader's conditions.
pub(super) fn check_read(
    object: &Object,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> Result<(), Error> {
    let is = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    };
    if if_match.is_some_and(|condition| !is(condition)) {
        return Err(refused(
            S3ErrorCode::PreconditionFailed,
            "At least one of the pre-conditions you specified did not hold",
        ));
    }
    if if_none_match.is_some_and(is) {
        return Err(refused(S3ErrorCode::NotModified, "Not Modified"));
    }
    Ok(())
}

pub(super) fn not_satisfiable() -> Error {
    refused(
        S3ErrorCode::InvalidRange,
        "The requested range is not satisfiable",
    )
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    let since = std::time::Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    Timestamp::from(std::time::UNIX_EPOCH + since)
}

pub(super) fn as_i64(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) fn checksum_type(composite: bool) -> ChecksumType {
    ChecksumType::from_static(if composite {
        ChecksumType::COMPOSITE
    } else {
        ChecksumType::FULL_OBJECT
    })
}

/// S3 shows checksums to who asks for them.
fn shown_checksums(object: &Object, mode: Option<&ChecksumMode>) -> Checksums {
    let asked = mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
    if asked {
        object.checksums.clone()
    } else {
        Checksums::default()
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "used as an alternative to an absent type"
)]
fn default_type() -> Option<String> {
    Some("binary/octet-stream".into())
}
