//! What a call of the bus, or of Scheduler, needs to be allowed.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html>

use http::Method;
use serde_json::Value;

use super::{
    groups::{DEFAULT_GROUP, group_arn},
    rules::rule_arn,
    scheduler::{Key, Request},
};
use crate::{ACCOUNT, call::Call, policy::Need};

const SCHEDULER: &str = "scheduler.amazonaws.com";

pub(super) fn needs_of_bus(call: &Call) -> Vec<Need> {
    let input: Value = call.input().unwrap_or(Value::Null);
    let rule = input["Rule"].as_str().or_else(|| input["Name"].as_str());
    let resource = match (call.operation(), rule) {
        ("PutEvents", _) => format!("arn:aws:events:{}:{ACCOUNT}:event-bus/default", call.region),
        (_, Some(rule)) => rule_arn(&call.region, rule),
        (_, None) => Need::ANY.to_owned(),
    };
    vec![Need::new(format!("events:{}", call.operation()), resource)]
}

pub(super) fn needs_of_scheduler(call: &Call) -> Vec<Need> {
    let request = Request::of(call);
    let input: Value = call.input().unwrap_or(Value::Null);
    let verb = match call.method {
        Method::POST => "Create",
        Method::PUT => "Update",
        Method::DELETE => "Delete",
        _ => "Get",
    };
    let (action, resource) = match request.parts().as_slice() {
        ["schedules", name] => {
            let group = input["GroupName"].as_str().map(str::to_owned);
            let group = group.or_else(|| request.query("groupName"));
            let group = group.as_deref().unwrap_or(DEFAULT_GROUP);
            let key = Key {
                region: &call.region,
                group,
                name,
            };
            (format!("{verb}Schedule"), key.arn())
        }
        ["schedule-groups", name] => (format!("{verb}ScheduleGroup"), group_arn(&call.region, name)),
        ["schedule-groups"] => ("ListScheduleGroups".to_owned(), Need::ANY.to_owned()),
        _ => ("ListSchedules".to_owned(), Need::ANY.to_owned()),
    };
    let role = input["Target"]["RoleArn"].as_str();
    let mut needs = vec![Need::new(format!("scheduler:{action}"), resource)];
    needs.extend(role.map(|role| Need::pass_role(role, SCHEDULER)));
    needs
}
