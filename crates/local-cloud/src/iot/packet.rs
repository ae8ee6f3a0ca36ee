//! The packets of MQTT 3.1.1 that a broker for subscribers needs.
//!
//! <https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html>

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The largest packet, in bytes: IoT Core's limit for a message (128 KB) and its topic.
pub(super) const LIMIT: usize = 128 * 1024 + 1024;

/// Why the peer is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the packet is larger than {LIMIT} bytes")]
    TooLarge,
    #[error("the packet ends early")]
    Short,
    #[error("the text is not UTF-8")]
    Text,
    #[error("packets of type {0} are not expected from a client")]
    Type(u8),
    #[error("the protocol must be MQTT, level 4")]
    Protocol,
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Received {
    Connect {
        client_id: String,
        keep_alive_s: u16,
    },
    Publish {
        topic: String,
        payload: Bytes,
        qos: u8,
        id: Option<u16>,
    },
    PublishAck,
    Subscribe {
        id: u16,
        filters: Vec<(String, u8)>,
    },
    Unsubscribe {
        id: u16,
        filters: Vec<String>,
    },
    Ping,
    Disconnect,
}

/// What a client is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    ConnectAck {
        code: u8,
    },
    /// With an id: QoS 1, else QoS 0.
    Publish {
        topic: String,
        payload: Bytes,
        id: Option<u16>,
    },
    PublishAck {
        id: u16,
    },
    /// One code a filter: the QoS, or 0x80.
    SubscribeAck {
        id: u16,
        codes: Vec<u8>,
    },
    UnsubscribeAck {
        id: u16,
    },
    Pong,
}

/// Takes one packet off the front of `buffer`; `None` if it is not all there yet.
pub(super) fn take(buffer: &mut BytesMut) -> Result<Option<Received>, Malformed> {
    let Some((header, length)) = frame(buffer)? else {
        return Ok(None);
    };
    if buffer.len() < header + length {
        return Ok(None);
    }
    let first = buffer[0];
    let mut packet = buffer.split_to(header + length).freeze();
    packet.advance(header);
    received(first, packet).map(Some)
}

/// The length of the fixed header and of the rest.
fn frame(buffer: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let mut length = 0;
    for (at, byte) in buffer.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return if length > LIMIT {
                Err(Malformed::TooLarge)
            } else {
                Ok(Some((at + 2, length)))
            };
        }
    }
    if buffer.len() > 4 {
        Err(Malformed::TooLarge)
    } else {
        Ok(None)
    }
}

fn received(first: u8, mut packet: Bytes) -> Result<Received, Malformed> {
    Ok(match first >> 4 {
        1 => connect(packet)?,
        3 => {
            let topic = text(&mut packet)?;
            let qos = first >> 1 & 3;
            let id = if qos > 0 { Some(number(&mut packet)?) } else { None };
            Received::Publish {
                topic,
                payload: packet,
                qos,
                id,
            }
        }
        4 => Received::PublishAck,
        8 => {
            let id = number(&mut packet)?;
            let mut filters = Vec::new();
            while packet.has_remaining() {
                filters.push((
                    text(&mut packet)?,
                    packet.try_get_u8().map_err(|_| Malformed::Short)?,
                ));
            }
            Received::Subscribe { id, filters }
        }
        10 => {
            let id = number(&mut packet)?;
            let mut filters = Vec::new();
            while packet.has_remaining() {
                filters.push(text(&mut packet)?);
            }
            Received::Unsubscribe { id, filters }
        }
        12 => Received::Ping,
        14 => Received::Disconnect,
        other => return Err(Malformed::Type(other)),
    })
}

/// Will, user name and password may follow; none is used, because the address carries the credentials.
fn connect(mut packet: Bytes) -> Result<Received, Malformed> {
    let protocol = text(&mut packet)?;
    let level = packet.try_get_u8().map_err(|_| Malformed::Short)?;
    if protocol != "MQTT" || level != 4 {
        return Err(Malformed::Protocol);
    }
    packet.try_get_u8().map_err(|_| Malformed::Short)?;
    let keep_alive_s = number(&mut packet)?;
    Ok(Received::Connect {
        client_id: text(&mut packet)?,
        keep_alive_s,
    })
}

fn number(packet: &mut Bytes) -> Result<u16, Malformed> {
    packet.try_get_u16().map_err(|_| Malformed::Short)
}

fn text(packet: &mut Bytes) -> Result<String, Malformed> {
    let length = usize::from(number(packet)?);
    if packet.remaining() < length {
        return Err(Malformed::Short);
    }
    String::from_utf8(packet.split_to(length).to_vec()).map_err(|_| Malformed::Text)
}

impl Sent {
    pub fn encode(&self) -> Bytes {
        let mut body = BytesMut::new();
        let first = match self {
            Self::ConnectAck { code } => {
                body.extend([0, *code]);
                0x20
            }
            Self::Publish { topic, payload, id } => {
                body.put_u16(u16::try_from(topic.len()).expect("topics are short"));
                body.extend_from_slice(topic.as_bytes());
                if let Some(id) = id {
                    body.put_u16(*id);
                }
                body.extend_from_slice(payload);
                if id.is_some() { 0x32 } else { 0x30 }
            }
            Self::PublishAck { id } => {
                body.put_u16(*id);
                0x40
            }
            Self::SubscribeAck { id, codes } => {
                body.put_u16(*id);
                body.extend_from_slice(codes);
                0x90
            }
            Self::UnsubscribeAck { id } => {
                body.put_u16(*id);
                0xb0
            }
            Self::Pong => 0xd0,
        };
        let mut packet = BytesMut::with_capacity(body.len() + 5);
        packet.put_u8(first);
        let mut rest = body.len();
        loop {
            let low = u8::try_from(rest & 0x7f).expect("seven bits fit");
            rest >>= 7;
            packet.put_u8(if rest > 0 { low | 0x80 } else { low });
            if rest == 0 {
                break;
            }
        }
        packet.extend_from_slice(&body);
        packet.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_may_come_in_any_pieces() {
        let connect = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03abc";
        let subscribe = b"\x82\x0a\x00\x07\x00\x05a/b/c\x01\xc0\x00";
        let stream: Vec<u8> = [&connect[..], &subscribe[..2], &subscribe[2..]].concat();
        let expected_filters = vec![("a/b/c".to_owned(), 1)];
        for size in 1..=stream.len() {
            let mut buffer = BytesMut::new();
            let mut found = Vec::new();
            for piece in stream.chunks(size) {
                buffer.extend_from_slice(piece);
                while let Some(packet) = take(&mut buffer).unwrap() {
                    found.push(packet);
                }
            }
            assert_eq!(
                found[0],
                Received::Connect {
                    client_id: "abc".into(),
                    keep_alive_s: 60
                }
            );
            assert_eq!(
                found[1],
                Received::Subscribe {
                    id: 7,
                    filters: expected_filters.clone()
                }
            );
            assert_eq!(found[2], Received::Ping);
        }
    }

    #[test]
    fn malformed_packets_are_refused() {
        let refused = |bytes: &[u8]| take(&mut BytesMut::from(bytes)).unwrap_err();
        assert_eq!(refused(b"\x10\x02\x00\x04"), Malformed::Short);
        assert_eq!(
            refused(b"\x10\x0a\x00\x04MQTT\x05\x02\x00\x3c"),
            Malformed::Protocol
        );
        assert_eq!(refused(b"\x30\xff\xff\xff\x7f"), Malformed::TooLarge);
        assert_eq!(refused(b"\x30\xff\xff\xff\xff\x01"), Malformed::TooLarge);
        assert_eq!(refused(b"\x30\x04\x00\x02\xff\xfe"), Malformed::Text);
        assert_eq!(refused(b"\x20\x02\x00\x00"), Malformed::Type(2));
    }

    #[test]
    fn long_packets_say_their_length() {
        let payload = Bytes::from(vec![7; 100_000]);
        let packet = Sent::Publish {
            topic: "t".into(),
            payload: payload.clone(),
            id: Some(9),
        }
        .encode();
        let read = take(&mut BytesMut::from(&packet[..])).unwrap().unwrap();
        assert_eq!(
            read,
            Received::Publish {
                topic: "t".into(),
                payload,
                qos: 1,
                id: Some(9)
            }
        );
    }
}
