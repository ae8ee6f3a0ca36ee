//! S3: the protocol by `s3s`, over a store of our own that is atomic, durable and has one winner of a conditional put.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{body::Body, extract::Request, response::Response};
use s3s::{
    S3Error, S3Result,
    auth::{S3Auth, SecretKey},
    config::{S3Config, StaticConfigProvider},
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};

use crate::{
    access::Access,
    call,
    credentials::Credentials,
    signature::{self, Caller},
};

mod access;
mod blobs;
mod cors;
mod error;
mod index;
mod integrity;
mod listing;
mod multipart;
mod objects;
mod protocol;

use access::Gate;
use blobs::Blobs;
use error::Error;
use index::{Bucket, Index};

pub(crate) use cors::preflight;

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the index of objects cannot be opened")]
    Index(#[from] rusqlite::Error),
    #[error("the files of objects cannot be opened")]
    Files(#[from] io::Error),
    #[error("the files of objects do not fit their index")]
    Sweep(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The buckets of this host. Each has its region, and every region reaches all of them.
#[derive(Clone)]
pub struct S3 {
    store: Store,
    service: S3Service,
}

/// Index and bytes of the objects.
#[derive(Clone)]
struct Store {
    index: Index,
    blobs: Arc<Blobs>,
    access: Access,
}

impl S3 {
    /// Opens the buckets in a data directory and deletes what uploads that were cut off have left there.
    pub fn open(data: &Path, credentials: Arc<Credentials>, access: Access) -> Result<Self, OpenError> {
        let folder = data.join("s3");
        let blobs = Blobs::open(folder.join("blobs"))?;
        let index = Index::open(&folder.join("index.sqlite"))?;
        let known: std::collections::HashSet<_> = index
            .blobs()
            .map_err(|error| OpenError::Sweep(error.into()))?
            .into_iter()
            .collect();
        let swept = blobs.sweep(|id| known.contains(&id))?;
        if swept > 0 {
            tracing::info!(swept, "files of uploads that were cut off are deleted");
        }
        let store = Store {
            index,
            blobs,
            access: access.clone(),
        };
        let mut builder = S3ServiceBuilder::new(store.clone());
        builder.set_auth(Keys(credentials));
        builder.set_access(Gate(access));
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs =
            u32::try_from(signature::MAX_SKEW.as_secs()).expect("minutes fit");
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Ok(Self {
            store,
            service: builder.build(),
        })
    }

    /// Creates a bucket, if it is not there, as a deployment does.
    pub async fn create_bucket_if_missing(&self, name: &str, region: &str) -> Result<(), call::Error> {
        let bucket = Bucket {
            name: name.to_owned(),
            region: region.to_owned(),
            created: now_ms(),
        };
        let created = self
            .store
            .blocking(move |store| store.index.create_bucket(&bucket))
            .await;
        created.map(drop).map_err(call::Error::internal)
    }

    /// Answers one request, whose key belongs to `caller`; its signature is verified here, because S3 signs bodies in ways
    /// of its own.
    pub async fn call(&self, mut request: Request, caller: Caller) -> Response {
        request.extensions_mut().insert(caller);
        let origin = cors::origin(request.headers());
        let mut response = match self.service.call(request.map(s3s::Body::http_body_unsync)).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::error!(error = ?error, "s3 could not answer");
                refuse(s3_error!(InternalError))
            }
        };
        if let Some(origin) = origin {
            cors::expose(response.headers_mut(), origin);
        }
        response
    }
}

/// An error as S3 answers it.
pub(crate) fn refuse(error: S3Error) -> Response {
    match error.to_http_response() {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(%error, "an error of s3 cannot be written");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

impl From<signature::Error> for S3Error {
    fn from(error: signature::Error) -> Self {
        match error {
            signature::Error::Missing | signature::Error::Expired | signature::Error::Incomplete(_) => {
                s3_error!(AccessDenied, "{error}")
            }
            signature::Error::UnknownKey => s3_error!(InvalidAccessKeyId, "{error}"),
            signature::Error::BadToken => s3_error!(InvalidToken, "{error}"),
            signature::Error::Skewed => s3_error!(RequestTimeTooSkewed, "{error}"),
            signature::Error::Mismatch => s3_error!(SignatureDoesNotMatch, "{error}"),
        }
    }
}

/// The keys of this host, for `s3s` to verify signatures with. The host has verified session tokens before.
struct Keys(Arc<Credentials>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        self.0
            .secret_of(access_key)
            .map(SecretKey::from)
            .ok_or_else(|| signature::Error::UnknownKey.into())
    }
}

impl Store {
    /// Runs work on the index in a thread that may block. Once begun it runs to its end, whether or not the caller
    /// still waits: so what belongs to a transaction happens in `work`.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await?
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
