//! Answers that are too large for the gateway are left in the bucket, and the client gets their address.

use std::time::Duration;

use aws::objects::keys;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::RunId;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{App, error::internal, problem::Problem};

/// A function answers at most 6 MB, and base64 and headers take their part:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST: usize = 4 * 1024 * 1024;

/// How long an address of an object is good for.
pub(crate) const VALID: Duration = Duration::from_secs(900);

/// Where an answer lies that is larger than 4 MB.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Elsewhere {
    /// Good for 15 minutes; the object is the JSON that would have been the answer.
    pub url: String,
}

/// Answers with `value`, which belongs to a run, or with where it lies.
pub(crate) async fn json<T: Serialize>(app: &App, run_id: RunId, value: &T) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(value).map_err(|error| internal(&error))?;
    if bytes.len() <= LARGEST {
        return Ok(as_json(bytes));
    }
    let digest = hex::encode(Sha256::digest(&bytes));
    let key = keys::result(run_id, &format!("answers/{digest}.json"));
    let objects = &app.gateways.objects;
    objects.put(&key, bytes).await?;
    let address = objects.presigned_get(&key, None, VALID, (app.clock)()).await?;
    let elsewhere = Elsewhere { url: address.url };
    Ok(as_json(
        serde_json::to_vec(&elsewhere).map_err(|error| internal(&error))?,
    ))
}

fn as_json(bytes: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
}
