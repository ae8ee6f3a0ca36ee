//! Lambda function `plan`, as deployed.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    workflow::serve::run(lambda_plan::handle).await
}
