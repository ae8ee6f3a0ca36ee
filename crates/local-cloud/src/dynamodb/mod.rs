//! DynamoDB: an embedded engine over one SQLite file, called in this process.
//!
//! The engine also has a server of its own, but that one verifies no signature and answers any page of a browser.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use dynoxide::{Database, DynoxideError};
use http::{Response, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;

use crate::{
    call::{self, Body, Call},
    policy::Need,
    sqlite::blocking,
};

mod access;

use access::KeyNames;

/// The largest request, in bytes: 16 MB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Why the tables cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the tables in {path} cannot be opened")]
pub struct OpenError {
    path: String,
    #[source]
    source: DynoxideError,
}

/// The tables of this host. One set serves every region: the product has its tables in the hub only.
#[derive(Clone)]
pub struct DynamoDb {
    database: Database,
    key_names: KeyNames,
}

impl DynamoDb {
    /// Opens the tables in a data directory. A write is acknowledged after SQLite has committed and synced it.
    pub fn open(data: &Path) -> Result<Self, OpenError> {
        let path = data.join("dynamodb.sqlite").to_string_lossy().into_owned();
        match Database::new(&path) {
            Ok(database) => Ok(Self {
                database,
                key_names: KeyNames::default(),
            }),
            Err(source) => Err(OpenError { path, source }),
        }
    }

    /// What a call needs to be allowed.
    pub(crate) async fn needs(&self, call: &Call) -> Result<Vec<Need>, call::Error> {
        let (database, key_names, call) = (self.database.clone(), self.key_names.clone(), call.clone());
        blocking(move || Ok(access::needs(&database, &key_names, &call))).await
    }

    /// Answers one call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let database = self.database.clone();
        let operation = call.operation().to_owned();
        let work = {
            let operation = operation.clone();
            tokio::task::spawn_blocking(move || dispatch(&database, &operation, &call.body))
        };
        let answered = work.await;
        if operation == "DeleteTable" {
            self.key_names.forget();
        }
        match answered {
            Ok(None) => call::json::<()>(Err(call::Error::unknown_operation("DynamoDB", &operation))),
            Ok(Some(Ok(body))) => answer(StatusCode::OK, body),
            Ok(Some(Err(error))) => {
                tracing::debug!(operation, %error, "dynamodb refused a call");
                let status =
                    StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                answer(status, error.to_json().into_bytes())
            }
            Err(panic) => call::json::<()>(Err(call::Error::internal(format!("{operation}: {panic}")))),
        }
    }

    /// Deletes what has outlived its TTL, every `interval`, until cancelled.
    pub(crate) async fn sweep_expired(self, interval: Duration, stop: CancellationToken) {
        let mut timer = tokio::time::interval(interval);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = timer.tick() => {}
            }
            let database = self.database.clone();
            match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
                Ok(Ok(0)) => {}
                Ok(Ok(items)) => tracing::debug!(items, "expired items were deleted"),
                Ok(Err(error)) => tracing::error!(%error, "expired items could not be deleted"),
                Err(panic) => tracing::error!(%panic, "the sweep of expired items panicked"),
            }
        }
    }
}

type Outcome = Result<Vec<u8>, DynoxideError>;

/// Runs one operation; `None` if there is no such operation here.
fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Option<Outcome> {
    Some(match operation {
        "CreateTable" => run(body, |input| database.create_table(input)),
        "DeleteTable" => run(body, |input| database.delete_table(input)),
        "DescribeTable" => run(body, |input| database.describe_table(input)),
        "ListTables" => run(body, |input| database.list_tables(input)),
        "UpdateTable" => run(body, |input| database.update_table(input)),
        "PutItem" => run(body, |input| database.put_item(input)).map_err(enveloped),
        "GetItem" => run(body, |input| database.get_item(input)),
        "DeleteItem" => run(body, |input| database.delete_item(input)).map_err(enveloped),
        "UpdateItem" => run(body, |input| database.update_item(input)).map_err(enveloped),
        "Query" => run(body, |input| database.query(input)),
        "Scan" => run(body, |input| database.scan(input)),
        "BatchGetItem" => run(body, |input| database.batch_get_item(input)),
        "BatchWriteItem" => run(body, |input| database.batch_write_item(input)),
        "TransactWriteItems" => run(body, |input| database.transact_write_items(input)),
        "TransactGetItems" => run(body, |input| database.transact_get_items(input)),
        "UpdateTimeToLive" => run(body, |input| database.update_time_to_live(input)),
        "DescribeTimeToLive" => run(body, |input| database.describe_time_to_live(input)),
        "TagResource" => run(body, |input| database.tag_resource(input)),
        "UntagResource" => run(body, |input| database.untag_resource(input)),
        "ListTagsOfResource" => run(body, |input| database.list_tags_of_resource(input)),
        _ => return None,
    })
}

fn run<I, O>(body: &[u8], operation: impl FnOnce(I) -> Result<O, DynoxideError>) -> Outcome
where
    I: DeserializeOwned,
    O: Serialize,
{
    let input = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
    let output = operation(input)?;
    serde_json::to_vec(&output).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The engine's deserialisers mark which of DynamoDB's errors an unreadable value is.
fn unreadable(message: &str) -> DynoxideError {
    const VALIDATION: [&str; 3] = ["VALIDATION_REQUEST:", "VALIDATION_AS_READ:", "VALIDATION:"];
    const SERIALIZATION: [&str; 2] = ["SERIALIZATION_AS_READ:", "SERIALIZATION:"];
    let plain = message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before);
    let strip = |markers: &[&str]| {
        markers
            .iter()
            .find_map(|marker| plain.strip_prefix(marker))
            .map(str::to_owned)
    };
    if let Some(message) = strip(&VALIDATION) {
        DynoxideError::ValidationException(message)
    } else if let Some(message) = strip(&SERIALIZATION) {
        DynoxideError::SerializationException(message)
    } else if [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ]
    .iter()
    .any(|part| plain.contains(part))
    {
        DynoxideError::ValidationException(plain.to_owned())
    } else {
        DynoxideError::SerializationException(plain.to_owned())
    }
}

/// DynamoDB words the validation errors of single writes in its own way.
fn enveloped(error: DynoxideError) -> DynoxideError {
    match error {
        DynoxideError::EnvelopedValidation(message) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        other => other,
    }
}

/// An answer with the checksum that the SDK verifies.
fn answer(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", ulid::Ulid::generate().to_string())
        .header("x-amz-crc32", crc32fast::hash(&body).to_string())
        .body(call::whole(Bytes::from(body)))
        .expect("the parts of the answer are valid")
}
