//! Operations on subscription filters.

use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Inner, operations::invalid, pattern::Pattern, store};
use crate::call::{Call, Error};

/// Subscription filters a group.
const FILTERS_LIMIT: usize = 2;

impl Inner {
    pub(super) fn put_filter(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            filter_name: String,
            filter_pattern: String,
            destination_arn: String,
        }
        let input: Input = call.input()?;
        Pattern::parse(&input.filter_pattern).map_err(|error| invalid(error.to_string()))?;
        if !input.destination_arn.contains(":function:") {
            return Err(invalid("one machine delivers to Lambda functions only"));
        }
        let now_ms = self.config.clock.now_ms();
        self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            let others: usize = transaction.query_row(
                "SELECT count(*) FROM filters WHERE group_id = ?1 AND name <> ?2",
                params![group, input.filter_name],
                |row| row.get(0),
            )?;
            if others >= FILTERS_LIMIT {
                return Err(Error::new("LimitExceededException", "Resource limit exceeded."));
            }
            // Only what comes from now on is delivered; a filter that is changed goes on where it was.
            transaction.execute(
                "INSERT INTO filters (group_id, name, pattern, destination, created_ms, since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET pattern = excluded.pattern, destination = excluded.destination",
                params![
                    group,
                    input.filter_name,
                    input.filter_pattern,
                    input.destination_arn,
                    now_ms,
                    store::newest(transaction)?
                ],
            )?;
            Ok(json!({}))
        })
    }

    pub(super) fn describe_filters(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            filter_name_prefix: Option<String>,
        }
        let input: Input = call.input()?;
        self.database.read(|connection| {
            let group = store::group(connection, &call.region, &input.log_group_name)?;
            let mut statement = connection.prepare(
                "SELECT name, pattern, destination, created_ms FROM filters
                 WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name",
            )?;
            let prefix = input.filter_name_prefix.as_deref().unwrap_or_default();
            let rows = statement.query_map(params![group, prefix], |row| {
                Ok(json!({
                    "filterName": row.get::<_, String>(0)?,
                    "logGroupName": input.log_group_name,
                    "filterPattern": row.get::<_, String>(1)?,
                    "destinationArn": row.get::<_, String>(2)?,
                    "distribution": "ByLogStream",
                    "creationTime": row.get::<_, i64>(3)?,
                }))
            })?;
            Ok(json!({"subscriptionFilters": rows.collect::<rusqlite::Result<Vec<Value>>>()?}))
        })
    }

    pub(super) fn delete_filter(&self, call: &Call) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Input {
            log_group_name: String,
            filter_name: String,
        }
        let input: Input = call.input()?;
        self.database.write(|transaction| {
            let group = store::group(transaction, &call.region, &input.log_group_name)?;
            let gone = transaction.execute(
                "DELETE FROM filters WHERE group_id = ?1 AND name = ?2",
                params![group, input.filter_name],
            )?;
            if gone == 0 {
                let message = "The specified subscription filter does not exist.";
                return Err(Error::new("ResourceNotFoundException", message));
            }
            Ok(json!({}))
        })
    }
}
