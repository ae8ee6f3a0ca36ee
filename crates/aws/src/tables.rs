//! The tables, as the product needs them. On AWS the infrastructure makes the same.
//!
//! What an index carries cannot be changed: one that has to carry more gets another name, and the old one goes.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    error::BuildError,
    types::{
        AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction,
        GlobalSecondaryIndex, GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType, TableDescription, TimeToLiveSpecification,
    },
};

use crate::{Deployment, Error, connect, error::sorted, expression::incomplete, runs, scenarios};

/// Makes the tables that are missing, and gives those that are there the indices that they lack.
pub async fn ensure(config: &SdkConfig, deployment: &Deployment) -> Result<(), Error> {
    let client = Client::new(&connect::in_region(config, &deployment.hub_region));
    let tables = [
        Table {
            name: &deployment.scenarios_table,
            key: &[("scenarioId", TEXT)],
            indices: &[Index {
                name: scenarios::LIST_INDEX,
                key: &[("list", TEXT), ("scenarioId", TEXT)],
                carries: &scenarios::LISTED,
            }],
            expires: false,
        },
        Table {
            name: &deployment.runs_table,
            key: &[("runId", TEXT)],
            indices: &[
                Index {
                    name: runs::BY_SCENARIO,
                    key: &[("scenarioId", TEXT), ("runId", TEXT)],
                    carries: &runs::LISTED,
                },
                Index {
                    name: runs::BY_MONTH,
                    key: &[("month", TEXT), ("runId", TEXT)],
                    carries: &[&runs::LISTED, &["scenarioId"][..]].concat(),
                },
            ],
            expires: false,
        },
        Table {
            name: &deployment.workers_table,
            key: &[("shard", TEXT), ("index", ScalarAttributeType::N)],
            indices: &[],
            expires: true,
        },
        Table {
            name: &deployment.settings_table,
            key: &[("kind", TEXT), ("id", TEXT)],
            indices: &[],
            expires: true,
        },
    ];
    for table in tables {
        match table.description(&client).await? {
            None => table.create(&client).await?,
            Some(there) => {
                // Before the index is there: once it is, all runs are in it.
                if table.missing(&there).any(|index| index.name == runs::BY_MONTH) {
                    runs::name_months(&client, table.name).await?;
                }
                table.mend_indices(&client, &there).await?;
            }
        }
        table.ensure_expiry(&client).await?;
    }
    Ok(())
}

const TEXT: ScalarAttributeType = ScalarAttributeType::S;
/// The attribute with the second, since 1970, after which an item goes.
const EXPIRES_AT: &str = "expiresAt";

type Key<'a> = &'a [(&'a str, ScalarAttributeType)];

struct Table<'a> {
    name: &'a str,
    key: Key<'a>,
    indices: &'a [Index<'a>],
    expires: bool,
}

struct Index<'a> {
    name: &'a str,
    key: Key<'a>,
    /// Attributes besides the keys.
    carries: &'a [&'a str],
}

impl Table<'_> {
    async fn description(&self, client: &Client) -> Result<Option<TableDescription>, Error> {
        let describe = client.describe_table().table_name(self.name);
        match describe.send().await.map_err(sorted) {
            Ok(answer) => Ok(answer.table),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn ensure_expiry(&self, client: &Client) -> Result<(), Error> {
        if !self.expires {
            return Ok(());
        }
        let expiry = client
            .describe_time_to_live()
            .table_name(self.name)
            .send()
            .await
            .map_err(sorted)?;
        if expiry
            .time_to_live_description
            .is_some_and(|expiry| expiry.attribute_name.is_some())
        {
            return Ok(());
        }
        let expiry = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name(EXPIRES_AT);
        let update = client.update_time_to_live().table_name(self.name);
        let update = update.time_to_live_specification(expiry.build().map_err(incomplete)?);
        update.send().await.map_err(sorted)?;
        Ok(())
    }

    async fn create(&self, client: &Client) -> Result<(), Error> {
        let indices = self
            .indices
            .iter()
            .map(Index::definition)
            .collect::<Result<Vec<_>, _>>()
            .map_err(incomplete)?;
        let create = client
            .create_table()
            .table_name(self.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(schema(self.key).map_err(incomplete)?))
            .set_attribute_definitions(Some(self.attributes().map_err(incomplete)?))
            .set_global_secondary_indexes(Some(indices).filter(|indices| !indices.is_empty()));
        match create.send().await.map_err(sorted) {
            // Another start was quicker.
            Err(Error::Refused { code, .. }) if code == "ResourceInUseException" => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    /// The indices that the table should have and has not.
    fn missing<'a>(&'a self, there: &'a TableDescription) -> impl Iterator<Item = &'a Index<'a>> {
        let names = || {
            there
                .global_secondary_indexes()
                .iter()
                .filter_map(|index| index.index_name())
        };
        self.indices
            .iter()
            .filter(move |index| !names().any(|name| name == index.name))
    }

    async fn mend_indices(&self, client: &Client, there: &TableDescription) -> Result<(), Error> {
        let missing = self.missing(there);
        let names = there
            .global_secondary_indexes()
            .iter()
            .filter_map(|index| index.index_name());
        let superfluous = names.filter(|name| self.indices.iter().all(|index| index.name != *name));
        let updates = missing
            .map(Index::creation)
            .chain(superfluous.map(deletion))
            .collect::<Result<Vec<_>, _>>()
            .map_err(incomplete)?;
        // DynamoDB takes one of these at a time.
        for update in updates {
            let update = client
                .update_table()
                .table_name(self.name)
                .set_attribute_definitions(Some(self.attributes().map_err(incomplete)?))
                .global_secondary_index_updates(update);
            update.send().await.map_err(sorted)?;
        }
        Ok(())
    }

    fn attributes(&self) -> Result<Vec<AttributeDefinition>, BuildError> {
        let mut keys: Vec<_> = self
            .key
            .iter()
            .chain(self.indices.iter().flat_map(|index| index.key))
            .collect();
        keys.sort();
        keys.dedup();
        let define = |(name, kind): &(&str, ScalarAttributeType)| {
            AttributeDefinition::builder()
                .attribute_name(*name)
                .attribute_type(kind.clone())
                .build()
        };
        keys.into_iter().map(define).collect()
    }
}

impl Index<'_> {
    fn definition(&self) -> Result<GlobalSecondaryIndex, BuildError> {
        GlobalSecondaryIndex::builder()
            .index_name(self.name)
            .set_key_schema(Some(schema(self.key)?))
            .projection(self.projection())
            .build()
    }

    fn creation(&self) -> Result<GlobalSecondaryIndexUpdate, BuildError> {
        let create = CreateGlobalSecondaryIndexAction::builder()
            .index_name(self.name)
            .set_key_schema(Some(schema(self.key)?))
            .projection(self.projection())
            .build()?;
        Ok(GlobalSecondaryIndexUpdate::builder().create(create).build())
    }

    fn projection(&self) -> Projection {
        let carries = self.carries.iter().map(|name| (*name).to_owned()).collect();
        Projection::builder()
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(carries))
            .build()
    }
}

fn deletion(index: &str) -> Result<GlobalSecondaryIndexUpdate, BuildError> {
    let delete = DeleteGlobalSecondaryIndexAction::builder()
        .index_name(index)
        .build()?;
    Ok(GlobalSecondaryIndexUpdate::builder().delete(delete).build())
}

fn schema(key: Key<'_>) -> Result<Vec<KeySchemaElement>, BuildError> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let element = |((name, _), kind): (&(&str, ScalarAttributeType), KeyType)| {
        KeySchemaElement::builder()
            .attribute_name(*name)
            .key_type(kind)
            .build()
    };
    key.iter().zip(kinds).map(element).collect()
}
