//! The API behind the gateway and its authoriser, for tools that speak HTTP: prints its address and a token for each
//! role, and serves until its standard input ends. Behind it is no state machine, so whatever a tool makes up and runs,
//! no load is ever sent.

#[path = "../tests/door/mod.rs"]
mod door;

use std::sync::Arc;

use local_cloud::gateway;
use model::role::Role;

#[tokio::main]
async fn main() {
    let door = door::Door::open_wide().await;
    let config = gateway::Config {
        prefix: "/api".into(),
        function: "api".into(),
        authorizer: gateway::Authorizer::Token {
            function: "authorize".into(),
        },
        public: vec!["/api/v1/openapi.json".into()],
        rewrite: Arc::new(|_| {}),
        fallback: axum::Router::new(),
    };
    door.cloud.open_gateway(config).unwrap();
    println!("url={}", door.cloud.gateway_endpoint());
    for (name, role) in [
        ("viewer", Role::Viewer),
        ("operator", Role::Operator),
        ("admin", Role::Admin),
    ] {
        println!("{name}={}", door.token(role).await);
    }
    println!("ready");
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut rest)
        .await
        .unwrap();
}
