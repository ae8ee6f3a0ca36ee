//! Lambda function `region`, as deployed.

use std::time::Duration;

use aws::{Deployment, Gateways, HttpClient, Patience, connect, https::Https};
use lambda_region::{Function, Hosts};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_target(false).init();
    let deployment = Deployment::from_env(|name| std::env::var(name).ok())?;
    let config = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let function = Function {
        gateways: Gateways::new(&config, deployment),
        https: Https::new(Duration::from_secs(5)),
        hosts: Hosts::of_endpoint(std::env::var("AWS_ENDPOINT_URL").ok().as_deref())?,
    };
    let handle = service_fn(async |event: LambdaEvent<Value>| {
        function.handle(event.payload).await.map_err(|error| {
            tracing::error!(%error, "the event is not answered");
            Diagnostic {
                error_type: "Unanswered".to_owned(),
                error_message: error.to_string(),
            }
        })
    });
    lambda_runtime::run(handle)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
