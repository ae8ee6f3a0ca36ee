//! Publish-live: the tick lines that CloudWatch Logs delivers go on to the topics of their runs.
//!
//! The feed is a view: a line that cannot be read is skipped, and a delivery that fails is tried again by CloudWatch,
//! which readers notice by the ticks' sequence numbers.

use std::{collections::BTreeMap, io::Read};

use aws::{Gateways, live::LARGEST_MESSAGE};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flate2::read::GzDecoder;
use model::RunId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Error;

/// What a subscription filter delivers.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub awslogs: Awslogs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awslogs {
    /// JSON, compressed with gzip, in Base64.
    pub data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    message_type: String,
    log_events: Vec<LogEvent>,
}

#[derive(Deserialize)]
struct LogEvent {
    message: String,
}

/// A line of the kind `tick`, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    kind: String,
    run_id: RunId,
}

/// A delivery is at most 1 MB compressed; ticks do not compress a hundredfold.
const LARGEST_DELIVERY: u64 = 64 * 1024 * 1024;
const HEAD: &str = r#"{"schema":"oleada.live/1","ticks":["#;
const TAIL: &str = "]}";

/// Publishes the ticks of one delivery, packed into few messages.
pub async fn run(gateways: &Gateways, event: Event) -> Result<(), Error> {
    for (run_id, ticks) in ticks(&event)? {
        for message in messages(&ticks) {
            gateways.live.publish(run_id, message).await?;
        }
    }
    Ok(())
}

/// The ticks of a delivery by run, in the order of their lines.
fn ticks(event: &Event) -> Result<BTreeMap<RunId, Vec<String>>, Error> {
    let unreadable =
        |problem: String| Error::Event(format!("a delivery of log lines cannot be read: {problem}"));
    let compressed = STANDARD
        .decode(&event.awslogs.data)
        .map_err(|error| unreadable(error.to_string()))?;
    let mut json = Vec::new();
    let mut plain = GzDecoder::new(compressed.as_slice()).take(LARGEST_DELIVERY);
    plain
        .read_to_end(&mut json)
        .map_err(|error| unreadable(error.to_string()))?;
    let delivery: Delivery = serde_json::from_slice(&json).map_err(|error| unreadable(error.to_string()))?;
    let mut ticks: BTreeMap<RunId, Vec<String>> = BTreeMap::new();
    // The other type is CloudWatch's own test that the function can be reached.
    if delivery.message_type != "DATA_MESSAGE" {
        return Ok(ticks);
    }
    let mut skipped = 0;
    for event in delivery.log_events {
        match tick(&event.message) {
            Some((run_id, tick)) => ticks.entry(run_id).or_default().push(tick),
            None => skipped += 1,
        }
    }
    if skipped > 0 {
        tracing::warn!(skipped, "log lines that are no ticks were skipped");
    }
    Ok(ticks)
}

/// The tick in a line: the line without its `kind`.
fn tick(line: &str) -> Option<(RunId, String)> {
    let Line { kind, run_id } = serde_json::from_str(line).ok()?;
    if kind != "tick" {
        return None;
    }
    let mut fields: BTreeMap<&str, &RawValue> = serde_json::from_str(line).ok()?;
    fields.remove("kind");
    let tick = serde_json::to_string(&fields).ok()?;
    (tick.len() + HEAD.len() + TAIL.len() <= LARGEST_MESSAGE).then_some((run_id, tick))
}

/// Packs ticks into messages, in order, each at most as large as a message may be.
fn messages(ticks: &[String]) -> Vec<Bytes> {
    let mut messages = Vec::new();
    let mut open = String::new();
    for tick in ticks {
        if !open.is_empty() && HEAD.len() + open.len() + 1 + tick.len() + TAIL.len() > LARGEST_MESSAGE {
            messages.push(message(&std::mem::take(&mut open)));
        }
        if !open.is_empty() {
            open.push(',');
        }
        open.push_str(tick);
    }
    if !open.is_empty() {
        messages.push(message(&open));
    }
    messages
}

fn message(ticks: &str) -> Bytes {
    format!("{HEAD}{ticks}{TAIL}").into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use serde_json::{Value, json};

    use super::*;

    const RUN: &str = "run_01KAR8Z6VBN6E1CT9W2QK0H3FM";

    fn event(kind: &str, lines: &[String]) -> Event {
        let events: Vec<Value> = lines
            .iter()
            .map(|line| json!({"id": "1", "timestamp": 1, "message": line}))
            .collect();
        let delivery = json!({"messageType": kind, "owner": "1", "logGroup": "g", "logStream": "s",
            "subscriptionFilters": ["f"], "logEvents": events});
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(delivery.to_string().as_bytes()).unwrap();
        Event {
            awslogs: Awslogs {
                data: STANDARD.encode(gzip.finish().unwrap()),
            },
        }
    }

    fn line(seq: u32, filler: usize) -> String {
        json!({"kind": "tick", "runId": RUN, "seq": seq, "labels": {"a": "x".repeat(filler)}}).to_string()
    }

    #[test]
    fn one_bad_line_costs_itself() {
        let lines = [
            line(0, 1),
            "Killed".to_owned(),
            r#"{"kind":"log","runId":"#.to_owned(),
            line(1, 1),
        ];
        let ticks = ticks(&event("DATA_MESSAGE", &lines)).unwrap();
        let ticks = &ticks[&RUN.parse().unwrap()];
        assert_eq!(ticks.len(), 2);
        let first: Value = serde_json::from_str(&ticks[0]).unwrap();
        assert_eq!(first, json!({"runId": RUN, "seq": 0, "labels": {"a": "x"}}));
        assert!(
            super::ticks(&event("CONTROL_MESSAGE", &lines))
                .unwrap()
                .is_empty()
        );
        assert!(
            super::ticks(&Event {
                awslogs: Awslogs { data: "no".into() }
            })
            .is_err()
        );
    }

    #[test]
    fn messages_are_full_but_not_too_large_and_keep_the_order() {
        let lines: Vec<String> = (0..50).map(|seq| line(seq, 11_000)).collect();
        let ticks = ticks(&event("DATA_MESSAGE", &lines)).unwrap();
        let messages = messages(&ticks[&RUN.parse().unwrap()]);
        assert_eq!(messages.len(), 50_usize.div_ceil(9));
        let mut seqs = Vec::new();
        for message in messages {
            assert!(message.len() <= LARGEST_MESSAGE);
            let message: Value = serde_json::from_slice(&message).unwrap();
            assert_eq!(message["schema"], "oleada.live/1");
            seqs.extend(
                message["ticks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|tick| tick["seq"].as_u64().unwrap()),
            );
        }
        assert_eq!(seqs, (0..50).collect::<Vec<_>>());
    }
}
