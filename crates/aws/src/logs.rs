//! What workers wrote to their logs.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use model::Timestamp;

use crate::{Error, connect, error::sorted, settings::Site};

/// The logs of all regions.
#[derive(Clone)]
pub struct Logs {
    config: SdkConfig,
}

/// One line of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    /// As it was written.
    pub text: String,
}

/// Lines, oldest first, and where they go on: the end of a log has a cursor too, as more may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    pub lines: Vec<Line>,
    pub next_cursor: Option<String>,
}

impl Logs {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            config: config.clone(),
        }
    }

    /// The lines of a task from the cursor, or from the beginning, at most `limit`. A task that wrote nothing has none.
    pub async fn lines(
        &self,
        site: &Site,
        task_arn: &str,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Lines, Error> {
        let client = Client::new(&connect::in_region(&self.config, &site.region));
        let task = task_arn.rsplit('/').next().unwrap_or(task_arn);
        let get = client
            .get_log_events()
            .log_group_name(&site.log_group)
            .log_stream_name(format!("{}/{}/{task}", site.log_prefix, site.container))
            .start_from_head(true)
            .set_next_token(cursor)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = match get.send().await.map_err(sorted) {
            Ok(answer) => answer,
            Err(Error::NotFound(_)) => {
                return Ok(Lines {
                    lines: Vec::new(),
                    next_cursor: None,
                });
            }
            Err(Error::Refused { code, .. }) if code == "InvalidParameterException" => {
                return Err(Error::InvalidCursor);
            }
            Err(error) => return Err(error),
        };
        let lines = answer.events.unwrap_or_default().into_iter().map(|event| Line {
            at: Timestamp::from_ms(event.timestamp.unwrap_or(0)),
            text: event.message.unwrap_or_default(),
        });
        Ok(Lines {
            lines: lines.collect(),
            next_cursor: answer.next_forward_token,
        })
    }
}
