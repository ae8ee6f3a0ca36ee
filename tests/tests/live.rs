//! The live feed as a client reads it: over MQTT, from the address that the API gives.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use oleada_tests::{product::Product, target::Target};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS, Transport};
use serde_json::{Value, json};

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn every_sample_passes_the_topic_once_and_by_sequence() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let scenario = json!({
        "name": "live",
        "workload": {"kind": "http", "thinkTime": "50ms", "requests": [{"label": "json", "url": target.url("/json")}]},
        "shape": {"kind": "users", "hold": "6s", "drain": "2s"},
        "traffic": [
            {"region": "us-east-1", "workers": 1, "virtualUsers": 3},
            {"region": "sa-east-1", "workers": 1, "virtualUsers": 3}
        ]
    });
    let run = client.run(&client.scenario(&scenario).await?).await?;

    let address = client.get(&format!("/runs/{run}/live")).await?;
    let text = |name: &str| {
        address[name]
            .as_str()
            .with_context(|| format!("{name} in {address}"))
            .map(str::to_owned)
    };
    assert_eq!(text("topic")?, format!("oleada/runs/{run}/live"));
    let mut options = MqttOptions::new(text("clientId")?, text("url")?, 0);
    options.set_transport(Transport::Ws);
    options.set_keep_alive(Duration::from_secs(30));
    options.set_max_packet_size(256 * 1024, 256 * 1024);
    let (reader, mut events) = AsyncClient::new(options, 100);
    reader.subscribe(text("topic")?, QoS::AtLeastOnce).await?;

    let ended = client.clone();
    let ended = tokio::spawn({
        let run = run.clone();
        async move { ended.ended(&run, Duration::from_secs(120)).await }
    });
    let mut ticks = BTreeMap::<(String, u64, u64), Value>::new();
    let mut finished = None;
    while finished.is_none_or(|since: tokio::time::Instant| since.elapsed() < Duration::from_secs(3)) {
        if finished.is_none() && ended.is_finished() {
            finished = Some(tokio::time::Instant::now());
        }
        let Ok(event) = tokio::time::timeout(Duration::from_millis(200), events.poll()).await else {
            continue;
        };
        if let Event::Incoming(Packet::Publish(publish)) = event? {
            let message: Value = serde_json::from_slice(&publish.payload)?;
            assert_eq!(message["schema"], "oleada.live/1");
            ensure!(
                publish.payload.len() <= 100_000,
                "a message of {} bytes",
                publish.payload.len()
            );
            for tick in message["ticks"].as_array().context("ticks")? {
                let number = |name: &str| tick[name].as_u64().with_context(|| format!("{name} in {tick}"));
                let region = tick["region"].as_str().context("region")?.to_owned();
                ticks.insert((region, number("worker")?, number("seq")?), tick.clone());
            }
        }
    }
    let ended = ended.await??;
    assert_eq!(ended["status"], "completed", "{ended:#}\n{}", product.log());

    let mut sequences = BTreeMap::<(String, u64), BTreeSet<u64>>::new();
    for (region, worker, seq) in ticks.keys() {
        sequences
            .entry((region.clone(), *worker))
            .or_default()
            .insert(*seq);
    }
    assert_eq!(sequences.len(), 2, "both workers are heard: {sequences:?}");
    for ((region, worker), seen) in &sequences {
        let last = seen.last().copied().unwrap_or_default();
        assert_eq!(
            seen.len() as u64,
            last + 1,
            "{region} {worker} has gaps: {seen:?}"
        );
    }
    let requests = |tick: &Value| -> u64 {
        tick["labels"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, label)| label["requests"].as_u64())
            .sum()
    };
    let live: u64 = ticks.values().map(requests).sum();
    let results = client.get(&format!("/runs/{run}/results")).await?;
    assert_eq!(Some(live), results["total"]["requests"].as_u64());
    Ok(())
}
