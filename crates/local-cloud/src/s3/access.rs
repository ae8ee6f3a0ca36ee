//! What a request needs to be allowed, and who is asked.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use http::{Extensions, HeaderMap};
use percent_encoding::percent_decode_str;
use s3s::{
    S3Error, S3ErrorCode, S3Request, S3Result,
    access::{S3Access, S3AccessContext},
    dto::DeleteObjectsInput,
    path::S3Path,
    s3_error,
};

use super::error::Error;
use crate::{
    access::{Access, Denied},
    policy::Need,
    signature::Caller,
};

/// Stands before every operation, behind the check of the signature. The host has put the caller into the extensions.
pub(super) struct Gate(pub Access);

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let signer = context
            .credentials()
            .map(|credentials| credentials.access_key.clone());
        let needs = needs(context.s3_op().name(), context.s3_path(), context.headers());
        let caller = caller(context.extensions_mut())?;
        // A request that names two keys, in its header and in its address, is taken for the one that has signed.
        if signer.as_deref() != Some(caller.key_id.as_str()) {
            return Err(s3_error!(
                AccessDenied,
                "the request names more than one access key"
            ));
        }
        Ok(self.0.check(caller, &needs)?)
    }

    /// S3 says of each object whether it may be deleted; here one that may not is enough to refuse them all.
    async fn delete_objects(&self, request: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let input = &request.input;
        let objects = input.delete.objects.iter();
        let needs: Vec<Need> = objects
            .map(|object| Need::new("s3:DeleteObject", object_arn(&input.bucket, &object.key)))
            .collect();
        Ok(self.0.check(caller(&request.extensions)?, &needs)?)
    }
}

/// What is said of an object that cannot be read. That it is not there is known to those alone who may list its bucket.
pub(super) fn unread(error: Error, access: &Access, extensions: &Extensions, bucket: &str) -> S3Error {
    let error = S3Error::from(error);
    if *error.code() != S3ErrorCode::NoSuchKey {
        return error;
    }
    let may_list = caller(extensions).and_then(|caller| Ok(access.check(caller, &[list(bucket)])?));
    may_list.err().unwrap_or(error)
}

impl From<Denied> for S3Error {
    fn from(denied: Denied) -> Self {
        s3_error!(AccessDenied, "{denied}")
    }
}

fn caller(extensions: &Extensions) -> S3Result<&Caller> {
    extensions
        .get()
        .ok_or_else(|| s3_error!(AccessDenied, "nobody has signed the request"))
}

fn needs(operation: &str, path: &S3Path, headers: &HeaderMap) -> Vec<Need> {
    match path {
        S3Path::Root => vec![Need::new(on_all(operation), Need::ANY)],
        // Of each object by itself, once the names are known.
        S3Path::Bucket { .. } if operation == "DeleteObjects" => Vec::new(),
        S3Path::Bucket { bucket } => vec![on_bucket(operation, bucket)],
        S3Path::Object { bucket, key } => {
            let mut needs = vec![Need::new(on_object(operation), object_arn(bucket, key))];
            if headers.contains_key("x-amz-tagging") {
                needs.push(Need::new("s3:PutObjectTagging", object_arn(bucket, key)));
            }
            if let Some(source) = headers.get("x-amz-copy-source") {
                needs.push(Need::new("s3:GetObject", source_arn(source.as_bytes())));
            }
            needs
        }
    }
}

fn on_all(operation: &str) -> String {
    match operation {
        "ListBuckets" => "s3:ListAllMyBuckets".to_owned(),
        other => format!("s3:{other}"),
    }
}

fn on_bucket(operation: &str, bucket: &str) -> Need {
    match operation {
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => list(bucket),
        "ListMultipartUploads" => Need::new("s3:ListBucketMultipartUploads", bucket_arn(bucket)),
        other => Need::new(format!("s3:{other}"), bucket_arn(bucket)),
    }
}

fn on_object(operation: &str) -> String {
    match operation {
        "HeadObject" => "s3:GetObject".to_owned(),
        "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject".to_owned(),
        "ListParts" => "s3:ListMultipartUploadParts".to_owned(),
        other => format!("s3:{other}"),
    }
}

fn list(bucket: &str) -> Need {
    Need::new("s3:ListBucket", bucket_arn(bucket))
}

/// Names of buckets are shared by all accounts and regions.
fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

fn object_arn(bucket: &str, key: &str) -> String {
    format!("{}/{key}", bucket_arn(bucket))
}

/// Of `/bucket/key?versionId=…`, escaped as in an address.
fn source_arn(source: &[u8]) -> String {
    let source = String::from_utf8_lossy(source);
    let path = source.split('?').next().unwrap_or(&source);
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    format!("arn:aws:s3:::{path}")
}
