//! IoT Core: publishing over HTTPS, and subscribing over MQTT 3.1.1 in a WebSocket with a presigned address.
//!
//! Messages are fanned out in this process and not kept: a live feed needs no more, and an embedded general broker
//! kept the log of every topic for the life of the process.

use std::{sync::Arc, time::SystemTime};

use axum::{
    extract::{FromRequestParts, WebSocketUpgrade},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, request::Parts};
use percent_encoding::percent_decode_str;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    access::Access,
    call::{self, Body, Call},
    credentials::Credentials,
    policy::Need,
    signature::Claim,
};

mod packet;
mod session;
mod topics;

use session::Session;
use topics::Topics;

/// The largest payload of a message, in bytes.
/// <https://docs.aws.amazon.com/general/latest/gr/iot-core.html>
pub const PAYLOAD_LIMIT: usize = 128 * 1024;

/// The name in the credential scope of a WebSocket's address.
const SOCKET_SERVICE: &str = "iotdevicegateway";

/// The message broker of this host. Topics are the same in every region.
#[derive(Clone)]
pub struct Iot {
    topics: Topics,
    credentials: Arc<Credentials>,
    access: Access,
    stop: CancellationToken,
    sessions: TaskTracker,
}

impl Iot {
    /// A broker whose connections end when `stop` is cancelled.
    pub fn new(credentials: Arc<Credentials>, access: Access, stop: CancellationToken) -> Self {
        Self {
            topics: Topics::default(),
            credentials,
            access,
            stop,
            sessions: TaskTracker::new(),
        }
    }

    /// Answers one call of the data plane: `POST /topics/{topic}?qos=`.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let published = self.publish(&call);
        call::json(
            published.map(
                |()| serde_json::json!({"message": "OK", "traceId": ulid::Ulid::generate().to_string()}),
            ),
        )
    }

    /// What a call needs to be allowed.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        let resource = topic(call).map_or_else(
            |_unreadable| Need::ANY.to_owned(),
            |topic| session::arn(&call.region, "topic", &topic),
        );
        vec![Need::new("iot:Publish", resource)]
    }

    /// Opens a client's WebSocket if its address is signed by a key of this host; what it may then do is up to the
    /// policies of the key. `hosts` are the names that addresses of this gateway are signed for.
    pub(crate) async fn connect(&self, mut parts: Parts, hosts: &[String]) -> Response {
        let verified = Claim::of(&parts).and_then(|claim| {
            let caller = claim.verify(&parts, b"", hosts, &self.credentials, SystemTime::now())?;
            Ok((claim, caller))
        });
        let (claim, caller) = match verified {
            Ok((claim, caller)) if claim.service == SOCKET_SERVICE => (claim, caller),
            Ok((claim, _)) => {
                tracing::warn!(
                    service = claim.service,
                    "refused a WebSocket whose address is signed for another service"
                );
                return StatusCode::FORBIDDEN.into_response();
            }
            Err(error) => {
                tracing::warn!(%error, "refused a WebSocket");
                return StatusCode::FORBIDDEN.into_response();
            }
        };
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade
                .protocols(["mqtt"])
                .max_message_size(packet::LIMIT)
                .max_frame_size(packet::LIMIT),
            Err(refusal) => return refusal.into_response(),
        };
        let session = Session::new(claim.region, caller, self.access.clone(), self.topics.clone());
        let (stop, sessions) = (self.stop.clone(), self.sessions.clone());
        upgrade.on_upgrade(move |socket| sessions.track_future(session.run(socket, stop)))
    }

    fn publish(&self, call: &Call) -> Result<(), call::Error> {
        let topic = topic(call)?;
        check_topic(&topic).map_err(invalid)?;
        let query = call.uri.query().unwrap_or("");
        let qos = match url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "qos") {
            None => 0,
            Some((_, qos)) => match qos.as_ref() {
                "0" => 0,
                "1" => 1,
                _ => return Err(invalid("qos must be 0 or 1")),
            },
        };
        let heard = self.topics.publish(&topic, &call.body, qos);
        tracing::trace!(%topic, bytes = call.body.len(), heard, "published");
        Ok(())
    }
}

/// The topic that a call publishes to.
fn topic(call: &Call) -> Result<String, call::Error> {
    let topic = call
        .uri
        .path()
        .strip_prefix("/topics/")
        .filter(|_| call.method == Method::POST);
    let topic = topic.ok_or_else(|| call::Error::unknown_operation("IoT Core", call.uri.path()))?;
    let topic = percent_decode_str(topic)
        .decode_utf8()
        .map_err(|_| invalid("the topic is not UTF-8"))?;
    Ok(topic.into_owned())
}

/// A topic as IoT Core takes it.
fn check_topic(topic: &str) -> Result<(), &'static str> {
    if topic.is_empty() || topic.len() > 256 {
        return Err("a topic has 1 to 256 bytes");
    }
    if topic.contains(['+', '#', '\0']) {
        return Err("a topic has no wildcards");
    }
    if topic.matches('/').count() > 7 {
        return Err("a topic has at most 7 slashes");
    }
    Ok(())
}

fn invalid(message: &str) -> call::Error {
    call::Error::new("InvalidRequestException", message)
}
