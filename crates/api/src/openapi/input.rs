//! Bodies of scenarios as a client may write them.
//!
//! The model's types describe a scenario with every default filled in, which is what an answer holds. A request may
//! leave fields out, or null, and is refused with fields that nobody knows: the same components, with another rule on
//! what is required. `<Name>Input` is derived from each here, so that there is no second set of types to keep in step.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The types within a scenario, and what a client must give of each. A test holds this against the parser.
const REQUIRED: [(&str, &[&str]); 12] = [
    ("Scenario", &["name", "workload", "shape", "traffic"]),
    ("Workload", &[]),
    ("Http", &["requests"]),
    ("Request", &["url"]),
    ("Script", &["scriptId"]),
    ("Shape", &[]),
    ("Users", &["hold"]),
    ("Plan", &[]),
    ("Traffic", &["region", "workers"]),
    ("WorkerSize", &[]),
    ("Start", &[]),
    ("Criterion", &["metric", "op", "value"]),
];

/// Adds the components, and points the requests that take a scenario to them.
pub(super) fn describe(document: &mut Value) {
    let schemas = document["components"]["schemas"].take();
    let Value::Object(mut schemas) = schemas else {
        return;
    };
    let inputs: Vec<(String, Value)> = REQUIRED
        .iter()
        .filter_map(|(name, _)| Some((input_name(name), input(name, schemas.get(*name)?, &schemas))))
        .collect();
    schemas.extend(inputs);
    document["components"]["schemas"] = Value::Object(schemas);
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object_mut()).flatten();
    for (_, operation) in operations {
        if let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema") {
            *schema = with_input_references(schema);
        }
    }
}

fn input_name(name: &str) -> String {
    format!("{name}Input")
}

fn input(name: &str, schema: &Value, schemas: &Map<String, Value>) -> Value {
    let mut schema = match variants(schema, schemas) {
        Some(variants) => json!({"oneOf": variants}),
        None => closed(name, schema),
    };
    if name == "Request" {
        // A single code may be written as a number.
        let statuses = json!({"oneOf": [
            {"$ref": "#/components/schemas/ExpectStatus"},
            {"type": "integer", "minimum": 100, "maximum": 599},
            {"type": "null"},
        ]});
        schema["properties"]["expectStatus"] = statuses;
    }
    schema
}

/// The alternatives of a type with a `kind`, each as one object.
fn variants(schema: &Value, schemas: &Map<String, Value>) -> Option<Vec<Value>> {
    let variants = schema.get("oneOf")?.as_array()?;
    Some(
        variants
            .iter()
            .map(|variant| one_object(variant, schemas))
            .collect(),
    )
}

fn one_object(variant: &Value, schemas: &Map<String, Value>) -> Value {
    let mut merged =
        json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    for part in variant["allOf"].as_array().into_iter().flatten() {
        let closed = match referenced(part) {
            Some(name) => closed(name, &schemas[name]),
            None => part.clone(),
        };
        for (name, property) in closed["properties"].as_object().into_iter().flatten() {
            merged["properties"][name] = property.clone();
        }
        if let (Some(required), Some(more)) =
            (merged["required"].as_array_mut(), closed["required"].as_array())
        {
            required.extend(more.iter().cloned());
        }
    }
    merged
}

/// An object in which only the required is required, everything else may be null, and nothing else may be.
fn closed(name: &str, schema: &Value) -> Value {
    let required = required(name);
    let mut properties = Map::new();
    for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
        let schema = with_input_references(schema);
        let schema = if required.contains(property.as_str()) {
            schema
        } else {
            nullable(schema)
        };
        properties.insert(property.clone(), schema);
    }
    if name == "Script" {
        // What later versions will take; until then there may be none.
        properties.insert(
            "secrets".to_owned(),
            json!({"type": ["object", "null"], "maxProperties": 0}),
        );
        properties.insert(
            "data".to_owned(),
            json!({"type": ["array", "null"], "maxItems": 0}),
        );
    }
    let mut closed = schema.clone();
    closed["properties"] = Value::Object(properties);
    closed["required"] = json!(required);
    closed["additionalProperties"] = json!(false);
    closed
}

fn required(name: &str) -> BTreeSet<&'static str> {
    let found = REQUIRED.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, required)| required.iter().copied().collect())
        .unwrap_or_default()
}

fn nullable(mut schema: Value) -> Value {
    match schema.get("type") {
        Some(Value::String(kind)) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        Some(_) => schema,
        None => json!({"oneOf": [schema, {"type": "null"}]}),
    }
}

/// The schema with references to the inputs of what it refers to.
fn with_input_references(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match (name.as_str(), referenced(schema)) {
                ("$ref", Some(target)) if REQUIRED.iter().any(|(known, _)| *known == target) => {
                    let target = format!("#/components/schemas/{}", input_name(target));
                    (name.clone(), target.into())
                }
                _ => (name.clone(), with_input_references(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(with_input_references).collect(),
        other => other.clone(),
    }
}

fn referenced(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
