//! Lambda function `watch`, as deployed.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    workflow::serve::run(lambda_watch::handle).await
}
