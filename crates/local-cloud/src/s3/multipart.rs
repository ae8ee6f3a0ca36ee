//! Objects that are uploaded in parts.

use s3s::{
    S3ErrorCode, S3Request,
    crypto::{Checksum as _, Md5},
    dto::{
        self, AbortMultipartUploadInput, ChecksumAlgorithm, ChecksumType, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CompletedPart, CopyPartResult, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput,
        ListPartsInput, ListPartsOutput, MultipartUpload, StreamingBlob, UploadPartCopyInput,
        UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
    },
};
use ulid::Ulid;

use super::{
    Store,
    error::{Error, refused},
    index::{Headers, Object, Part, Upload, UploadRecord},
    integrity::{Algorithm, Checksums},
    now_ms,
    objects::{Received, as_i64, checksum_type, condition, not_satisfiable, source, timestamp},
};

/// The least size of a part that is not the last, in bytes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const LEAST_PART: u64 = 5 * 1024 * 1024;
const PART_NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;
const PAGE: i32 = 1000;

impl Store {
    pub(super) async fn create_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Result<CreateMultipartUploadOutput, Error> {
        let input = request.input;
        let algorithm = input
            .checksum_algorithm
            .as_ref()
            .and_then(|algorithm| Algorithm::named(algorithm.as_str()));
        let upload = Upload {
            id: Ulid::generate().to_string(),
            key: input.key.clone(),
            started: now_ms(),
            record: UploadRecord {
                headers: Headers {
                    content_type: input.content_type,
                    cache_control: input.cache_control,
                    content_disposition: input.content_disposition,
                    content_encoding: input.content_encoding,
                    content_language: input.content_language,
                    metadata: input.metadata.unwrap_or_default().into_iter().collect(),
                },
                algorithm,
            },
        };
        let output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key),
            upload_id: Some(upload.id.clone()),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: algorithm.map(|_| ChecksumType::from_static(ChecksumType::COMPOSITE)),
            ..CreateMultipartUploadOutput::default()
        };
        self.blocking(move |store| store.index.start_upload(&input.bucket, &upload))
            .await?;
        Ok(output)
    }

    pub(super) async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> Result<UploadPartOutput, Error> {
        let input = request.input;
        let target = self
            .target(input.bucket, input.key, input.upload_id, input.part_number)
            .await?;
        let wanted = input
            .checksum_algorithm
            .as_ref()
            .and_then(|algorithm| Algorithm::named(algorithm.as_str()));
        let received = self
            .receive(
                input.body,
                input.content_length,
                &request.headers,
                wanted.or(target.algorithm),
                request.trailing_headers.as_ref(),
            )
            .await?;
        let part = self.keep_part(target, received).await?;
        Ok(UploadPartOutput {
            e_tag: Some(etag_of(&part)),
            checksum_crc32: part.checksums.get(Algorithm::Crc32),
            checksum_crc32c: part.checksums.get(Algorithm::Crc32c),
            checksum_crc64nvme: part.checksums.get(Algorithm::Crc64Nvme),
            checksum_sha1: part.checksums.get(Algorithm::Sha1),
            checksum_sha256: part.checksums.get(Algorithm::Sha256),
            ..UploadPartOutput::default()
        })
    }

    pub(super) async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> Result<UploadPartCopyOutput, Error> {
        let input = request.input;
        let target = self
            .target(input.bucket, input.key, input.upload_id, input.part_number)
            .await?;
        let (bucket, key) = source(&input.copy_source)?;
        let held = self.blocking(move |store| {
            store
                .index
                .object(&bucket, &key, |object| store.blobs.lease(&object.blobs))
        });
        let (object, lease) = held.await?;
        let range = match input.copy_source_range {
            None => 0..object.size(),
            Some(text) => {
                let range = dto::Range::parse(&text).map_err(|_| not_satisfiable())?;
                range.check(object.size()).map_err(|_| not_satisfiable())?
            }
        };
        let body = StreamingBlob::wrap(lease.read(object.blobs, range));
        let received = self
            .receive(Some(body), None, &http::HeaderMap::new(), target.algorithm, None)
            .await?;
        let part = self.keep_part(target, received).await?;
        let result = CopyPartResult {
            e_tag: Some(etag_of(&part)),
            last_modified: Some(timestamp(part.modified)),
            ..CopyPartResult::default()
        };
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            ..UploadPartCopyOutput::default()
        })
    }

    pub(super) async fn complete_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Result<CompleteMultipartUploadOutput, Error> {
        let input = request.input;
        let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let chosen = input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default();
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let object = self
            .blocking(move |store| {
                let assemble = |upload: &Upload, parts| assemble(upload, parts, &chosen);
                let completed = store.index.complete_upload(
                    &input.bucket,
                    &input.key,
                    &input.upload_id,
                    &condition,
                    assemble,
                );
                let (object, unused) = completed?;
                store.blobs.discard(&unused);
                Ok(object)
            })
            .await?;
        Ok(CompleteMultipartUploadOutput {
            location: Some(format!("/{bucket}/{key}")),
            bucket: Some(bucket),
            key: Some(key),
            e_tag: Some(ETag::Strong(object.etag)),
            checksum_crc32: object.checksums.get(Algorithm::Crc32),
            checksum_crc32c: object.checksums.get(Algorithm::Crc32c),
            checksum_sha1: object.checksums.get(Algorithm::Sha1),
            checksum_sha256: object.checksums.get(Algorithm::Sha256),
            checksum_type: object
                .checksums
                .algorithms()
                .next()
                .map(|_| checksum_type(object.composite)),
            ..CompleteMultipartUploadOutput::default()
        })
    }

    pub(super) async fn abort_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Result<(), Error> {
        let input = request.input;
        self.blocking(move |store| {
            store.blobs.discard(
                &store
                    .index
                    .abort_upload(&input.bucket, &input.key, &input.upload_id)?,
            );
            Ok(())
        })
        .await
    }

    pub(super) async fn list_parts(
        &self,
        request: S3Request<ListPartsInput>,
    ) -> Result<ListPartsOutput, Error> {
        let input = request.input;
        let most = input.max_parts.unwrap_or(PAGE).clamp(1, PAGE);
        let after = input.part_number_marker.unwrap_or(0);
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let mut parts = self
            .blocking(move |store| store.index.parts(&bucket, &key, &id))
            .await?;
        parts.retain(|part| part.number > after);
        let is_truncated = parts.len() > usize::try_from(most).unwrap_or(usize::MAX);
        parts.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(ListPartsOutput {
            next_part_number_marker: parts.last().filter(|_| is_truncated).map(|part| part.number),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            max_parts: Some(most),
            part_number_marker: Some(after),
            is_truncated: Some(is_truncated),
            parts: Some(parts.iter().map(listed).collect()),
            ..ListPartsOutput::default()
        })
    }

    pub(super) async fn list_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Result<ListMultipartUploadsOutput, Error> {
        let input = request.input;
        let most = input.max_uploads.unwrap_or(PAGE).clamp(1, PAGE);
        let (bucket, prefix) = (input.bucket.clone(), input.prefix.clone().unwrap_or_default());
        let mut uploads = self
            .blocking(move |store| store.index.uploads(&bucket, &prefix))
            .await?;
        if let Some(after) = &input.key_marker {
            let after_id = input.upload_id_marker.as_deref();
            uploads.retain(|upload| {
                upload.key > *after
                    || (upload.key == *after && after_id.is_some_and(|id| upload.id.as_str() > id))
            });
        }
        let is_truncated = uploads.len() > usize::try_from(most).unwrap_or(usize::MAX);
        uploads.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let last = uploads.last().filter(|_| is_truncated);
        Ok(ListMultipartUploadsOutput {
            next_key_marker: last.map(|upload| upload.key.clone()),
            next_upload_id_marker: last.map(|upload| upload.id.clone()),
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            max_uploads: Some(most),
            is_truncated: Some(is_truncated),
            uploads: Some(uploads.into_iter().map(listed_upload).collect()),
            ..ListMultipartUploadsOutput::default()
        })
    }

    async fn target(
        &self,
        bucket: String,
        key: String,
        upload_id: String,
        number: i32,
    ) -> Result<Target, Error> {
        if !PART_NUMBERS.contains(&number) {
            return Err(refused(
                S3ErrorCode::InvalidArgument,
                "Part number must be an integer between 1 and 10000, inclusive",
            ));
        }
        self.blocking(move |store| {
            let upload = store.index.upload(&bucket, &key, &upload_id)?;
            Ok(Target {
                bucket,
                key,
                upload_id,
                number,
                algorithm: upload.record.algorithm,
            })
        })
        .await
    }

    async fn keep_part(&self, target: Target, received: Received) -> Result<Part, Error> {
        let part = Part {
            md5: received.md5,
            checksums: received.checksums,
            blob: received.blob,
            number: target.number,
            modified: now_ms(),
        };
        let draft = received.draft;
        self.blocking(move |store| {
            let replaced = store
                .index
                .put_part(&target.bucket, &target.key, &target.upload_id, &part)?;
            draft.keep();
            store.blobs.discard(replaced.as_slice());
            Ok(part)
        })
        .await
    }
}

/// Where a part belongs.
struct Target {
    bucket: String,
    key: String,
    upload_id: String,
    number: i32,
    algorithm: Option<Algorithm>,
}

/// Makes the object of the parts that the caller chose, in its order.
fn assemble(upload: &Upload, parts: Vec<Part>, chosen: &[CompletedPart]) -> Result<Object, Error> {
    if chosen.is_empty() {
        return Err(refused(
            S3ErrorCode::MalformedXML,
            "an upload is completed with one part at least",
        ));
    }
    if !chosen.is_sorted_by(|one, next| one.part_number < next.part_number) {
        return Err(refused(
            S3ErrorCode::InvalidPartOrder,
            "The list of parts was not in ascending order.",
        ));
    }
    let mut taken = Vec::with_capacity(chosen.len());
    for wanted in chosen {
        let found = parts
            .iter()
            .find(|part| Some(part.number) == wanted.part_number && agrees(part, wanted));
        taken.push(found.ok_or_else(|| {
            refused(
                S3ErrorCode::InvalidPart,
                "One or more of the specified parts could not be found, or its ETag did not match.",
            )
        })?);
    }
    let (_, all_but_last) = taken.split_last().unwrap_or((&taken[0], &[]));
    if all_but_last.iter().any(|part| part.blob.size < LEAST_PART) {
        return Err(refused(
            S3ErrorCode::EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size",
        ));
    }
    let mut md5 = Md5::new();
    taken.iter().for_each(|part| md5.update(&part.md5));
    let sums: Vec<_> = taken.iter().map(|part| &part.checksums).collect();
    let checksums = upload
        .record
        .algorithm
        .and_then(|algorithm| Checksums::composite(algorithm, &sums));
    Ok(Object {
        etag: format!("{}-{}", hex::encode(md5.finalize()), taken.len()),
        headers: upload.record.headers.clone(),
        checksums: checksums.unwrap_or_default(),
        composite: true,
        blobs: taken.iter().map(|part| part.blob.clone()).collect(),
        modified: now_ms(),
    })
}

fn agrees(part: &Part, wanted: &CompletedPart) -> bool {
    let promised = [
        (Algorithm::Crc32, &wanted.checksum_crc32),
        (Algorithm::Crc32c, &wanted.checksum_crc32c),
        (Algorithm::Crc64Nvme, &wanted.checksum_crc64nvme),
        (Algorithm::Sha1, &wanted.checksum_sha1),
        (Algorithm::Sha256, &wanted.checksum_sha256),
    ];
    wanted
        .e_tag
        .as_ref()
        .is_none_or(|etag| etag.value() == hex::encode(part.md5))
        && promised
            .iter()
            .all(|(algorithm, promise)| promise.is_none() || part.checksums.get(*algorithm) == **promise)
}

fn etag_of(part: &Part) -> ETag {
    ETag::Strong(hex::encode(part.md5))
}

fn listed(part: &Part) -> dto::Part {
    dto::Part {
        part_number: Some(part.number),
        size: Some(as_i64(part.blob.size)),
        e_tag: Some(etag_of(part)),
        last_modified: Some(timestamp(part.modified)),
        checksum_crc32: part.checksums.get(Algorithm::Crc32),
        checksum_crc32c: part.checksums.get(Algorithm::Crc32c),
        checksum_crc64nvme: part.checksums.get(Algorithm::Crc64Nvme),
        checksum_sha1: part.checksums.get(Algorithm::Sha1),
        checksum_sha256: part.checksums.get(Algorithm::Sha256),
    }
}

fn listed_upload(upload: Upload) -> MultipartUpload {
    let algorithm = upload
        .record
        .algorithm
        .map(|algorithm| ChecksumAlgorithm::from_static(algorithm.name()));
    MultipartUpload {
        key: Some(upload.key),
        upload_id: Some(upload.id),
        initiated: Some(timestamp(upload.started)),
        checksum_algorithm: algorithm,
        ..MultipartUpload::default()
    }
}
