//! One client's MQTT connection, behind the policy of its credentials.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::ws::{Message as Frame, WebSocket};
use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    check_topic,
    packet::{self, Malformed, Received, Sent},
    topics::{Connection, Message, Topics},
};
use crate::{ACCOUNT, access::Access, policy::Need, signature::Caller};

/// How long a client may take to say who it is.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The longest silence that IoT Core allows a client, and what it does to one that asks for none.
const LONGEST_KEEP_ALIVE_S: u16 = 1200;

/// Messages of QoS 1 that a client may leave unacknowledged.
const IN_FLIGHT: usize = 100;

const NOT_AUTHORIZED: u8 = 5;
const SUBSCRIBE_FAILED: u8 = 0x80;

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the client left")]
    Left,
    #[error("the client was silent for too long")]
    Silent,
    #[error("the credentials expired")]
    Expired,
    #[error("the client connected again, or did not keep up")]
    Replaced,
    #[error("the host stops")]
    Stopped,
    #[error("the client may not {0}")]
    Denied(String),
    #[error("the client sent something else than expected: {0}")]
    Unexpected(&'static str),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the WebSocket failed")]
    Socket(#[from] axum::Error),
}

/// What is known of a client before it has said a word.
pub(super) struct Session {
    region: String,
    caller: Caller,
    access: Access,
    topics: Topics,
}

impl Session {
    pub fn new(region: String, caller: Caller, access: Access, topics: Topics) -> Self {
        Self {
            region,
            caller,
            access,
            topics,
        }
    }

    /// Serves the client until it leaves, does what it may not, or the host stops.
    pub async fn run(self, socket: WebSocket, stop: CancellationToken) {
        let mut link = Link {
            socket,
            buffer: BytesMut::new(),
        };
        let end = tokio::select! {
            () = stop.cancelled() => End::Stopped,
            () = self.expiry() => End::Expired,
            end = self.serve(&mut link) => end,
        };
        match end {
            End::Left | End::Stopped | End::Replaced => tracing::debug!(%end, "an MQTT connection ended"),
            _ => tracing::warn!(%end, "an MQTT connection was ended"),
        }
        // The client may be gone already; then there is nobody to tell.
        if let Err(error) = link.socket.send(Frame::Close(None)).await {
            tracing::trace!(%error, "the WebSocket was closed already");
        }
    }

    async fn serve(&self, link: &mut Link) -> End {
        match self.talk(link).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn talk(&self, link: &mut Link) -> Result<std::convert::Infallible, End> {
        let first = timeout(CONNECT_WITHIN, link.receive())
            .await
            .map_err(|_| End::Silent)??;
        let Received::Connect {
            client_id,
            keep_alive_s,
        } = first
        else {
            return Err(End::Unexpected("a client connects first"));
        };
        if client_id.is_empty() || !self.may("iot:Connect", "client", &client_id) {
            link.send(Sent::ConnectAck { code: NOT_AUTHORIZED }).await?;
            return Err(End::Denied(format!("connect as {client_id}")));
        }
        let mut connection = self.topics.connect(&client_id);
        link.send(Sent::ConnectAck { code: 0 }).await?;
        let keep_alive_s = if keep_alive_s == 0 {
            LONGEST_KEEP_ALIVE_S
        } else {
            keep_alive_s.min(LONGEST_KEEP_ALIVE_S)
        };
        // The protocol gives a client half as much again.
        let patience = Duration::from_secs(u64::from(keep_alive_s)) * 3 / 2;
        let (mut in_flight, mut next_id) = (0, 1);
        let mut silent_since = Instant::now();
        loop {
            tokio::select! {
                received = link.receive() => {
                    silent_since = Instant::now();
                    match received? {
                        Received::PublishAck => in_flight = in_flight.saturating_sub(1),
                        other => self.obey(other, link, &connection).await?,
                    }
                }
                message = connection.next(), if in_flight < IN_FLIGHT => {
                    let message = message.ok_or(End::Replaced)?;
                    if self.may("iot:Receive", "topic", &message.topic) {
                        in_flight += usize::from(message.qos);
                        link.send(delivery(message, &mut next_id)).await?;
                    }
                }
                () = sleep_until(silent_since + patience) => return Err(End::Silent),
            }
        }
    }

    async fn obey(&self, received: Received, link: &mut Link, connection: &Connection) -> Result<(), End> {
        match received {
            Received::Subscribe { id, filters } => {
                let denied = filters
                    .iter()
                    .find(|(filter, _)| !self.may("iot:Subscribe", "topicfilter", filter));
                if let Some((filter, _)) = denied {
                    link.send(Sent::SubscribeAck {
                        id,
                        codes: vec![SUBSCRIBE_FAILED; filters.len()],
                    })
                    .await?;
                    return Err(End::Denied(format!("subscribe to {filter}")));
                }
                let codes = filters.iter().map(|(_, qos)| (*qos).min(1)).collect();
                for (filter, qos) in filters {
                    connection.subscribe(filter, qos.min(1));
                }
                link.send(Sent::SubscribeAck { id, codes }).await
            }
            Received::Unsubscribe { id, filters } => {
                filters.iter().for_each(|filter| connection.unsubscribe(filter));
                link.send(Sent::UnsubscribeAck { id }).await
            }
            Received::Publish {
                topic,
                payload,
                qos,
                id,
            } => {
                if check_topic(&topic).is_err() || !self.may("iot:Publish", "topic", &topic) {
                    return Err(End::Denied(format!("publish to {topic}")));
                }
                self.topics.publish(&topic, &payload, qos.min(1));
                match id {
                    Some(id) => link.send(Sent::PublishAck { id }).await,
                    None => Ok(()),
                }
            }
            Received::Ping => link.send(Sent::Pong).await,
            Received::Disconnect => Err(End::Left),
            Received::PublishAck => Ok(()),
            Received::Connect { .. } => Err(End::Unexpected("a client connects once")),
        }
    }

    fn may(&self, action: &str, kind: &str, name: &str) -> bool {
        let resource = arn(&self.region, kind, name);
        self.access
            .check(&self.caller, &[Need::new(action, resource)])
            .is_ok()
    }

    /// Ends when the credentials do.
    async fn expiry(&self) {
        match &self.caller.session {
            None => std::future::pending().await,
            Some(session) => {
                let at = UNIX_EPOCH + Duration::from_secs(session.expires_at);
                tokio::time::sleep(at.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO)).await;
            }
        }
    }
}

/// The ARN of a `client`, `topic` or `topicfilter`.
pub(super) fn arn(region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:iot:{region}:{ACCOUNT}:{kind}/{name}")
}

/// A WebSocket as a stream of MQTT packets, which keep to no frames.
struct Link {
    socket: WebSocket,
    buffer: BytesMut,
}

impl Link {
    /// Cancel safe: what has arrived stays in the buffer.
    async fn receive(&mut self) -> Result<Received, End> {
        loop {
            if let Some(packet) = packet::take(&mut self.buffer)? {
                return Ok(packet);
            }
            match self.socket.recv().await {
                None | Some(Ok(Frame::Close(_))) => return Err(End::Left),
                Some(Ok(Frame::Binary(bytes))) => self.buffer.extend_from_slice(&bytes),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                Some(Ok(Frame::Text(_))) => return Err(End::Unexpected("MQTT is binary")),
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    async fn send(&mut self, packet: Sent) -> Result<(), End> {
        let bytes: Bytes = packet.encode();
        Ok(self.socket.send(Frame::Binary(bytes)).await?)
    }
}

fn delivery(message: Message, next_id: &mut u16) -> Sent {
    let id = (message.qos > 0).then_some(*next_id);
    if id.is_some() {
        *next_id = next_id.checked_add(1).unwrap_or(1);
    }
    Sent::Publish {
        topic: message.topic,
        payload: message.payload,
        id,
    }
}
