//! Lambda function `clean-up`, as deployed.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    workflow::serve::run(lambda_clean_up::handle).await
}
