//! Builds the expressions of a conditional update, so that no attribute name meets a reserved word.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::BuildError,
    types::{self, AttributeValue, ReturnValue},
};

use crate::{Error, error::sorted, item::Item};

/// A conditional update of one item; conditions are joined by AND.
#[derive(Debug, Clone, Default)]
pub(crate) struct Update {
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.sets.push(format!("{path} = {value}"));
        self
    }

    /// Sets what is not there yet.
    pub fn set_once(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.sets.push(format!("{path} = if_not_exists({path}, {value})"));
        self
    }

    pub fn set_or_keep(self, path: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self,
        }
    }

    pub fn set_or_remove(mut self, path: &str, value: Option<AttributeValue>) -> Self {
        if let Some(value) = value {
            return self.set(path, value);
        }
        let path = self.path(path);
        self.removes.push(path);
        self
    }

    pub fn remove(self, path: &str) -> Self {
        self.set_or_remove(path, None)
    }

    /// Adds to a number or to a set.
    pub fn add(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.adds.push(format!("{path} {value}"));
        self
    }

    pub fn when_present(mut self, path: &str) -> Self {
        let path = self.path(path);
        self.conditions.push(format!("attribute_exists({path})"));
        self
    }

    pub fn when_absent(mut self, path: &str) -> Self {
        let path = self.path(path);
        self.conditions.push(format!("attribute_not_exists({path})"));
        self
    }

    pub fn when_equal(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.conditions.push(format!("{path} = {value}"));
        self
    }

    pub fn when_absent_or_equal(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.conditions
            .push(format!("(attribute_not_exists({path}) OR {path} = {value})"));
        self
    }

    pub fn when_absent_or_less(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.path(path), self.value(value));
        self.conditions
            .push(format!("(attribute_not_exists({path}) OR {path} < {value})"));
        self
    }

    pub fn when_one_of(mut self, path: &str, values: impl IntoIterator<Item = AttributeValue>) -> Self {
        let path = self.path(path);
        let values: Vec<String> = values.into_iter().map(|value| self.value(value)).collect();
        self.conditions.push(format!("{path} IN ({})", values.join(", ")));
        self
    }

    pub fn when_absent_or_one_of(
        mut self,
        path: &str,
        values: impl IntoIterator<Item = AttributeValue>,
    ) -> Self {
        self = self.when_one_of(path, values);
        let one_of = self.conditions.pop().unwrap_or_default();
        let path = self.path(path);
        self.conditions
            .push(format!("(attribute_not_exists({path}) OR {one_of})"));
        self
    }

    /// Runs it alone and answers the item as it then is.
    pub async fn send(self, client: &Client, table: &str, key: Item) -> Result<Item, Error> {
        let answer = client
            .update_item()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(self.expression())
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(Some(self.names).filter(|names| !names.is_empty()))
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(sorted)?;
        Ok(answer.attributes.unwrap_or_default())
    }

    /// As a part of a transaction.
    pub fn in_transaction(self, table: &str, key: Item) -> Result<types::TransactWriteItem, Error> {
        let update = types::Update::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(self.expression())
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(Some(self.names).filter(|names| !names.is_empty()))
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
            .build()
            .map_err(incomplete)?;
        Ok(types::TransactWriteItem::builder().update(update).build())
    }

    /// The conditions alone, as a part of a transaction that changes other items.
    pub fn checked_in_transaction(self, table: &str, key: Item) -> Result<types::TransactWriteItem, Error> {
        let check = types::ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(Some(self.names).filter(|names| !names.is_empty()))
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
            .build()
            .map_err(incomplete)?;
        Ok(types::TransactWriteItem::builder().condition_check(check).build())
    }

    fn expression(&self) -> String {
        let clauses = [
            ("SET", &self.sets),
            ("ADD", &self.adds),
            ("REMOVE", &self.removes),
        ];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        clauses
            .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// The placeholders of a path; `.` stands between the names of nested maps.
    fn path(&mut self, path: &str) -> String {
        let names: Vec<String> = path.split('.').map(|name| self.name(name)).collect();
        names.join(".")
    }

    fn name(&mut self, name: &str) -> String {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| *known == name) {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }
}

/// A request that lacks a part that DynamoDB wants.
pub(crate) fn incomplete(error: BuildError) -> Error {
    Error::Refused {
        code: "IncompleteRequest".into(),
        message: error.to_string(),
    }
}
