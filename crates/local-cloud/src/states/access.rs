//! What a call needs to be allowed.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html>

use serde_json::Value;

use super::names;
use crate::{call::Call, policy::Need};

const SERVICE: &str = "states.amazonaws.com";

pub(super) fn needs(call: &Call) -> Vec<Need> {
    let input: Value = call.input().unwrap_or(Value::Null);
    let action = format!("states:{}", call.operation());
    let named = || Some(names::machine(&call.region, input["name"].as_str()?));
    let given = ["executionArn", "stateMachineArn"]
        .into_iter()
        .find_map(|field| Some(input[field].as_str()?.to_owned()));
    let resource = if call.operation() == "CreateStateMachine" {
        named()
    } else {
        given
    };
    let role = input["roleArn"].as_str();
    let mut needs = vec![Need::new(
        action,
        resource.unwrap_or_else(|| Need::ANY.to_owned()),
    )];
    needs.extend(role.map(|role| Need::pass_role(role, SERVICE)));
    needs
}
