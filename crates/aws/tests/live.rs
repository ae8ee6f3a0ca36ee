//! The live feed through a local IoT Core: an address reads its run's topic, and nothing else.

mod support;

use std::{sync::Arc, time::Duration};

use aws::{Deployment, Gateways};
use axum::Router;
use local_cloud::gateway::{self, Authorizer};
use model::{RunId, Timestamp};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS, Transport};
use support::TestCloud;
use tokio::time::timeout;
use ulid::Ulid;

#[tokio::test]
async fn an_address_reads_its_runs_feed() {
    let test = TestCloud::start().await;
    let none = || "none".to_owned();
    let gateway = gateway::Config {
        prefix: "/api".into(),
        function: none(),
        authorizer: Authorizer::Token { function: none() },
        public: Vec::new(),
        rewrite: Arc::new(|_| {}),
        fallback: Router::new(),
    };
    test.cloud.open_gateway(gateway).unwrap();
    let live = &test.gateways.live;
    let elsewhere = Deployment {
        bucket: "another-deployments".into(),
        ..support::deployment("")
    };
    let neighbour = Gateways::new(&test.config, elsewhere).live;
    let run_id = RunId::new(Ulid::generate());
    let address = live.subscription(run_id, 7, Timestamp::now()).await.unwrap();
    assert!(address.expires_at > Timestamp::now());

    let mut options = MqttOptions::new(&address.client_id, &address.url, 0);
    options.set_transport(Transport::Ws);
    let (client, mut events) = AsyncClient::new(options, 10);
    client.subscribe(&address.topic, QoS::AtLeastOnce).await.unwrap();
    let mut next = async || loop {
        match timeout(Duration::from_secs(5), events.poll())
            .await
            .expect("an event comes")
            .unwrap()
        {
            Event::Incoming(Packet::Publish(message)) => return message.payload,
            Event::Incoming(Packet::SubAck(_)) => {
                live.publish(RunId::new(Ulid::generate()), "another run's".into())
                    .await
                    .unwrap();
                neighbour
                    .publish(run_id, "another deployment's".into())
                    .await
                    .unwrap();
                live.publish(run_id, "tick".into()).await.unwrap();
            }
            _ => {}
        }
    };
    assert_eq!(next().await, "tick");
    let large = live
        .publish(run_id, vec![b'x'; aws::live::LARGEST_MESSAGE + 1].into())
        .await;
    assert!(matches!(large, Err(aws::Error::TooLarge { .. })));
}
