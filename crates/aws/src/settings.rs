//! What is set up for the whole deployment: the regions that workers run in, and API tokens.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use model::{Region, Timestamp, TokenId, role::Role};
use serde::{Deserialize, Serialize};

use crate::{
    Deployment, Error,
    error::sorted,
    item::{Item, Reader, json, text},
};

/// The table of settings.
#[derive(Clone)]
pub struct Settings {
    client: Client,
    deployment: Arc<Deployment>,
}

/// Where the workers of one region run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    pub region: Region,
    pub cluster: String,
    /// Family of the task definition; its newest revision is used.
    pub task_definition: String,
    /// The container of the task definition that is the worker.
    pub container: String,
    /// Empty where tasks need no network of their own.
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub public_ip: bool,
    /// The log group of the workers; a stream is `{prefix}/{container}/{task id}`.
    pub log_group: String,
    pub log_prefix: String,
    /// The machine that the tasks run on, where that is not Fargate; regions may share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
}

/// What a machine bears, all tasks on it together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    pub vcpu: u64,
    pub memory_gb: u64,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub token_id: TokenId,
    pub name: String,
    /// Who made it.
    pub owner: String,
    pub role: Role,
    pub created_at: Timestamp,
}

const SITE: &str = "region";
const TOKEN: &str = "token";

impl Settings {
    pub(crate) fn new(client: Client, deployment: Arc<Deployment>) -> Self {
        Self { client, deployment }
    }

    /// Offers a region, or changes how it is used.
    pub async fn put_site(&self, site: &Site) -> Result<(), Error> {
        self.put(SITE, site.region.as_str(), json(site)).await
    }

    /// The regions on offer, by name.
    pub async fn sites(&self) -> Result<Vec<Site>, Error> {
        let mut pages = self
            .client
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("#kind = :kind")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":kind", text(SITE))
            .into_paginator()
            .items()
            .send();
        let mut sites = Vec::new();
        while let Some(item) = pages.try_next().await.map_err(sorted)? {
            sites.push(Reader::new("a region", &item).json("document")?);
        }
        Ok(sites)
    }

    pub async fn site(&self, region: &Region) -> Result<Site, Error> {
        let site = self.get(SITE, region.as_str()).await?;
        Reader::new(
            "a region",
            &site.ok_or_else(|| Error::NotFound(format!("region {region}")))?,
        )
        .json("document")
    }

    /// Takes a region off offer; one that is not on offer is fine.
    pub async fn delete_site(&self, region: &Region) -> Result<(), Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(self.table())
            .set_key(Some(key(SITE, region.as_str())));
        delete.send().await.map_err(sorted)?;
        Ok(())
    }

    /// Keeps a token under the hash of its secret.
    pub async fn put_token(&self, secret_hash: &str, token: &Token) -> Result<(), Error> {
        self.put(TOKEN, secret_hash, json(token)).await
    }

    /// The token whose secret has this hash.
    pub async fn token(&self, secret_hash: &str) -> Result<Option<Token>, Error> {
        let item = self.get(TOKEN, secret_hash).await?;
        item.map(|item| Reader::new("a token", &item).json("document"))
            .transpose()
    }

    async fn put(
        &self,
        kind: &str,
        id: &str,
        document: aws_sdk_dynamodb::types::AttributeValue,
    ) -> Result<(), Error> {
        let put = self
            .client
            .put_item()
            .table_name(self.table())
            .set_item(Some(key(kind, id)));
        put.item("document", document).send().await.map_err(sorted)?;
        Ok(())
    }

    async fn get(&self, kind: &str, id: &str) -> Result<Option<Item>, Error> {
        let get = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key(kind, id)))
            .consistent_read(true);
        Ok(get.send().await.map_err(sorted)?.item)
    }

    fn table(&self) -> &str {
        &self.deployment.settings_table
    }
}

pub(crate) fn key(kind: &str, id: &str) -> Item {
    [("kind".to_owned(), text(kind)), ("id".to_owned(), text(id))].into()
}
