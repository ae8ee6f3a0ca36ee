//! Lambda function `watch`, as deployed.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    workflow::serve::run(lambda_watch::handle).await
}
