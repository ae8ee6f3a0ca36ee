//! Listings: pages of keys in the order of their bytes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{
    S3ErrorCode, S3Request,
    dto::{
        self, CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, ObjectStorageClass,
    },
};

use super::{
    Store,
    error::{Error, refused},
    index::{Object, Scan},
    objects::{as_i64, timestamp},
};

const PAGE: i32 = 1000;
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b'*');

/// One page.
#[derive(Default)]
struct Page {
    objects: Vec<(String, Object)>,
    prefixes: Vec<String>,
    /// Where the next page starts, if there is one.
    next: Option<Vec<u8>>,
}

impl Store {
    pub(super) async fn list(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Result<ListObjectsV2Output, Error> {
        let input = request.input;
        let most = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
        let prefix = input.prefix.clone().unwrap_or_default();
        let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
        let start = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => URL_SAFE_NO_PAD.decode(token).map_err(|_| {
                refused(
                    S3ErrorCode::InvalidArgument,
                    "The continuation token provided is incorrect",
                )
            })?,
            (None, Some(after)) => just_after(after),
            (None, None) => Vec::new(),
        };
        let bucket = input.bucket.clone();
        let page = self
            .blocking(move |store| {
                store.page(
                    &bucket,
                    &prefix,
                    delimiter.as_deref(),
                    start,
                    usize::try_from(most).unwrap_or(0),
                )
            })
            .await?;
        let url = input
            .encoding_type
            .as_ref()
            .is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let shown = |text: String| {
            if url {
                utf8_percent_encode(&text, URL).to_string()
            } else {
                text
            }
        };
        Ok(ListObjectsV2Output {
            key_count: Some(i32::try_from(page.objects.len() + page.prefixes.len()).unwrap_or(PAGE)),
            max_keys: Some(most),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.map(|next| URL_SAFE_NO_PAD.encode(next)),
            contents: Some(
                page.objects
                    .into_iter()
                    .map(|(key, object)| listed(shown(key), object))
                    .collect(),
            ),
            common_prefixes: Some(
                page.prefixes
                    .into_iter()
                    .map(|prefix| CommonPrefix {
                        prefix: Some(shown(prefix)),
                    })
                    .collect(),
            ),
            name: Some(input.bucket),
            prefix: input.prefix.map(shown),
            delimiter: input.delimiter.map(shown),
            start_after: input.start_after.map(shown),
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
            ..ListObjectsV2Output::default()
        })
    }

    fn page(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: Option<&str>,
        start: Vec<u8>,
        most: usize,
    ) -> Result<Page, Error> {
        let mut page = Page::default();
        let start = start.max(prefix.as_bytes().to_vec());
        self.index.scan(bucket, start.clone(), |key, object| {
            let Some(rest) = key.strip_prefix(prefix) else {
                return Scan::End;
            };
            let end = delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len()));
            let common = end.map(|end| key[..prefix.len() + end].to_owned());
            if let Some(common) = common
                .as_deref()
                .filter(|common| common.as_bytes() < start.as_slice())
            {
                // The listing starts amid this group, so the group comes before it.
                return Scan::Seek(after_all_with(common));
            }
            if most == 0 {
                return Scan::End;
            }
            if page.objects.len() + page.prefixes.len() == most {
                page.next = Some(common.unwrap_or(key).into_bytes());
                return Scan::End;
            }
            match common {
                Some(common) => {
                    let next = after_all_with(&common);
                    page.prefixes.push(common);
                    Scan::Seek(next)
                }
                None => {
                    page.objects.push((key, object));
                    Scan::Next
                }
            }
        })?;
        Ok(page)
    }
}

/// The least bytes that are greater than those of the key.
fn just_after(key: &str) -> Vec<u8> {
    let mut bytes = key.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

/// The least bytes that are greater than those of every key with this prefix. UTF-8 has no byte 0xFF, so the last one
/// can be counted up.
fn after_all_with(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
    bytes
}

fn listed(key: String, object: Object) -> dto::Object {
    dto::Object {
        key: Some(key),
        size: Some(as_i64(object.size())),
        last_modified: Some(timestamp(object.modified)),
        e_tag: Some(ETag::Strong(object.etag)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..dto::Object::default()
    }
}
