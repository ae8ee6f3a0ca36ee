//! The live feed as a client reads it: over MQTT, from the address that the API gives.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, Transport};
use serde_json::Value;

use crate::client::Client;

/// Above IoT Core's 128 KB a message.
const MESSAGE_BYTES: usize = 256 * 1024;

/// A subscription to one run.
pub struct Feed {
    events: EventLoop,
    /// The connection ends with it.
    _reader: AsyncClient,
}

/// One message.
#[derive(Debug)]
pub struct Message {
    pub received: SystemTime,
    pub bytes: usize,
    pub body: Value,
}

impl Feed {
    /// Asks for the address of a run's feed and subscribes with the first [`Feed::next`].
    pub async fn open(client: &Client, run: &str) -> Result<Self> {
        let address = client.get(&format!("/runs/{run}/live")).await?;
        let text = |name: &str| {
            address[name]
                .as_str()
                .with_context(|| format!("{name} in {address}"))
        };
        let mut options = MqttOptions::new(text("clientId")?, text("url")?, 0);
        options.set_transport(Transport::Ws);
        options.set_keep_alive(Duration::from_secs(30));
        options.set_max_packet_size(MESSAGE_BYTES, MESSAGE_BYTES);
        let (reader, events) = AsyncClient::new(options, 100);
        reader.subscribe(text("topic")?, QoS::AtLeastOnce).await?;
        Ok(Self {
            events,
            _reader: reader,
        })
    }

    /// Waits for a message; may be dropped and called again.
    pub async fn next(&mut self) -> Result<Message> {
        loop {
            if let Event::Incoming(Packet::Publish(publish)) = self.events.poll().await? {
                return Ok(Message {
                    received: SystemTime::now(),
                    bytes: publish.payload.len(),
                    body: serde_json::from_slice(&publish.payload)?,
                });
            }
        }
    }
}
