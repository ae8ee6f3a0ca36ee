//! Answers that are too large for the gateway are left in the bucket, and the client gets their address.

use std::time::Duration;

use aws::objects::keys;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::RunId;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{App, error::internal, problem::Problem};

const LARGEST: usize = 4 * 1024 * 1024;

/// The same, as the text within JSON in which a function hands an answer over. A function gives 6 MB at most, and headers
/// take their part: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_AS_TEXT: usize = 6 * 1024 * 1024 - 64 * 1024;

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
    if is_small(&bytes) {
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

/// Whether a function can hand this JSON over. Of its bytes, quotation marks and backslashes alone become two: it has no bare
/// control characters.
fn is_small(json: &[u8]) -> bool {
    let doubled = json.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    json.len() <= LARGEST && json.len() + doubled <= LARGEST_AS_TEXT
}

fn as_json(bytes: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What Lambda takes of a function, in bytes.
    const PAYLOAD: usize = 6_291_556;

    fn answer(piece: &str, count: usize) -> Vec<u8> {
        serde_json::to_vec(&piece.repeat(count)).unwrap()
    }

    fn handed_over(answer: &[u8]) -> usize {
        let headers = "x".repeat(10_000);
        let text = str::from_utf8(answer).unwrap();
        json!({"statusCode": 200, "headers": headers, "body": text})
            .to_string()
            .len()
    }

    #[test]
    fn an_answer_counts_as_it_is_handed_over() {
        // With nothing to escape, it is its own size that counts.
        assert!(is_small(&answer("x", LARGEST - 2)));
        assert!(!is_small(&answer("x", LARGEST - 1)));
        // With nothing else, a mark has become two bytes, and those become four.
        let most = LARGEST_AS_TEXT / 4 - 1;
        let largest = answer("\"", most);
        assert!(largest.len() < LARGEST && is_small(&largest));
        assert!(handed_over(&largest) <= PAYLOAD);
        assert!(!is_small(&answer("\"", most + 1)));
        // What is escaped otherwise grows by no more than that.
        let controls = answer("\u{1}", LARGEST / 6 - 1);
        assert!(is_small(&controls) && handed_over(&controls) <= PAYLOAD);
    }
}
