//! Which task this is.

use std::time::Duration;

use serde::Deserialize;

/// How long the metadata endpoint may take to answer at all; it is in the same host.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the task metadata endpoint does not answer as it should")]
    Metadata(#[source] reqwest::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Task {
    #[serde(rename = "TaskARN")]
    task_arn: String,
}

/// This task's ARN, from the metadata endpoint at `base`. Tries again for a while: the endpoint of a new task may come
/// up after the task's process.
pub async fn task_arn(base: &str) -> Result<String, Error> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match ask(base).await {
            Ok(task) => return Ok(task.task_arn),
            Err(error) if tokio::time::Instant::now() >= deadline => return Err(Error::Metadata(error)),
            Err(error) => tracing::debug!(%error, "the task metadata endpoint does not answer yet"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(base: &str) -> reqwest::Result<Task> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        // A proxy of the environment is for the world outside of this host.
        .no_proxy()
        .build()?;
    client
        .get(format!("{}/task", base.trim_end_matches('/')))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await
}
