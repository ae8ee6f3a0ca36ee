//! Forgetting the workers of a run that is deleted, before their time to live is over.

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use model::{Region, RunId};

use super::{Workers, shard};
use crate::{
    Error,
    error::sorted,
    expression::incomplete,
    item::{Item, text},
};

/// BatchWriteItem takes this many items.
const DELETED_AT_ONCE: usize = 25;

impl Workers {
    /// Deletes all items of a region: its workers and what they were told.
    pub async fn delete(&self, run_id: RunId, region: &Region) -> Result<(), Error> {
        let mut keys = self
            .client
            .query()
            .table_name(self.table())
            .key_condition_expression("#shard = :shard")
            .projection_expression("#shard, #index")
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_names("#index", "index")
            .expression_attribute_values(":shard", text(shard(run_id, region)))
            .into_paginator()
            .items()
            .send();
        let mut batch = Vec::new();
        while let Some(key) = keys.try_next().await.map_err(sorted)? {
            batch.push(deletion(key)?);
            if batch.len() == DELETED_AT_ONCE {
                self.write(std::mem::take(&mut batch)).await?;
            }
        }
        self.write(batch).await
    }

    async fn write(&self, batch: Vec<WriteRequest>) -> Result<(), Error> {
        let mut left = batch;
        while !left.is_empty() {
            let write = self.client.batch_write_item().request_items(self.table(), left);
            let unprocessed = write.send().await.map_err(sorted)?.unprocessed_items;
            left = unprocessed
                .and_then(|mut tables| tables.remove(self.table()))
                .unwrap_or_default();
        }
        Ok(())
    }
}

fn deletion(key: Item) -> Result<WriteRequest, Error> {
    let delete = DeleteRequest::builder()
        .set_key(Some(key))
        .build()
        .map_err(incomplete)?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
