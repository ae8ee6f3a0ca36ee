//! Lambda function `authorize`.

use aws::{Deployment, Gateways, HttpClient, Patience, connect};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_target(false).init();
    let deployment = Deployment::from_env(|name| std::env::var(name).ok())?;
    let config = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let settings = Gateways::new(&config, deployment).settings;
    let handle = service_fn(|event: LambdaEvent<Value>| lambda_authorize::handle(&settings, event.payload));
    lambda_runtime::run(handle)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
