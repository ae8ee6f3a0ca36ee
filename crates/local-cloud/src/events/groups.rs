//! Groups of schedules. The group `default` is always there.

use http::StatusCode;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{
    Inner,
    schedule::validation,
    scheduler::{check_name, not_found, offset, page, page_size, seconds},
};
use crate::{
    ACCOUNT,
    call::{Call, Error},
};

pub(super) const DEFAULT_GROUP: &str = "default";

impl Inner {
    pub(super) fn create_group(&self, call: &Call, name: &str) -> Result<Value, Error> {
        check_name(name)?;
        let now_ms = self.clock.now_ms();
        let added = self.database.write(|transaction| {
            let sql = "INSERT OR IGNORE INTO schedule_groups VALUES (?1, ?2, ?3)";
            Ok::<_, Error>(transaction.execute(sql, params![call.region, name, now_ms])?)
        })?;
        if added == 0 || name == DEFAULT_GROUP {
            let message = format!("Schedule group {name} already exists.");
            return Err(Error::new("ConflictException", message).status(StatusCode::CONFLICT));
        }
        Ok(json!({"ScheduleGroupArn": group_arn(&call.region, name)}))
    }

    pub(super) fn get_group(&self, call: &Call, name: &str) -> Result<Value, Error> {
        let created_ms = self
            .database
            .read(|connection| group_created(connection, &call.region, name))?;
        Ok(describe_group(&call.region, name, created_ms))
    }

    pub(super) fn delete_group(&self, call: &Call, name: &str) -> Result<Value, Error> {
        if name == DEFAULT_GROUP {
            return Err(validation("The default schedule group cannot be deleted."));
        }
        self.database.write(|transaction| {
            group_created(transaction, &call.region, name)?;
            transaction.execute(
                "DELETE FROM schedules WHERE region = ?1 AND group_name = ?2",
                [&call.region, name],
            )?;
            transaction.execute(
                "DELETE FROM schedule_groups WHERE region = ?1 AND name = ?2",
                [&call.region, name],
            )?;
            Ok(json!({}))
        })
    }

    pub(super) fn list_groups(
        &self,
        call: &Call,
        query: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Value, Error> {
        let limit = page_size(query)?;
        let skip = offset(query)?;
        let prefix = query("NamePrefix").unwrap_or_default();
        self.database.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT name, created_ms FROM (
                     SELECT 'default' AS name, 0 AS created_ms
                     UNION ALL SELECT name, created_ms FROM schedule_groups WHERE region = ?1)
                 WHERE substr(name, 1, length(?2)) = ?2 ORDER BY name LIMIT ?3 OFFSET ?4",
            )?;
            let rows = statement.query_map(params![call.region, prefix, limit + 1, skip], |row| {
                Ok(describe_group(
                    &call.region,
                    &row.get::<_, String>(0)?,
                    row.get(1)?,
                ))
            })?;
            Ok(page(
                "ScheduleGroups",
                rows.collect::<rusqlite::Result<_>>()?,
                limit,
                skip,
            ))
        })
    }
}

/// When a group was created; the default one has always been there.
pub(super) fn group_created(connection: &Connection, region: &str, name: &str) -> Result<i64, Error> {
    if name == DEFAULT_GROUP {
        return Ok(0);
    }
    connection
        .prepare_cached("SELECT created_ms FROM schedule_groups WHERE region = ?1 AND name = ?2")?
        .query_row([region, name], |row| row.get(0))
        .optional()?
        .ok_or_else(|| not_found(format!("Schedule group {name} does not exist.")))
}

fn describe_group(region: &str, name: &str, created_ms: i64) -> Value {
    json!({
        "Arn": group_arn(region, name), "Name": name, "State": "ACTIVE",
        "CreationDate": seconds(created_ms), "LastModificationDate": seconds(created_ms),
    })
}

pub(super) fn group_arn(region: &str, name: &str) -> String {
    format!("arn:aws:scheduler:{region}:{ACCOUNT}:schedule-group/{name}")
}
