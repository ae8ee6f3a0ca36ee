//! Lambda function `api`.

use api::App;
use aws::{Deployment, Gateways, HttpClient, Patience, connect};
use lambda_api::Function;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model::Timestamp;
use serde_json::Value;
use ulid::Ulid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_target(false).init();
    let deployment = Deployment::from_env(|name| std::env::var(name).ok())?;
    let config = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let function = Function::new(App {
        gateways: Gateways::new(&config, deployment),
        clock: Timestamp::now,
        ulid: Ulid::generate,
        scratch: std::env::temp_dir(),
    });
    let handle = service_fn(async |event: LambdaEvent<Value>| {
        function.handle(event.payload).await.map_err(|error| Diagnostic {
            error_type: "InvalidEvent".to_owned(),
            error_message: error.to_string(),
        })
    });
    lambda_runtime::run(handle)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
