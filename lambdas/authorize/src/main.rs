//! Lambda function `authorize`.

use api::people::People;
use aws::{Deployment, Gateways, HttpClient, Patience, connect};
use lambda_authorize::Error;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_target(false).init();
    let deployment = Deployment::from_env(|name| std::env::var(name).ok())?;
    let people = People::from_env(|name| std::env::var(name).ok())?;
    let config = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let settings = Gateways::new(&config, deployment).settings;
    let handle = service_fn(async |event: LambdaEvent<Value>| {
        let answer = lambda_authorize::handle(&settings, people.as_ref(), event.payload).await;
        answer.map_err(|error| {
            if !matches!(error, Error::Unauthorized) {
                tracing::error!(error = ?error, "nobody can be told from anybody");
            }
            Diagnostic {
                error_type: "Refused".to_owned(),
                // The gateway looks for the word "Unauthorized" here.
                error_message: error.to_string(),
            }
        })
    });
    lambda_runtime::run(handle)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
