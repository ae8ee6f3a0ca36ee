//! The operations on state machines.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Service, fields::Problem, ledger::StateMachine, names, page_size, parser, timestamp::seconds};
use crate::call::{Call, Error};

/// The longest definition, in bytes.
const DEFINITION_LIMIT: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: String,
    definition: String,
    role_arn: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    state_machine_arn: String,
    definition: Option<String>,
    role_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByArn {
    state_machine_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Validate {
    definition: String,
}

impl Service {
    pub(super) fn create_state_machine(&self, call: &Call) -> Result<Value, Error> {
        let Create {
            name,
            definition,
            role_arn,
            r#type,
        } = call.input()?;
        names::check(&name)?;
        if r#type.is_some_and(|kind| kind != "STANDARD") {
            return Err(Error::new(
                "StateMachineTypeNotSupported",
                "one machine offers STANDARD only",
            ));
        }
        check_definition(&definition)?;
        let now_ms = self.core.clock.now_ms();
        let arn = names::machine(&call.region, &name);
        let (region, revision) = (call.region.clone(), 0);
        let new = StateMachine {
            arn,
            name,
            region,
            role: role_arn,
            created_ms: now_ms,
            updated_ms: now_ms,
            definition,
            revision,
        };
        match self.core.journal.create_machine(&new)? {
            None => Ok(json!({"stateMachineArn": new.arn, "creationDate": seconds(now_ms)})),
            // Creating is idempotent; the role is not part of the comparison.
            Some(found) if found.definition == new.definition => {
                Ok(json!({"stateMachineArn": found.arn, "creationDate": seconds(found.created_ms)}))
            }
            Some(found) => {
                let message = format!("State Machine Already Exists: '{}'", found.arn);
                Err(Error::new("StateMachineAlreadyExists", message))
            }
        }
    }

    pub(super) fn update_state_machine(&self, call: &Call) -> Result<Value, Error> {
        let Update {
            state_machine_arn,
            definition,
            role_arn,
        } = call.input()?;
        names::check_arn(&state_machine_arn, "stateMachine")?;
        if definition.is_none() && role_arn.is_none() {
            return Err(Error::new(
                "MissingRequiredParameter",
                "Either the definition or the role ARN must be given",
            ));
        }
        definition.as_deref().map(check_definition).transpose()?;
        let now_ms = self.core.clock.now_ms();
        let (definition, role) = (definition.as_deref(), role_arn.as_deref());
        let revision = self
            .core
            .journal
            .update_machine(&state_machine_arn, definition, role, now_ms)?;
        let revision = revision.ok_or_else(|| does_not_exist(&state_machine_arn))?;
        Ok(json!({"updateDate": seconds(now_ms), "revisionId": revision.to_string()}))
    }

    pub(super) fn describe_state_machine(&self, call: &Call) -> Result<Value, Error> {
        let ByArn { state_machine_arn } = call.input()?;
        let machine = self.machine(&state_machine_arn)?;
        Ok(json!({
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "status": "ACTIVE",
            "definition": machine.definition,
            "roleArn": machine.role,
            "type": "STANDARD",
            "creationDate": seconds(machine.created_ms),
            "revisionId": machine.revision.to_string(),
        }))
    }

    pub(super) fn list_state_machines(&self, call: &Call) -> Result<Value, Error> {
        let List {
            max_results,
            next_token,
        } = call.input()?;
        let size = page_size(max_results);
        let after = next_token.unwrap_or_default();
        let mut machines = self.core.journal.machines(&call.region, &after, size + 1)?;
        let more = machines.len() > size;
        machines.truncate(size);
        let next = machines
            .last()
            .filter(|_| more)
            .map(|machine| machine.name.clone());
        let machines: Vec<_> = machines.iter().map(summary).collect();
        Ok(json!({"stateMachines": machines, "nextToken": next}))
    }

    /// Executions that are running go on to their end.
    pub(super) fn delete_state_machine(&self, call: &Call) -> Result<Value, Error> {
        let ByArn { state_machine_arn } = call.input()?;
        names::check_arn(&state_machine_arn, "stateMachine")?;
        self.core.journal.delete_machine(&state_machine_arn)?;
        Ok(json!({}))
    }

    pub(super) fn machine(&self, arn: &str) -> Result<StateMachine, Error> {
        names::check_arn(arn, "stateMachine")?;
        self.core.journal.machine(arn)?.ok_or_else(|| does_not_exist(arn))
    }
}

pub(super) fn does_not_exist(arn: &str) -> Error {
    Error::new(
        "StateMachineDoesNotExist",
        format!("State Machine Does Not Exist: '{arn}'"),
    )
}

pub(super) fn validate_definition(call: &Call) -> Result<Value, Error> {
    let Validate { definition } = call.input()?;
    let problems = parser::parse(&definition).err().unwrap_or_default();
    let result = if problems.is_empty() { "OK" } else { "FAIL" };
    let diagnostics: Vec<_> = problems.iter().map(diagnostic).collect();
    Ok(json!({"result": result, "diagnostics": diagnostics, "truncated": false}))
}

fn diagnostic(problem: &Problem) -> Value {
    json!({
        "severity": "ERROR", "code": problem.code, "message": problem.message, "location": problem.location
    })
}

/// Fails with `InvalidDefinition`, which lists every problem.
fn check_definition(definition: &str) -> Result<(), Error> {
    if definition.len() > DEFINITION_LIMIT {
        return Err(Error::new(
            "InvalidDefinition",
            "Invalid State Machine Definition: it is longer than 1 MB",
        ));
    }
    let Err(problems) = parser::parse(definition) else {
        return Ok(());
    };
    let list: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {} at {}", problem.code, problem.message, problem.location))
        .collect();
    Err(Error::new(
        "InvalidDefinition",
        format!("Invalid State Machine Definition: '{}'", list.join(", ")),
    ))
}

fn summary(machine: &StateMachine) -> Value {
    json!({
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "type": "STANDARD",
        "creationDate": seconds(machine.created_ms),
    })
}
